#!/usr/bin/env bash
# pylibjxl gives the last frame of an animated JPEG XL with metadata=True, and unpacks what stands beside it without bound.
#
# Versions: pylibjxl 0.5.0, imagecodecs 2026.3.6, brotli 1.2.0, numpy 2.4.6.
# Expected: the first frame, or an error; metadata up to a size that a page may have.
# Seen: of two frames, of level 10 and 200, the picture is 10 everywhere, but 200 with metadata=True. A file of 258 bytes whose
#   EXIF box is packed (Brotli) becomes 100 MB with it; it is no more than that only because this script packs no more.
# Exit status 1 where that has changed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check pylibjxl==0.5.0 imagecodecs==2026.3.6 brotli==1.2.0 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" -W ignore - <<'PYTHON'
import struct
import sys

import brotli
import imagecodecs
import numpy as np
import pylibjxl

frames = np.stack([np.full((6, 5, 3), level, np.uint8) for level in (10, 200)])
film = imagecodecs.jpegxl_encode(frames, lossless=True, photometric="rgb")
levels = [set(one.ravel().tolist()) for one in (pylibjxl.decode(film), pylibjxl.decode(film, metadata=True)[0])]


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), name) + content


start = box(b"JXL ", b"\r\n\x87\n") + box(b"ftyp", b"jxl \0\0\0\0jxl ")
pixels = box(b"jxlc", pylibjxl.encode(frames[0], lossless=True))
small = start + pixels + box(b"brob", b"Exif" + brotli.compress(bytes(100 << 20)))
size = sum(map(len, pylibjxl.decode(small, metadata=True)[1].values()))
print(f"of the film: {levels}; {len(small)} bytes become {size}")
sys.exit((levels, size > 99 << 20) != ([{10}, {200}], True))
PYTHON
