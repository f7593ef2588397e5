"""Fills the holes that lettering leaves in a page."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from textrm.errors import UserError
from textrm.page.filling.breaking_off import go_on
from textrm.page.filling.exact import take_exact_colours
from textrm.page.filling.flat import fill_flat
from textrm.page.filling.holes import Holes
from textrm.page.filling.how_filled import FLAT, LEFT, NETWORK, STROKES, TEXTURE, HowFilled, count
from textrm.page.filling.net.network import fill_by_network
from textrm.page.filling.packed import Packed
from textrm.page.filling.pixels import places
from textrm.page.filling.plain_edges import FARTHEST, PlainGround, beyond_edges
from textrm.page.filling.screens.fill_screens import fill_screens, keep_tones
from textrm.page.filling.strokes.find_strokes import find_strokes
from textrm.page.filling.tone import REACH, continue_texture
from textrm.page.group import Slices, ellipse
from textrm.page.levels import from_levels, to_levels
from textrm.page.models.inpainter import InpaintingModel

FILLS = ("auto", "network", "flat", "telea", "white")
NEEDS_MODEL = ("auto", "network")
_MARGIN = 12  # pixels around a hole that smooth filling looks at
_TELEA = 3  # pixels that Telea's method looks at
_SHARE = 0.9  # of a hole's surroundings that must be flat

# Fills the pixels ``inner`` of a crop in place from those that are not ``unknown``; returns by what, h w uint8: what it
# left is the net's.
FillCrop = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def fill_holes(
    image: np.ndarray, hole: np.ndarray, fill: str = "auto", model: InpaintingModel | None = None,
    lines: Packed | None = None,
) -> HowFilled:  # fmt: skip
    """Fill the holes of a page in place; no pixel is changed that ``hole`` does not name afterwards.

    ``white``: plain white. ``flat``: the colour or linear gradient that most of each hole's surroundings have.
    ``telea``: flat where the surroundings are, else Telea's method (2004). ``network``: the inpainting net. ``auto``:
    screens continued where they are certain; flat where the surroundings are, and there the faint traces that
    compression left around letters go too, and become part of ``hole``; else the net, and where a texture repeats
    around the hole its continuation; over these thin strokes of the drawing that go through the hole. All but ``white``
    leave a hole as it is where no pixel around it is known.

    Args:
        image: H W 3 RGB or H W 1 grey, uint8 or uint16.
        hole: H W uint8 in {0, 1}, 1 = to fill; ``auto`` adds to it.
        fill: one of ``FILLS``.
        model: the net, where the method is in ``NEEDS_MODEL``.
        lines: as the walls of :class:`~textrm.page.filling.holes.Holes`; only the net sees them.

    Returns:
        By what; all that is filled is flat with ``white``, ``flat`` and ``telea``.

    Raises:
        UserError: for a hole of another kind or size.
    """
    if hole.shape != image.shape[:2] or hole.dtype != np.uint8 or hole.max(initial=0) > 1:
        raise UserError(f"the hole is {hole.dtype} {hole.shape} up to {hole.max(initial=0)}; expected uint8 "
                        f"{image.shape[:2]} of 0 and 1")  # fmt: skip
    if fill == "white":
        image[hole != 0] = np.iinfo(image.dtype).max
        return count(hole, np.zeros_like(hole))
    holes = Holes(hole, lines)
    if fill not in NEEDS_MODEL:
        left = _rest(image, holes, _fill_telea if fill == "telea" else _fill_plane)
        return count(hole, left * np.uint8(LEFT))
    assert model is not None
    if fill == "network":
        by = hole.copy()
        _fill_rest(image, holes.only(by), model, _take_exact_colours)
        return count(hole, by)
    screened, doubtful = fill_screens(image, holes)
    screened.take_from(hole)
    strokes = find_strokes(image, holes, screened)
    by = flat_rest(image, holes)
    if strokes.take_out(by):  # without them more of the rest may be flat
        whole, by = by, flat_rest(image, Holes(by, lines))
        hole |= whole
    rest = Holes(by, lines)  # what is left of a hole may be two, far apart
    grounds = _grounds(image, rest)
    unseen = Packed(by.shape)
    for window, ground in grounds:
        unseen.add(window, ground.beside.view(np.uint8))
    _fill_rest(image, rest, model, _add_texture, unseen if grounds else None)
    for window, ground in grounds:
        image[window][ground.inside], by[window][ground.inside] = ground.colour, FLAT
    strokes.draw(image, hole)
    keep_tones(image, rest.only(np.isin(by, (NETWORK, TEXTURE)).view(np.uint8)), hole, doubtful)
    strokes.mark(by, STROKES)
    screened.add_to(hole)
    return count(hole, by, screened, doubtful)


def _grounds(image: np.ndarray, holes: Holes) -> list[tuple[Slices, PlainGround]]:
    """Windows of the page with what of the holes in them is plain ground beyond straight edges."""
    found = []
    for block in holes.blocks():
        go_on()
        window, inner, unknown = holes.seen(*block, FARTHEST)
        ground = beyond_edges(np.ascontiguousarray(image[window]), unknown, inner)
        if ground is not None:
            found.append((window, ground))
    return found


def _fill_rest(
    image: np.ndarray, holes: Holes, model: InpaintingModel, finish: FillCrop, unseen: Packed | None = None
) -> None:
    """Fill what is ``NETWORK`` in the holes, where all else is 0, and say there by what it was.

    ``unseen``: known pixels of which a hole is not to learn.
    """
    left = holes.pixels.copy()
    fill_by_network(image, left, model, unseen)
    for block in holes.blocks():
        _fill_block(image, holes, block, finish, holes.pixels, unseen)
    holes.pixels[left != 0] = LEFT


def flat_rest(image: np.ndarray, holes: Holes) -> np.ndarray:
    """Fill in place those holes whose surroundings are flat; returns the others, H W uint8 in {0, 1}.

    Traces of compression around letters that were wiped away are added to the holes' pixels.
    """
    return _rest(image, holes, _fill_flat)


def _rest(image: np.ndarray, holes: Holes, fill: FillCrop) -> np.ndarray:
    rest = holes.pixels.copy()
    for block in holes.blocks():
        _fill_block(image, holes, block, fill, rest)
    return rest


def _fill_block(
    image: np.ndarray, holes: Holes, block: tuple[Slices, np.ndarray], fill: FillCrop, by: np.ndarray,
    unseen: Packed | None = None,
) -> None:  # fmt: skip
    """Fill one block of holes and say in ``by``, H W uint8, by what; all stays as it is where nothing is known."""
    go_on()
    window, inner, unknown = holes.seen(*block, REACH + _MARGIN, unseen)
    if unknown.all():
        return
    crop = np.ascontiguousarray(image[window])
    ways = fill(crop, unknown, inner)
    np.copyto(image[window], crop, where=inner[..., None] != 0)
    holes.pixels[window] |= inner
    np.copyto(by[window], ways, where=inner != 0)


def _fill_telea(crop: np.ndarray, unknown: np.ndarray, inner: np.ndarray) -> np.ndarray:
    # OpenCV's Telea brightens even paper of one level; what is flat is filled exactly.
    _flat_then_telea(crop, unknown.copy(), inner, _SHARE)
    take_exact_colours(crop, unknown, inner)
    return np.full_like(inner, FLAT)


def _flat_then_telea(crop: np.ndarray, unknown: np.ndarray, inner: np.ndarray, share: float) -> None:
    rest = fill_flat(crop, unknown, inner, share=share, wipe=False)
    if rest.any():
        unknown[(inner != 0) & (rest == 0)] = 0
        low, high = _told(crop, unknown)
        crop[:] = np.where(unknown[..., None] != 0, _telea(crop, unknown).clip(low, high), crop)


def _told(crop: np.ndarray, unknown: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and the highest value, C each, of what Telea's method learns from: it goes on beyond them."""
    beside = cv2.dilate(unknown, ellipse(_TELEA)) & (1 - unknown)
    colours = crop[places(beside)]
    return colours.min(0), colours.max(0)


def _telea(crop: np.ndarray, unknown: np.ndarray) -> np.ndarray:
    if crop.dtype == np.uint8 and crop.shape[2] == 3:
        return cv2.inpaint(crop, unknown, _TELEA, cv2.INPAINT_TELEA)
    # OpenCV takes all else channel by channel.
    channels = [np.ascontiguousarray(crop[..., number]) for number in range(crop.shape[2])]
    return np.stack([cv2.inpaint(channel, unknown, _TELEA, cv2.INPAINT_TELEA) for channel in channels], 2)


def _fill_plane(crop: np.ndarray, unknown: np.ndarray, inner: np.ndarray) -> np.ndarray:
    _flat_then_telea(crop, unknown, inner, share=0)  # Telea where too little is known around it to tell a plane
    return np.full_like(inner, FLAT)


def _fill_flat(crop: np.ndarray, unknown: np.ndarray, inner: np.ndarray) -> np.ndarray:
    return fill_flat(crop, unknown, inner, share=_SHARE, wipe=True)


def _add_texture(crop: np.ndarray, unknown: np.ndarray, inner: np.ndarray) -> np.ndarray:
    """Over what the net has made."""
    shown, channels = crop if crop.dtype == np.uint8 else to_levels(crop), crop.shape[2]
    if channels == 1:
        shown = shown.repeat(3, 2)
    textured = continue_texture(shown, unknown, inner, shown.astype(np.float32))
    if textured is not None:
        crop[inner != 0] = from_levels(textured[inner != 0][:, :channels], crop.dtype)
    take_exact_colours(crop, unknown, inner)
    return np.full_like(inner, NETWORK if textured is None else TEXTURE)


def _take_exact_colours(crop: np.ndarray, unknown: np.ndarray, inner: np.ndarray) -> np.ndarray:
    """Over what was computed otherwise than from plain grounds."""
    take_exact_colours(crop, unknown, inner)
    return np.full_like(inner, NETWORK)
