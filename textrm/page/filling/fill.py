"""Fills the holes that lettering leaves in a page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np

from textrm.page.filling.breaking_off import go_on
from textrm.page.filling.exact import take_exact_colours
from textrm.page.filling.flat import fill_flat
from textrm.page.filling.how_filled import HowFilled
from textrm.page.filling.network import fill_by_network
from textrm.page.filling.packed import Packed
from textrm.page.filling.screens.continue_screen import AROUND, continue_screen
from textrm.page.filling.screens.keep_tone import TONE_AROUND, keep_tone
from textrm.page.filling.strokes.find_strokes import find_strokes
from textrm.page.filling.tone import REACH, continue_texture
from textrm.page.group import Slices, blocks, groups, parts, surroundings
from textrm.page.levels import from_levels, to_levels
from textrm.page.models.inpainter import InpaintingModel

FILLS = ("auto", "network", "flat", "telea", "white")
NEEDS_MODEL = ("auto", "network")
_GAP = 16  # pixels; holes that are nearer are filled together
_BLOCK = 1024  # pixels; larger groups are cut, so that memory does not grow with them
_MARGIN = 12  # pixels around a hole that smooth filling looks at
_SHARE = 0.9  # of a hole's surroundings that must be flat

# Fills the pixels ``inner`` of a crop in place from those that are not ``unknown``; returns which it left.
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
        lines: H W in {0, 1}, 1 = lines of the drawing in and beside holes: neither they nor what lies behind
            them, as seen from a hole, tells its colour or its texture. Only the net sees them.

    Returns:
        By what; all is flat with ``white``, ``flat`` and ``telea``.
    """
    how = HowFilled()
    if fill == "white":
        image[hole != 0] = np.iinfo(image.dtype).max
    elif fill not in NEEDS_MODEL:
        for slices, own in blocks(hole, _GAP, _BLOCK):
            _fill_block(image, hole, slices, own, _fill_telea if fill == "telea" else _fill_plane, lines)
    if fill not in NEEDS_MODEL:
        how.flat = cv2.countNonZero(hole)
        return how
    assert model is not None
    if fill == "auto":
        screened, doubtful = fill_screens(image, hole, lines, how)
        screened.take_from(hole)
        strokes = find_strokes(image, hole, screened, lines)
        art = flat_rest(image, hole, lines)
        if strokes.take_out(art):  # without them more of the rest may be flat
            seen, art = art, flat_rest(image, art, lines)
            hole |= seen
        how.flat = cv2.countNonZero(hole) - cv2.countNonZero(art)
        _fill_rest(image, art, model, partial(_add_texture, how), lines, how)
        how.strokes = strokes.draw(image, hole)
        _keep_tones(image, art, hole, doubtful)
        screened.add_to(hole)
    else:
        _fill_rest(image, hole, model, _take_exact_colours, lines, how)
    return how


def _fill_rest(
    image: np.ndarray, hole: np.ndarray, model: InpaintingModel, finish: FillCrop, lines: Packed | None, how: HowFilled
) -> None:
    fill_by_network(image, hole.copy(), model)
    for slices, own in blocks(hole, _GAP, _BLOCK):
        how.see(slices, cv2.countNonZero(own))
        _fill_block(image, hole, slices, own, finish, lines)
    how.network = cv2.countNonZero(hole) - how.texture


def flat_rest(image: np.ndarray, hole: np.ndarray, lines: Packed | None = None) -> np.ndarray:
    """Fill in place those holes whose surroundings are flat; returns the others, H W uint8.

    Traces of compression around letters that were wiped away are added to ``hole``. ``lines`` is as of
    :func:`fill_holes`.
    """
    rest = hole.copy()
    for slices, own in blocks(hole, _GAP, _BLOCK):
        _fill_block(image, hole, slices, own, _fill_flat, lines, rest)
    return rest


def fill_screens(image: np.ndarray, hole: np.ndarray, lines: Packed | None, how: HowFilled) -> tuple[Packed, Packed]:
    """Fill in place what lies on a screen that its surroundings tell with certainty.

    ``lines`` is as of :func:`fill_holes`; ``how`` counts what is returned.

    Returns:
        What was filled, H W, and what may be a screen and was not.
    """
    screened, doubtful = Packed(hole.shape), Packed(hole.shape)
    for slices, own in groups(hole, _GAP):
        waiting = list(parts(slices, own, _BLOCK))
        while waiting:  # a block may see from what those beside it have made what it could not see before
            left = []
            for part in waiting:
                go_on()
                window, inner, unknown = _seen(hole, *part, lines, AROUND)
                unknown &= 1 - screened[window]
                crop = np.ascontiguousarray(image[window])
                rest = None if unknown.all() else continue_screen(crop, unknown, inner)
                if rest is None or not (filled := inner & (1 - rest)).any():
                    left.append((part, window, rest))
                    continue
                np.copyto(image[window], crop, where=filled[..., None] != 0)
                screened.add(window, filled)
                doubtful.add(window, rest)
                how.screen += cv2.countNonZero(filled)
                how.doubtful += cv2.countNonZero(rest)
            waiting = [part for part, _, _ in left] if len(left) < len(waiting) else []
        for _, window, rest in left:
            if rest is not None:
                doubtful.add(window, rest)
                how.doubtful += cv2.countNonZero(rest)
    return screened, doubtful


def _keep_tones(image: np.ndarray, art: np.ndarray, hole: np.ndarray, doubtful: Packed) -> None:
    """Give what the net and textures have filled on unclear screens the tone around it."""
    for slices, own in blocks(art, _GAP, _BLOCK):
        own &= doubtful[slices]
        if own.any():
            window, inner = surroundings(slices, own, TONE_AROUND, hole.shape)
            crop = np.ascontiguousarray(image[window])
            keep_tone(crop, (hole[window] != 0).astype(np.uint8), inner)
            np.copyto(image[window], crop, where=inner[..., None] != 0)


def _fill_block(
    image: np.ndarray,
    hole: np.ndarray,
    slices: Slices,
    own: np.ndarray,
    fill: FillCrop,
    lines: Packed | None,
    rest: np.ndarray | None = None,
) -> None:
    """Fill one block of holes; what ``fill`` leaves stays as it is, and 1 in ``rest`` where that is given."""
    go_on()
    window, inner, unknown = _seen(hole, slices, own, lines, REACH + _MARGIN)
    if unknown.all():
        return
    crop = np.ascontiguousarray(image[window])
    left_over = fill(crop, unknown, inner)
    np.copyto(image[window], crop, where=(inner & (1 - left_over))[..., None] != 0)
    hole[window] |= inner
    if rest is not None:
        np.copyto(rest[window], left_over, where=inner != 0)


def _seen(
    hole: np.ndarray, slices: Slices, own: np.ndarray, lines: Packed | None, around: int
) -> tuple[Slices, np.ndarray, np.ndarray]:
    """The window of a block with what is ``around`` it, the block's pixels there, and which pixels are not known."""
    window, inner = surroundings(slices, own, around, hole.shape)
    unknown = (hole[window] != 0).astype(np.uint8)
    walls = None if lines is None else lines[window]
    if walls is not None and walls.any():
        apart = _apart(walls, inner)
        if not (unknown | apart).all():
            unknown |= apart
    return window, inner, unknown


def _apart(lines: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Lines with their soft edges, and what they part from ``own``; all h w uint8 in {0, 1}."""
    walls = cv2.dilate(lines, np.ones((3, 3), np.uint8)) & (1 - own)
    count, labels = cv2.connectedComponents(1 - walls, connectivity=4)
    apart = np.ones(count, np.uint8)
    apart[labels[own != 0]] = 0
    apart[0] = 1
    return apart[labels]


def _fill_telea(crop: np.ndarray, unknown: np.ndarray, inner: np.ndarray) -> np.ndarray:
    # OpenCV's Telea brightens even paper of one level; what is flat is filled exactly.
    _flat_then_telea(crop, unknown.copy(), inner, _SHARE)
    return _take_exact_colours(crop, unknown, inner)


def _flat_then_telea(crop: np.ndarray, unknown: np.ndarray, inner: np.ndarray, share: float) -> None:
    rest = fill_flat(crop, unknown, inner, share=share, wipe=False)
    if rest.any():
        unknown[(inner != 0) & (rest == 0)] = 0
        crop[:] = _telea(crop, unknown)


def _telea(crop: np.ndarray, unknown: np.ndarray) -> np.ndarray:
    if crop.dtype == np.uint8 and crop.shape[2] == 3:
        return cv2.inpaint(crop, unknown, 3, cv2.INPAINT_TELEA)
    # OpenCV takes all else channel by channel.
    channels = [np.ascontiguousarray(crop[..., number]) for number in range(crop.shape[2])]
    return np.stack([cv2.inpaint(channel, unknown, 3, cv2.INPAINT_TELEA) for channel in channels], 2)


def _fill_plane(crop: np.ndarray, unknown: np.ndarray, inner: np.ndarray) -> np.ndarray:
    _flat_then_telea(crop, unknown, inner, share=0)  # Telea where too little is known around it to tell a plane
    return np.zeros_like(inner)


def _fill_flat(crop: np.ndarray, unknown: np.ndarray, inner: np.ndarray) -> np.ndarray:
    return fill_flat(crop, unknown, inner, share=_SHARE, wipe=True)


def _add_texture(how: HowFilled, crop: np.ndarray, unknown: np.ndarray, inner: np.ndarray) -> np.ndarray:
    """Over what the net has made."""
    shown, channels = crop if crop.dtype == np.uint8 else to_levels(crop), crop.shape[2]
    if channels == 1:
        shown = shown.repeat(3, 2)
    textured = continue_texture(shown, unknown, inner, shown.astype(np.float32))
    if textured is not None:
        crop[inner != 0] = from_levels(textured[inner != 0][:, :channels], crop.dtype)
        how.texture += cv2.countNonZero(inner)
    return _take_exact_colours(crop, unknown, inner)


def _take_exact_colours(crop: np.ndarray, unknown: np.ndarray, inner: np.ndarray) -> np.ndarray:
    """Over what was computed otherwise than from plain grounds."""
    take_exact_colours(crop, unknown, inner)
    return np.zeros_like(inner)
