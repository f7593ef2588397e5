#!/usr/bin/env bash
# AVIF can be written without loss, by OpenCV 5 and not by Pillow.
#
# Versions: Pillow 13.0.0, opencv-python-headless 5.0.0.93, numpy 2.4.6; both with libavif 1.4.2.
# Expected: quality 100 with subsampling 4:4:4 loses nothing.
# Seen: Pillow goes through YUV whatever the quality: RGB comes back up to 3 levels off. OpenCV stores the channels as they are
#   at quality 100 (matrix "identity"): exact in RGB and RGBA, of 8, 10 and 12 bits, also as Pillow reads it.
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

noise = np.random.default_rng(0).integers(0, 4096, (64, 64, 4), np.uint16)
pixels = (noise[..., :3] >> 4).astype(np.uint8)
buffer = io.BytesIO()
Image.fromarray(pixels).save(buffer, "AVIF", quality=100, subsampling="4:4:4")
off = int(np.abs(np.asarray(Image.open(buffer)).astype(int) - pixels).max())
data = cv2.imencode(".avif", pixels[..., ::-1], [cv2.IMWRITE_AVIF_QUALITY, 100])[1]
exact = np.array_equal(np.asarray(Image.open(io.BytesIO(data.tobytes()))), pixels)
wide = []
for depth in (10, 12):
    values = noise >> (12 - depth)
    data = cv2.imencode(".avif", values, [cv2.IMWRITE_AVIF_QUALITY, 100, cv2.IMWRITE_AVIF_DEPTH, depth])[1]
    wide.append(np.array_equal(cv2.imdecode(data, cv2.IMREAD_UNCHANGED), values))
print(f"Pillow is {off} levels off, OpenCV is exact: {exact}, with 10 and 12 bits: {wide}")
sys.exit((0 < off <= 3, exact, wide) != (True, True, [True, True]))
PYTHON
