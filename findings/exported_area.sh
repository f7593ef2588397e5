#!/usr/bin/env bash
# A reduction by area that torch exports with free sizes gives other values than torch for odd sizes.
#
# Versions: torch 2.14.1, onnxscript 0.7.2, onnx 1.23.2, onnxruntime 1.31.1.
# Expected: interpolate(scale_factor=0.5, mode="area"), exported with dynamo=True and dynamic height and width, gives what
#   torch gives, whatever the size, or the exporter refuses the free sizes, or ONNX Runtime the other picture.
# Seen: equal for 12 x 20, the size of the example, and for 24 x 32. A picture of 17 x 23 gets the size that torch gives it,
#   and is off by more than a tenth of white: torch chooses the window of each cell anew, in the graph all are 2 x 2. No
#   warning is given.
# Exit status 1 where that has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check torch==2.14.1 onnxscript==0.7.2 \
  onnx==1.23.2 onnxruntime==1.31.1 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" -W ignore - <<'PYTHON'
import sys

import numpy as np
import onnxruntime
import torch


class Reduce(torch.nn.Module):
    def forward(self, x):
        return torch.nn.functional.interpolate(x, scale_factor=0.5, mode="area")


torch.manual_seed(0)
net, free = Reduce().eval(), torch.export.Dim.DYNAMIC
program = torch.onnx.export(net, (torch.rand(2, 3, 12, 20),), dynamo=True, verbose=False,
                            dynamic_shapes=({0: free, 2: free, 3: free},))
session = onnxruntime.InferenceSession(program.model_proto.SerializeToString(), providers=["CPUExecutionProvider"])
errors = {}
for size in ((12, 20), (24, 32), (17, 23)):
    x = torch.rand(1, 3, *size)
    (found,) = session.run(None, {session.get_inputs()[0].name: x.numpy()})
    assert found.shape == net(x).shape
    errors[size] = float(np.abs(found - net(x).numpy()).max())
print("inputs:", session.get_inputs()[0].shape, " largest error by size:", errors)
sys.exit(not (errors[12, 20] < 1e-6 and errors[17, 23] > 0.1))
PYTHON
