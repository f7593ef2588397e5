#!/usr/bin/env bash
# Pillow reads the white of JPEG 2000 in colour with more than 8 bits as black.
#
# Versions: Pillow 13.0.0, imagecodecs 2026.3.6, numpy 2.4.6.
# Expected: a picture of 10, 12 or 16 bits per channel, all of it white, is white in mode RGB: 255.
# Seen: it is 0. The values are rounded, not cut, to 8 bits, and what rounds up to 256 wraps around: of 16 bits everything
#   from 65408 on. Value 65407 is 255. What imagecodecs decodes of the same bytes is what was written.
# Exit status 1 where that has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check pillow==13.0.0 imagecodecs==2026.3.6 \
  numpy==2.4.6
cd "$work"
"$work/venv/bin/python" -W ignore - <<'PYTHON'
import io
import sys

import imagecodecs
import numpy as np
from PIL import Image

seen = {}
for bits, value in ((10, 1023), (12, 4095), (16, 65535), (16, 65408), (16, 65407)):
    pixels = np.full((16, 16, 3), value, np.uint16)
    data = imagecodecs.jpeg2k_encode(pixels, level=0, reversible=True, bitspersample=bits)
    assert np.array_equal(imagecodecs.jpeg2k_decode(data), pixels)
    seen[bits, value] = int(np.asarray(Image.open(io.BytesIO(data))).max())
print(seen)
sys.exit(list(seen.values()) != [0, 0, 0, 0, 255])
PYTHON
