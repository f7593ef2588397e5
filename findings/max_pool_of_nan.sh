#!/usr/bin/env bash
# Whether ONNX Runtime's MaxPool hands on a NaN depends on where in the window it stands.
#
# Versions: onnxruntime 1.31.1, onnx 1.23.2, numpy 2.4.6, on a CPU of x86-64.
# Expected: of a window with a NaN either NaN, as torch has it, or always the largest of the others.
# Seen: 3 where the NaN comes first in a window of 2 x 2 with 1, 2, 3; NaN where it comes last. A check for NaN at the end
#   of a net therefore does not find all that arose before a pooling.
# Exit status 1 where that has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check onnxruntime==1.31.1 onnx==1.23.2 \
  numpy==2.4.6
cd "$work"
"$work/venv/bin/python" -W ignore - <<'PYTHON'
import sys

import numpy as np
import onnxruntime
from onnx import TensorProto, helper

shape = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, None, None]) for name in ("x", "y")]
graph = helper.make_graph([helper.make_node("MaxPool", ["x"], ["y"], kernel_shape=[2, 2])], "pool", shape[:1], shape[1:])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
window = np.array([[[[np.nan, 1], [2, 3]]]], np.float32)
first, last = (float(session.run(None, {"x": x})[0].item()) for x in (window, window[..., ::-1, ::-1].copy()))
print("NaN first:", first, " NaN last:", last)
sys.exit(not (first == 3 and np.isnan(last)))
PYTHON
