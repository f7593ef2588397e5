"""Writes a page's layers as a PSD file."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image

from textrm.errors import UserError
from textrm.extras import needs_extra
from textrm.page.layers.parts import Parts, Word

with needs_extra("layers", __name__):
    from psd_tools import PSDImage
    from psd_tools.constants import ProtectedFlags, Resource, Tag
    from psd_tools.psd.image_resources import ImageResource

_LONGEST = 30_000  # pixels of a side
_MODES = {1: "L", 3: "RGB", 4: "CMYK"}


def encode_psd(parts: Parts) -> memoryview:
    """The PSD: the page, locked; over it ``clean``, whose mask shows the holes; hidden, the lettering word by word.

    As it opens it shows the clean page; with all words shown, the page as it was. All pixels are those of the page: of
    8 or 16 bits, grey, RGB or CMYK, with its profile.

    Raises:
        UserError: when the page is too large for the format.
    """
    height, width, channels = parts.page.shape
    if max(height, width) > _LONGEST:
        raise UserError(f"a PSD has at most {_LONGEST} pixels a side, and the page is {width} x {height}: "
                        "--layers ora has no such limit")  # fmt: skip
    psd = PSDImage.new(_MODES[channels], (width, height), depth=8 if parts.page.itemsize == 1 else 16)
    if parts.profile:
        kind = Resource.ICC_PROFILE
        psd.image_resources[kind] = ImageResource(key=kind, data=parts.profile)
    page = psd.create_pixel_layer_from_array(_values(parts.page), "page")
    page.tagged_blocks.set_data(Tag.PROTECTED_SETTING, ProtectedFlags.COMPLETE)  # its lock() does not reach the file
    left, top, across, down = cv2.boundingRect(parts.hole)
    if across:
        hole = slice(top, top + down), slice(left, left + across)
        clean = psd.create_pixel_layer_from_array(_values(parts.clean[hole]), "clean", top, left)
        clean.create_mask(Image.fromarray(parts.hole[hole] * np.uint8(255)), top, left)
    if parts.words:
        # psd-tools gives groups the channels of RGB, and others refuse such a file where it is CMYK.
        group = None if channels == 4 else psd.create_group(name="lettering")
        for word in reversed(parts.words):
            layer = (psd if group is None else group).create_pixel_layer_from_array(
                _lettering(parts.page, word), word.name, word.top, word.left
            )
            layer.visible = group is not None
        if group is not None:
            group.visible = False
    buffer = io.BytesIO()
    psd.save(buffer)
    return buffer.getbuffer()


def _lettering(page: np.ndarray, word: Word) -> np.ndarray:
    highest = np.iinfo(page.dtype).max
    return np.dstack([_values(page[word.slices]), word.mask.astype(page.dtype) * page.dtype.type(highest)])


def _values(pixels: np.ndarray) -> np.ndarray:
    """As the file has them: no ink is the highest value."""
    return ~pixels if pixels.shape[2] == 4 else np.ascontiguousarray(pixels)
