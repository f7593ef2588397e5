"""Lettering that needs more than a free place: several, a ground of its own, its panel's edge, a plate."""

from __future__ import annotations

import numpy as np

from textrm.synth.composing.grounds import lay_ground
from textrm.synth.composing.letterer import Letterer
from textrm.synth.composing.occlusion import in_front, seen_through
from textrm.synth.composing.screens import lay_screen
from textrm.synth.inks.effects import Dress
from textrm.synth.inks.plates import lay_board, lay_plate, plate_color
from textrm.synth.inks.tones import even_ground, near_tone
from textrm.synth.pieces.jottings import jotting
from textrm.synth.pieces.large import large_effect
from textrm.synth.pieces.patch import Lettering, dressed, faded, hidden, scaled
from textrm.synth.pieces.signs import sign
from textrm.synth.pieces.sound import sound_effect
from textrm.synth.values import Box, Rng

LARGE = 0.15, 0.5  # height of a very large letter as a share of the panel's or page's shorter side
COLORS = ((0, 0, 0), (255, 255, 255))
BOARD = 0.75  # share of signs that stand on a board or a sheet; the others are painted on what is there


def add_effect(letterer: Letterer, area: Box) -> bool:
    """A sound effect somewhere in ``area``, now and then as large as it; or a small one again and again."""
    rng = letterer.rng
    chorus = int(rng.integers(2, 12)) if rng.random() < 0.3 else 1
    share = rng.uniform(0.2, 0.8, 2) if chorus == 1 else rng.uniform(0.12, 0.4, 2)
    spot = letterer.spot(area, share, overhang=0.2)
    if spot is None:
        return False
    text = sound_effect(
        rng, letterer.fonts, int(spot[2] - spot[0]), int(spot[3] - spot[1]), background=letterer.under(spot),
        script=letterer.script if rng.random() < 0.9 else None, monochrome=not letterer.color,
    )  # fmt: skip
    if text is None:
        return False
    if rng.random() < 0.25:
        text = faded(text, rng.uniform(0.45, 0.9))
    boxes = [letterer.stamp(text, *spot[:2], "sound_effect")]
    for _ in range(chorus - 1):  # they may lie over one another, but not over what was there before
        copy = scaled(text, float(np.exp(rng.uniform(-0.4, 0.25))))
        near = letterer.room.find(copy.alpha.shape[1], copy.alpha.shape[0], area, overhang=0.2, keep=False)
        if near is not None:
            boxes.append(letterer.stamp(copy, *near, "sound_effect"))
    letterer.room.taken.extend(boxes)
    return True


def add_large(
    letterer: Letterer, area: Box, region: np.ndarray | None = None, ground: float = 0.3, spill: float = 0.15,
    dress: Dress | None = None,
) -> bool:  # fmt: skip
    """One very large effect in ``area``, which may cut it off; with probability ``ground`` on a ground of its own.

    ``region`` (H W uint8, 255 = inside) is the panel, or where nothing stands in front; with probability ``spill`` the
    effect leaves both. Balloons may come to lie over its edges. ``dress``: None = at random.
    """
    rng = letterer.rng
    wide, tall = area[2] - area[0], area[3] - area[1]
    side = min(wide, tall) if rng.random() < 0.5 else min(letterer.height, letterer.width, 1.4 * min(wide, tall))
    letter = side * float(np.exp(rng.uniform(*np.log(LARGE))))
    if letter < 40:
        return False
    if rng.random() < ground and not letterer.room.taken:
        letterer.tags |= lay_ground(rng, (letterer.clean, letterer.image), area, letterer.color, region)
    text = large_effect(
        rng, letterer.fonts, int(1.25 * wide), int(1.25 * tall), letter=letter,
        script=letterer.script if rng.random() < 0.7 else None,
        background=letterer.under(area), monochrome=not letterer.color, dress=dress,
    )  # fmt: skip
    if text is None:
        return False
    height, width = text.alpha.shape
    # mostly wholly inside where it fits, else cut off by an edge
    slack_x, slack_y = wide - width, tall - height
    beyond = 0.25 if rng.random() < 0.35 else 0.0
    x = round(area[0] + rng.uniform(min(slack_x, 0) - beyond * width, max(slack_x, 0) + beyond * width))
    y = round(area[1] + rng.uniform(min(slack_y, 0) - beyond * height, max(slack_y, 0) + beyond * height))
    text = hidden(text, in_front(rng, letterer.clean, text.alpha, x, y))
    if rng.random() >= spill:
        text = hidden(text, seen_through(text.alpha.shape, x, y, area, region))
    if not text.alpha.any():
        return False
    letterer.place(text, x, y, "sound_effect")
    letterer.room.taken.append((x + 0.2 * width, y + 0.2 * height, x + 0.8 * width, y + 0.8 * height))
    return True


def add_screen(letterer: Letterer, area: Box, region: np.ndarray | None = None) -> bool:
    """A screen over all of ``area``, with two to seven pieces of text straight on it, bare or with an edge."""
    rng = letterer.rng
    if letterer.room.crowded(area):
        return False
    letterer.tags |= lay_screen(rng, (letterer.clean, letterer.image), area, letterer.color, region)
    done, usual = False, letterer.em
    for _ in range(int(rng.integers(2, 8))):
        letterer.em = max(usual, 17.0) * float(rng.uniform(0.9, 1.7))  # small type drowns in coarse dots
        text = letterer.talk((area[2] - area[0]) * 0.9, (area[3] - area[1]) * 0.9, background=None, plain=True)
        if text is not None:
            text = _readable(rng, text, letterer.under(area), letterer.em)
            done |= letterer.settle(text, area, "words_on_screen", "dialogue")
    letterer.em = usual
    return done


def _readable(rng: Rng, text: Lettering, ground: np.ndarray | None, em: float) -> Lettering:
    """Flat black or white type, as the ground asks for, more often than not with an edge of the other."""
    dark = ground is None or ground.mean() > 120
    ink, other = COLORS if dark else COLORS[::-1]
    edge = float(max(rng.uniform(0.05, 0.2) * em, 1.0))
    return dressed(text, Dress(ink, outlines=((edge, other),) if rng.random() < 0.6 else ()))


def add_jotting(letterer: Letterer, area: Box, plate: float = 0.25, kind: str = "dialogue") -> bool:
    """Handwriting in ``area``, with probability ``plate`` a sign on a board, a sheet or a stroke of paint of its own.

    Without one it is of this ``kind``.
    """
    rng = letterer.rng
    size = letterer.em * float(np.exp(rng.normal(0.25, 0.4)))
    spot = letterer.spot(area, np.exp(rng.uniform(np.log(0.3), 0, 2)), overhang=0.0)
    if spot is None:
        return False
    paint = plate_color(rng, letterer.color) if rng.random() < plate else None
    text = jotting(
        rng, letterer.fonts, int(spot[2] - spot[0]), int(spot[3] - spot[1]), script=letterer.script,
        background=letterer.under(spot) if paint is None else np.array(paint, np.float64), size=size,
        monochrome=not letterer.color,
    )  # fmt: skip
    if text is None or paint is None:
        return letterer.settle(text, spot, "free_text", kind)
    height, width = text.alpha.shape
    at = letterer.room.find(width, height, spot)
    if at is None:
        return False
    lay_plate(rng, (letterer.clean, letterer.image), (*at, at[0] + width, at[1] + height), paint)
    letterer.place(text, *at, "sign")
    letterer.tags.add("plate")
    return True


def add_sign(letterer: Letterer, area: Box) -> bool:
    """Lettering on a thing in the picture: on a board, a poster, a label that lies as the words do, or on a wall."""
    rng = letterer.rng
    spot = letterer.spot(area, rng.uniform(0.2, 0.6, 2), overhang=0.1)
    if spot is None:
        return False
    paint = plate_color(rng, letterer.color) if rng.random() < BOARD else None
    text = sign(
        rng, letterer.fonts, int(spot[2] - spot[0]), int(spot[3] - spot[1]), script=letterer.script,
        background=letterer.under(spot) if paint is None else np.array(paint, np.float64),
    )  # fmt: skip
    if text is None or paint is None:
        return letterer.settle(text, spot, "sign", "sign")
    at = letterer.room.find(text.alpha.shape[1], text.alpha.shape[0], spot)
    if at is None:
        return False
    lay_board(rng, (letterer.clean, letterer.image), np.concatenate(text.words) + np.array(at, np.float32), paint)
    letterer.place(text, *at, "sign")
    letterer.tags |= {"sign", "board"}
    return True


def add_faint(letterer: Letterer, area: Box) -> bool:
    """Text or a large sound in a tone close to that of an even ground; False where no even ground is found."""
    rng = letterer.rng
    for _ in range(10):
        spot = letterer.spot(area, np.exp(rng.uniform(np.log(0.12), np.log(0.7), 2)), overhang=0.0)
        ground = None if spot is None else even_ground(letterer.clean, spot)
        if spot is not None and ground is not None:
            break
    else:
        return False
    width, height = spot[2] - spot[0], spot[3] - spot[1]
    dress = Dress(near_tone(rng, ground, letterer.color))
    large = rng.random() < 0.3
    if large:
        text = large_effect(
            rng, letterer.fonts, int(width), int(height), letter=min(width, height) * float(rng.uniform(0.3, 0.8)),
            script=letterer.script, dress=dress,
        )  # fmt: skip
    else:
        text = letterer.talk(width, height, background=None, plain=True)
        text = text and dressed(text, dress)
    return letterer.settle(text, spot, "faint", "sound_effect" if large else "dialogue")
