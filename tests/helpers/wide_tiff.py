"""TIFF files of 16 bits in either byte order, as Pillow does not write them."""

from __future__ import annotations

import numpy as np
from PIL import TiffImagePlugin

GREY, RGB, INK = 1, 2, 5  # photometric interpretation


def wide_tiff(pixels: np.ndarray, photometric: int, order: str = "<") -> bytes:
    """An uncompressed TIFF of H W C uint16; ``order`` is "<" or ">", as in numpy's names of types."""
    height, width, channels = pixels.shape
    directory = TiffImagePlugin.ImageFileDirectory_v2(prefix=b"II" if order == "<" else b"MM")
    body = pixels.astype(f"{order}u2").tobytes()
    entries = {256: width, 257: height, 258: (16,) * channels, 259: 1, 262: photometric, 277: channels, 278: height}
    for tag, value in entries.items():
        directory[tag] = value
    if photometric == RGB and channels == 4:
        directory[TiffImagePlugin.EXTRASAMPLES] = 2
    for tag, value in ((TiffImagePlugin.STRIPBYTECOUNTS, len(body)), (TiffImagePlugin.STRIPOFFSETS, 0)):
        directory.tagtype[tag] = 4  # LONG; offsets count from the end of the directory
        directory[tag] = value
    header = b"II*\0\x08\0\0\0" if order == "<" else b"MM\0*\0\0\0\x08"
    return header + directory.tobytes(len(header)) + body
