"""Pixels as a file stores them (palette, grey, CMYK, 16 bits, alpha, rotated) and as RGB, both ways."""

from __future__ import annotations

import cv2
import numpy as np

BAND = 512  # rows converted at a time, so that large pages need no second copy in a wider type

# Which axes an EXIF orientation mirrors (rows, columns), after the axes were swapped for 5 to 8.
_MIRRORED = {1: (False, False), 2: (False, True), 3: (True, True), 4: (True, False),
             5: (False, False), 6: (False, True), 7: (True, True), 8: (True, False)}  # fmt: skip


def upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """A view of H W … pixels as EXIF orientation 1-8 says they are to be shown."""
    rows, columns = _MIRRORED[orientation]
    turned = pixels.swapaxes(0, 1) if orientation > 4 else pixels
    return turned[:: -1 if rows else 1, :: -1 if columns else 1]


def as_stored(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """The inverse of :func:`upright`, a view too."""
    rows, columns = _MIRRORED[orientation]
    turned = pixels[:: -1 if rows else 1, :: -1 if columns else 1]
    return turned.swapaxes(0, 1) if orientation > 4 else turned


def to_rgb(stored: np.ndarray, mode: str, palette: np.ndarray | None) -> np.ndarray:
    """H W 3 uint8 RGB of stored pixels; what is transparent is shown on white, as a reader shows it.

    Args:
        stored: H W or H W C; bool for mode 1, uint16 for 16-bit pictures, else uint8.
        mode: Pillow's name of the pixels' meaning: 1, L, LA, P, RGB, RGBA or CMYK.
        palette: N x 4 uint8 RGBA for mode P.
    """
    rgb = np.empty((*stored.shape[:2], 3), np.uint8)
    for row in range(0, stored.shape[0], BAND):
        rgb[row : row + BAND] = _band_to_rgb(stored[row : row + BAND], mode, palette)
    return rgb


def put_back(stored: np.ndarray, mode: str, palette: np.ndarray | None, rgb: np.ndarray, changed: np.ndarray) -> int:
    """Write RGB into the stored pixels where they were changed; all others stay as they are, bit for bit.

    Fully transparent pixels and all alpha values are kept. In CMYK, grey is printed with black alone (full under-colour
    removal), as lettering and screentone are. In a palette the nearest opaque colour is taken.

    Args:
        stored: as in :func:`to_rgb`; written to.
        mode: as in :func:`to_rgb`.
        palette: as in :func:`to_rgb`.
        rgb: H W 3 uint8; or the own channels of ``stored`` without alpha: H W C uint16, or H W 4 ink of either kind.
        changed: H W, not 0 where ``rgb`` is to be taken.

    Returns:
        The largest difference between a wanted colour and the one written, in levels; above 0 for palettes only.
    """
    where = changed != 0
    if mode == "P":
        assert palette is not None
        where &= palette[stored, 3] > 0
        stored[where], error = _nearest(rgb[where], palette)
        return error
    if mode in ("LA", "RGBA"):
        where &= stored[..., -1] > 0
    values = rgb[where]
    if rgb.dtype == np.uint16 or rgb.shape[2] == 4:
        values = values if rgb.dtype == np.uint16 else _widen(values, stored)
        stored[where] = values[:, 0] if stored.ndim == 2 else np.hstack([values, stored[where][:, rgb.shape[2] :]])
    elif mode == "1":
        stored[where] = values[:, 1] > 127
    elif mode in ("L", "LA"):
        grey = _widen(cv2.cvtColor(values[None], cv2.COLOR_RGB2GRAY)[0] if len(values) else values[:, 0], stored)
        if mode == "L":
            stored[where] = grey
        else:
            stored[where, 0] = grey
    elif mode == "CMYK":
        stored[where] = _widen(_to_cmyk(values), stored)
    else:
        stored[where, :3] = _widen(values, stored)
    return 0


def on_white(pixels: np.ndarray) -> np.ndarray:
    """H W C - 1 of H W C uint8 or uint16, of which the last is alpha: what is transparent is shown on white."""
    highest = np.iinfo(pixels.dtype).max
    shown = np.empty((*pixels.shape[:2], pixels.shape[2] - 1), pixels.dtype)
    for row in range(0, pixels.shape[0], BAND):
        band = pixels[row : row + BAND].astype(np.uint32)
        colour, alpha = band[..., :-1], band[..., -1:]
        shown[row : row + BAND] = (colour * alpha + highest * (highest - alpha) + highest // 2) // highest
    return shown


def plain_alpha(pixels: np.ndarray) -> None:
    """Divide the colours of H W C uint16 in place by the alpha that is multiplied into them, the last of the C."""
    for row in range(0, pixels.shape[0], BAND):
        band = pixels[row : row + BAND].astype(np.uint32)
        colour, alpha = band[..., :-1], band[..., -1:]
        divided = (colour * 65535 + alpha // 2) // np.maximum(alpha, 1)
        pixels[row : row + BAND, :, :-1] = np.minimum(divided, 65535)


def in_8_bits(pixels: np.ndarray) -> np.ndarray:
    """Uint16 as the nearest uint8; anything else is returned itself."""
    return ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8) if pixels.dtype == np.uint16 else pixels


def _band_to_rgb(band: np.ndarray, mode: str, palette: np.ndarray | None) -> np.ndarray:
    if mode == "P":
        assert palette is not None
        band, mode = palette[band], "RGBA"
    if mode in ("LA", "RGBA"):  # with all their bits
        band, mode = on_white(band), mode.removesuffix("A")
    band = in_8_bits(band)
    if mode == "1":
        band = band * np.uint8(255)
    if mode in ("1", "L"):
        return cv2.cvtColor(np.ascontiguousarray(band), cv2.COLOR_GRAY2RGB)
    if mode == "CMYK":
        light = 255 - band.astype(np.uint16)
        return ((light[..., :3] * light[..., 3:] + 127) // 255).astype(np.uint8)
    return band


def _widen(values: np.ndarray, like: np.ndarray) -> np.ndarray:
    return values.astype(np.uint16) * 257 if like.dtype == np.uint16 else values


def _to_cmyk(values: np.ndarray) -> np.ndarray:
    rgb = values.astype(np.int32)
    light = rgb.max(1, keepdims=True)
    ink = ((light - rgb) * 255 + light // 2) // np.maximum(light, 1)
    return np.hstack([ink, 255 - light]).astype(np.uint8)


def _nearest(values: np.ndarray, palette: np.ndarray) -> tuple[np.ndarray, int]:
    """The index of the opaque palette entry nearest to each of N x 3 colours, and the largest difference."""
    entries = np.flatnonzero(palette[:, 3] == palette[:, 3].max())
    colours = palette[entries, :3].astype(np.int32)
    packed = values.astype(np.uint32) @ np.array([65536, 256, 1], np.uint32)
    wanted, inverse = np.unique(packed, return_inverse=True)
    wanted_rgb = np.stack([wanted >> 16, wanted >> 8 & 255, wanted & 255], 1).astype(np.int32)
    best = np.empty(len(wanted), np.intp)
    for start in range(0, len(wanted), 4096):
        part = wanted_rgb[start : start + 4096]
        best[start : start + 4096] = np.square(part[:, None] - colours).sum(2).argmin(1)
    error = int(np.abs(wanted_rgb - colours[best]).max(initial=0))
    return entries[best][inverse].astype(np.uint8), error
