#!/usr/bin/env bash
# A layer that psd-tools locks is not locked in the file, unless it is locked twice.
#
# Versions: psd-tools 1.26.0, Pillow 13.0.0, numpy 2.4.6.
# Expected: after layer.lock() of a new layer, layer.locks.complete is true, also when the file is opened again.
# Seen: the first lock() makes the block lspf with a copy of 0, and sets the flags of what it was copied from: the value is
#   0, in memory and in the file. A second lock() finds the block, and sets its value to 2147483648.
# Exit status 1 where that has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check psd-tools==1.26.0 pillow==13.0.0 \
  numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import io
import sys

from PIL import Image
from psd_tools import PSDImage


def locked(times):
    """The value of the lock in memory, and in the file, after so many calls."""
    psd = PSDImage.new("RGB", (8, 8))
    layer = psd.create_pixel_layer(Image.new("RGB", (8, 8), "red"), name="red")
    for _ in range(times):
        layer.lock()
    buffer = io.BytesIO()
    psd.save(buffer)
    (read,) = PSDImage.open(io.BytesIO(buffer.getvalue()))
    return layer.locks.value, read.locks.value, read.locks.complete


once, twice = locked(1), locked(2)
print("locked once:", once)
print("locked twice:", twice)
sys.exit(once != (0, 0, False) or twice != (2147483648, 2147483648, True))
PYTHON
