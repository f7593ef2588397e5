#!/usr/bin/env bash
# A CMYK picture that psd-tools makes a PSD of comes back inverted.
#
# Versions: psd-tools 1.26.0, Pillow 13.0.0, numpy 2.4.6.
# Expected: PSDImage.frompil(picture), saved and opened again, gives the same values by topil(); PSD stores ink the other
#   way round than Pillow has it, and topil() turns it.
# Seen: every value v is 255 - v, by topil() and by Pillow's own reader: frompil() does not turn it. RGB and grey are exact.
# Exit status 1 where that has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check psd-tools==1.26.0 pillow==13.0.0 \
  numpy==2.4.6
cd "$work"
"$work/venv/bin/python" -W ignore - <<'PYTHON'
import io
import sys

import numpy as np
from PIL import Image
from psd_tools import PSDImage

values = np.random.default_rng(0).integers(0, 256, (20, 24, 4), np.uint8)
seen = {}
for mode, channels in (("CMYK", 4), ("RGB", 3)):
    pixels = np.ascontiguousarray(values[..., :channels])
    content = io.BytesIO()
    PSDImage.frompil(Image.fromarray(pixels, mode=mode)).save(content)
    content.seek(0)
    for reader, found in (("topil", PSDImage.open(content).topil()), ("Pillow", Image.open(content))):
        found = np.asarray(found)
        same, turned = np.array_equal(found, pixels), np.array_equal(found, 255 - pixels)
        seen[mode, reader] = "same" if same else "inverted" if turned else "other"
        content.seek(0)
print(seen)
sys.exit(list(seen.values()) != ["inverted", "inverted", "same", "same"])
PYTHON
