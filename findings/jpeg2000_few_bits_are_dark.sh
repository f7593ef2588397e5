#!/usr/bin/env bash
# Pillow reads the white of JPEG 2000 of fewer than 8 bits as grey, and of 9 bits as black.
#
# Versions: Pillow 13.0.0, imagecodecs 2026.3.6, numpy 2.4.6.
# Expected: a grey picture of any depth, all of it white, is white: 255 in mode L, 65535 in mode I;16.
# Seen: values are shifted up and not spread: of 1 bit white is 128, of 4 bits 240, of 12 bits 65520. Of 9 bits the mode is L,
#   and 511 wraps around to 0. What imagecodecs decodes of the same bytes is what was written.
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
for bits in (1, 4, 8, 9, 12, 16):
    pixels = np.full((16, 16), 2**bits - 1, np.uint8 if bits <= 8 else np.uint16)
    data = imagecodecs.jpeg2k_encode(pixels, level=0, reversible=True, bitspersample=bits)
    assert np.array_equal(imagecodecs.jpeg2k_decode(data), pixels)
    seen[bits] = int(np.asarray(Image.open(io.BytesIO(data))).max())
print(seen)
sys.exit(seen != {1: 128, 4: 240, 8: 255, 9: 0, 12: 65520, 16: 65535})
PYTHON
