#!/usr/bin/env bash
# pylibjxl gives the last frame of an animated JPEG XL with metadata=True, and the first without.
#
# Versions: pylibjxl 0.5.0, imagecodecs 2026.3.6, numpy 2.4.6.
# Expected: the same frame either way, or an error.
# Seen: of two frames, of level 10 and 200, the picture is 10 everywhere, but 200 with metadata=True.
# Exit status 1 where that has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check pylibjxl==0.5.0 imagecodecs==2026.3.6 \
  numpy==2.4.6
cd "$work"
"$work/venv/bin/python" -W ignore - <<'PYTHON'
import sys

import imagecodecs
import numpy as np
import pylibjxl

frames = np.stack([np.full((6, 5, 3), level, np.uint8) for level in (10, 200)])
film = imagecodecs.jpegxl_encode(frames, lossless=True, photometric="rgb")
levels = [set(one.ravel().tolist()) for one in (pylibjxl.decode(film), pylibjxl.decode(film, metadata=True)[0])]

print(levels)
sys.exit(levels != [{10}, {200}])
PYTHON
