#!/usr/bin/env bash
# In torchmetrics a number of thresholds decides whether absent classes count in the mean average precision.
#
# Versions: torchmetrics 1.9.0, torch 2.14.1.
# Expected: multiclass_average_precision with thresholds=200 is close to what it is without, which is documented as exact:
#   the number bounds the memory.
# Seen: perfect scores for three classes, of which one is in no target, give 1 without thresholds, with a warning that this
#   class is left out, and 2/3 with 20 or 200 of them, without that warning: the class counts as 0.
# Exit status 1 where that has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check torch==2.14.1 torchmetrics==1.9.0 \
  numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
import warnings

import torch
from torchmetrics.functional.classification import multiclass_average_precision

target = torch.tensor([0, 0, 1, 1])
scores = torch.tensor([[0.8, 0.1, 0.1], [0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.7, 0.1]])
seen = {}
for thresholds in (None, 20, 200):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        figure = multiclass_average_precision(scores, target, num_classes=3, thresholds=thresholds)
    seen[thresholds] = round(float(figure), 3), any("nan" in str(warning.message) for warning in told)
print("thresholds: (mean, whether it warns of the absent class)", seen)
sys.exit(seen != {None: (1.0, True), 20: (0.667, False), 200: (0.667, False)})
PYTHON
