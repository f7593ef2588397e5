"""Makes the layers of a page that was read from a file, in the colours that each format keeps."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.errors import UserError
from textrm.page.cleaning import Result
from textrm.page.layers.ora import encode_ora
from textrm.page.layers.parts import take_apart
from textrm.pictures.colour import colours, srgb_profile
from textrm.pictures.formats.planes import srgb_of
from textrm.pictures.page import Page

FORMATS = ("psd", "ora")

_GREY = ("1", "L", "LA")
_CHANNELS = {"GRAY": 1, "RGB": 3, "CMYK": 4}  # of pixels that an ICC profile of this space is about


def as_psd(page: Page, before: np.ndarray, image: np.ndarray, result: Result) -> memoryview:
    """The PSD, in the file's own kind of pixels and with its profile; grey pages have one channel.

    Args:
        page: as read; its notes are added to.
        before: what :func:`~textrm.pictures.formats.planes.planes` gives of it, before it was cleaned.
        image: the same after.
        result: of cleaning it.

    Raises:
        UserError: as of :func:`~textrm.page.layers.psd.encode_psd`.
        ModuleNotFoundError: when the extra is not installed.
    """
    from textrm.page.layers.psd import encode_psd  # which needs the extra

    profile = page.save.get("icc_profile") or b""
    space = "" if colours(page).problem else profile[16:20].decode("latin-1").strip()
    if page.mode in _GREY and space in ("", "GRAY") and before.shape[2] == 3:
        before, image = (cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None] for picture in (before, image))
        if page.mode == "1":
            image = np.where(image > 127, np.uint8(255), np.uint8(0))  # as the clean page has them
    _note_transparency(page)
    suits = _CHANNELS.get(space) == before.shape[2]
    if not suits and before.dtype == np.uint16 and before.shape[2] == 3:
        # Krita takes RGB of 16 bits without a profile for linear light, and shows it pale. Grey it shows pale with any.
        profile, suits = srgb_profile(), True
    return encode_psd(take_apart(before, image, result, profile if suits else None))


def as_ora(page: Page, before: np.ndarray, image: np.ndarray, seen: np.ndarray, result: Result) -> memoryview:
    """The OpenRaster file, in sRGB.

    Args:
        page: as of :func:`as_psd`, as are ``before``, ``image`` and ``result``.
        before: see there.
        image: see there.
        seen: H W 3 uint8 sRGB of ``before``.
        result: see there.

    Raises:
        UserError: when the page is of ink or of 16 bits.
    """
    if before.dtype != np.uint8 or before.shape[2] != 3:
        kind = "CMYK" if before.shape[2] == 4 else f"of {8 * before.itemsize} bits"
        raise UserError(f"OpenRaster has RGB of 8 bits, and the page is {kind}: --layers psd keeps it")
    if colours(page).there is not None:
        page.notes.append("its layers are in sRGB, without its ICC profile: --layers psd keeps it")
    _note_transparency(page)
    return encode_ora(take_apart(seen, srgb_of(page, image), result))


def _note_transparency(page: Page) -> None:
    if page.mode in ("LA", "RGBA") or (page.palette is not None and (page.palette[:, 3] < 255).any()):
        page.notes.append("what is transparent is white in its layers")
