#!/usr/bin/env bash
# OpenCV 5 writes a GIF of two flat colours with other colours.
#
# Versions: opencv-python-headless 5.0.0.93, Pillow 13.0.0, numpy 2.4.6.
# Expected: a palette of 256 entries has room for two colours: both come back exactly.
# Seen: its palette is fixed, and what it lacks is dithered: (10, 1, 30) beside (200, 200, 200) is up to 55 levels off, and
#   plain white beside black gets entries of 252. Pillow's own GIF of the same picture is exact.
# Exit status 1 where that has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check opencv-python-headless==5.0.0.93 \
  pillow==13.0.0 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" -W ignore - <<'PYTHON'
import io
import sys

import cv2
import numpy as np
from PIL import Image

pixels = np.full((40, 40, 3), 200, np.uint8)
pixels[:, :20] = (10, 1, 30)
theirs = io.BytesIO()
Image.fromarray(pixels).save(theirs, "GIF")
ours = io.BytesIO(cv2.imencode(".gif", pixels[..., ::-1])[1].tobytes())
errors = [int(np.abs(np.asarray(Image.open(gif).convert("RGB")).astype(int) - pixels).max()) for gif in (ours, theirs)]
print("largest error of OpenCV's GIF %d, of Pillow's %d" % tuple(errors))
sys.exit(errors != [55, 0])
PYTHON
