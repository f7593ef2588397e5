"""Letter given text-free art: fill its empty balloons, add balloons, captions, sound effects and notes of our own."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from textrm.data.sample import Sample
from textrm.errors import UserError
from textrm.synth.composing.additions import add_effect, add_faint, add_jotting, add_large, add_screen, add_sign
from textrm.synth.composing.bubbles import random_balloon_style
from textrm.synth.composing.letterer import Letterer
from textrm.synth.composing.owner_marks import add_ownership
from textrm.synth.degrade import degrade
from textrm.synth.empty_balloons import EmptyBalloon, find_empty_balloons
from textrm.synth.faces.library import FontLibrary
from textrm.synth.monochrome import as_print
from textrm.synth.pages import ATTEMPTS, NO_ROOM
from textrm.synth.values import Box, Rng

LARGE, SCREEN, FAINT = 0.35, 0.14, 0.25  # shares of pictures: a very large effect, text on a screen, in a faint tone


def letter_art(
    rng: Rng,
    art: np.ndarray,
    fonts: FontLibrary,
    *,
    monochrome: float = 0.2,
    empty: float = 0.04,
    pristine: float = 0.6,
    name: str = "art",
) -> Sample:
    """Letter text-free art, a whole page or a crop of one.

    Args:
        rng: everything that is random comes from it.
        art: H W 3 uint8 RGB; it is not changed.
        fonts: the faces to letter with.
        monochrome: probability that coloured art is first turned into grey or screentone.
        empty: probability that nothing is lettered.
        pristine: probability that the result is neither blurred nor compressed.
        name: the sample's id.

    Returns:
        A sample whose ``clean`` is the art, with the balloons that were added.

    Raises:
        UserError: when no word finds room on art that should have some.
    """
    clean = art.copy()
    color = is_colored(clean)
    if color and rng.random() < monochrome:
        clean, color = as_print(rng, clean), False
    lettered: bool | None = None
    for _ in range(ATTEMPTS):
        letterer = Letterer(rng, clean.copy(), fonts, random_balloon_style(rng, color, (0, 0, 0)), color)
        lettered = rng.random() >= empty if lettered is None else lettered
        if lettered:
            _letter(rng, letterer, clean)
        sample = letterer.sample(name, {"color" if color else "monochrome", "given_art"})
        if sample.mask.any() or not lettered:
            return sample if rng.random() < pristine else degrade(rng, sample)
        fonts.picked()  # for nothing
    raise UserError(NO_ROOM.format(name=name, attempts=ATTEMPTS, size=list(clean.shape[:2])))


def _letter(rng: Rng, letterer: Letterer, art: np.ndarray) -> None:
    height, width = art.shape[:2]
    # Type grows with the art: a page of 1000 px has type of about 18 px; a crop does not tell its page's size.
    balloons = find_empty_balloons(art, 1.8 * min(letterer.em, 16.0))
    letterer.room.taken += [balloon.box for balloon in balloons]
    if rng.random() < LARGE:
        open_art = _without(art, balloons)
        add_large(letterer, _area(rng, height, width, 0.7, np.inf), open_art, ground=0.0, spill=0.0)
    if rng.random() < SCREEN:
        any(add_screen(letterer, _area(rng, height, width, 0.2)) for _ in range(8))
    for balloon in balloons:
        if rng.random() < 0.92:
            _fill(rng, letterer, balloon)
    _letter_freely(rng, letterer, height, width)
    add_ownership(letterer)


def is_colored(picture: np.ndarray) -> bool:
    """Whether more than one pixel in 200 is clearly not grey."""
    small = picture[::4, ::4].astype(np.int16)
    return bool(((small.max(2) - small.min(2)) > 24).mean() > 0.005)


def crop_art(rng: Rng, art: np.ndarray, height: int, width: int, scale: tuple[float, float] = (0.5, 1.5)) -> np.ndarray:
    """A window of the art, enlarged by a log-uniform factor within ``scale``, ``height`` x ``width`` pixels."""
    factor = float(np.exp(rng.uniform(*np.log(scale))))
    factor = max(factor, height / art.shape[0], width / art.shape[1])
    window_height, window_width = min(art.shape[0], round(height / factor)), min(art.shape[1], round(width / factor))
    top, left = rng.integers(art.shape[0] - window_height + 1), rng.integers(art.shape[1] - window_width + 1)
    window = art[top : top + window_height, left : left + window_width]
    return cv2.resize(window, (width, height), interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)


def _fill(rng: Rng, letterer: Letterer, balloon: EmptyBalloon) -> None:
    """Dialogue of a size that suits the balloon; where the balloon is cut off by the picture, so is its text."""
    x0, y0, x1, y1 = (float(v) for v in balloon.box)
    reach = rng.uniform(0, 0.8, 4) * (x1 - x0, y1 - y0, x1 - x0, y1 - y0) * balloon.open_sides
    box = (x0 - reach[0], y0 - reach[1], x1 + reach[2], y1 + reach[3])
    usual = letterer.em
    area = (box[2] - box[0]) * (box[3] - box[1])
    letterer.em = float(np.clip(np.sqrt(area / rng.uniform(6, 50)), 8, 48))
    if 0.55 < letterer.em / usual < 2.2 and rng.random() < 0.6:
        letterer.em = usual
    letterer.fill(box, balloon.color)
    letterer.em = usual


def _without(art: np.ndarray, balloons: Sequence[EmptyBalloon]) -> np.ndarray:
    """Where there is neither a balloon nor its line: H W uint8, 255 = none."""
    covered = np.zeros(art.shape[:2], np.uint8)
    for balloon in balloons:
        covered |= balloon.region
    return 255 - 255 * cv2.dilate(covered, np.ones((7, 7), np.uint8))


def _letter_freely(rng: Rng, letterer: Letterer, height: int, width: int) -> None:
    """What the art did not ask for, about one piece on every 250 x 250 px of type that is 17 px high."""
    share = height * width / (250 * letterer.em / 17) ** 2
    if rng.random() < FAINT:
        add_faint(letterer, _area(rng, height, width))
    for _ in range(min(4, rng.poisson(0.12 * share))):
        add_jotting(letterer, _area(rng, height, width))
    for _ in range(min(6, rng.poisson(0.8 * share))):
        add_effect(letterer, _area(rng, height, width))
    for _ in range(min(8, rng.poisson(0.3 * share))):
        letterer.speak(_area(rng, height, width))
    for _ in range(min(5, rng.poisson(0.2 * share))):
        letterer.write(_area(rng, height, width))
    for _ in range(min(4, rng.poisson(0.2 * share))):
        add_sign(letterer, _area(rng, height, width))
    for _ in range(min(3, rng.poisson(0.12 * share))):
        letterer.note(_area(rng, height, width))
    if rng.random() < 0.08:
        letterer.caption(_area(rng, height, width))


def _area(rng: Rng, height: int, width: int, low: float = 0.35, largest: float = 640) -> Box:
    """A box of ``low`` to 1 times the picture's sides, of at most ``largest`` px."""
    w, h = rng.uniform(low, 1.0) * min(width, largest), rng.uniform(low, 1.0) * min(height, largest)
    x, y = rng.uniform(-0.05, 1.05) * (width - w), rng.uniform(-0.05, 1.05) * (height - h)
    return x, y, x + w, y + h
