"""The letterer: puts balloons, dialogue, sound effects and notes on a picture and keeps the truth of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import cv2
import numpy as np

from textrm.data.masks import mask_of_drawn_pair
from textrm.data.sample import KINDS, Sample
from textrm.synth.composing import balloon_shapes, bubbles
from textrm.synth.composing.bubbles import BalloonStyle
from textrm.synth.composing.room import Room, inside
from textrm.synth.drawing.common.strokes import box
from textrm.synth.faces.library import FontLibrary
from textrm.synth.faces.scripts import page_shares
from textrm.synth.inks.tones import near_tone
from textrm.synth.pieces.captions import caption_meme, note
from textrm.synth.pieces.dialogue import OTHER_STYLES, STYLE_SHARES, dialogue
from textrm.synth.pieces.marks import mark
from textrm.synth.pieces.patch import Lettering, faded, paste
from textrm.synth.values import Box, Rng

FAINT_SHARE = 0.03  # share of balloons with lettering in a tone close to theirs
MARKS_ALONE = 0.2  # share of balloons that hold nothing but a mark
_VERTICAL_ODDS = {"japanese": 0.7, "kana": 0.6, "chinese": 0.35}


class Letterer:
    """Letters one picture. ``clean`` (H W 3 uint8 RGB) is painted on where balloons are added; ``image`` also bears
    the letters. ``color`` False keeps letters grey; ``styles`` weighs the styles of type, None = by script.
    Script, direction, face and size (``em``, pixels) are drawn once for the page.
    """

    def __init__(
        self, rng: Rng, clean: np.ndarray, fonts: FontLibrary, balloon_style: BalloonStyle, color: bool,
        styles: Mapping[str, float] | None = None,
    ) -> None:  # fmt: skip
        self.rng, self.fonts, self.balloon_style, self.color = rng, fonts, balloon_style, color
        self.clean, self.image = clean, clean.copy()
        self.height, self.width = clean.shape[:2]
        self.script = fonts.pick_script(rng, page_shares(color))
        # One hand letters most of a page: dialogue keeps to one face.
        styles = styles or STYLE_SHARES.get(self.script, OTHER_STYLES)
        self.voice = FontLibrary([fonts.pick(rng, self.script, styles)])
        self.fidelity = 0.9 if rng.random() < 0.75 else 0.0
        self.vertical = rng.random() < _VERTICAL_ODDS.get(self.script, 0.0)
        self.em = float(np.clip(rng.lognormal(np.log(18), 0.35), 8, 44))
        self.room = Room(rng)
        self.panels: list[Box] = []
        self.words: list[np.ndarray] = []
        self.kinds: list[str] = []
        self.tags: set[str] = set()

    def speak(self, area: Box, region: np.ndarray | None = None, empty: float = 0.06) -> bool:
        """Add a balloon with dialogue within ``area``; with probability ``empty`` the balloon stays empty."""
        room = (area[2] - area[0]) * 0.85, (area[3] - area[1]) * 0.9
        rounded = self.balloon_style.body in balloon_shapes.ROUND
        text = self.talk(*room, background=np.array(self.balloon_style.fill), rounded=rounded, balloon=True)
        if text is None:
            return False
        height, width = text.alpha.shape
        tight = self.em * self.rng.uniform(0.1, 0.9)
        balloon = bubbles.random_balloon(self.rng, width, height, self.balloon_style, tight)
        x0, y0, x1, y1 = balloon.bounds()
        at = self.room.find(x1 - x0, y1 - y0, area, overhang=0.12)
        if at is None:
            return False
        x, y = at[0] - x0, at[1] - y0
        if region is not None and not inside(region, (x - width / 2, y - height / 2, x + width / 2, y + height / 2)):
            region = None
        bubbles.paint((self.clean, self.image), balloon, x, y, region)
        self.tags |= balloon.tags
        if self.rng.random() < empty:
            self.tags.add("empty_balloon")
            return True
        jitter = self.rng.normal(0, tight * 0.12, 2)
        self.place(text, x - width / 2 + jitter[0], y - height / 2 + jitter[1], "dialogue")
        return True

    def caption(self, area: Box) -> bool:
        """Add a caption box at an edge of ``area``, mostly in a corner or as wide as it, seldom anywhere."""
        background = bubbles.caption_fill(self.rng, self.balloon_style, self.color)
        room = area[2] - area[0] - 8, (area[3] - area[1]) * 0.35
        text = self.talk(*room, background=np.array(background), vertical=False)
        if text is None:
            return False
        height, width = text.alpha.shape
        pad = self.em * self.rng.uniform(0.15, 0.6) + 1
        box_height = height + 2 * pad
        at: tuple[float, float] | None
        if self.rng.random() < 0.35:  # a strip across the panel
            box_width = area[2] - area[0]
            at = (area[0], float(self.rng.choice([area[1], area[3] - box_height])))
            if not self.room.take((*at, at[0] + box_width, at[1] + box_height)):
                return False
        else:
            box_width = width + 2 * pad
            at = self.room.corner(box_width, box_height, area, self.em)
            if at is None:
                return False
        outline = box(0, 0, box_width, box_height)
        pen = self.balloon_style.pen if self.rng.random() < 0.7 else 0.0
        balloon = bubbles.Balloon((outline,), background, (0, 0, 0), pen, self.balloon_style.opacity)
        bubbles.paint((self.clean, self.image), balloon, *at)
        left = at[0] + (pad if self.rng.random() < 0.5 else (box_width - width) / 2)
        self.place(text, left, at[1] + pad, "caption")
        self.tags.add("caption_box")
        return True

    def write(self, area: Box, kind: str = "dialogue") -> bool:
        """Free dialogue, or a caption, straight on the picture."""
        text = self.talk((area[2] - area[0]) * 0.9, (area[3] - area[1]) * 0.9, background=self.under(area))
        if text is not None and self.rng.random() < 0.25:
            text = faded(text, self.rng.uniform(0.5, 0.9))
        return self.settle(text, area, "free_text", kind)

    def fill(self, area: Box, background: np.ndarray) -> bool:
        """Dialogue in the middle of ``area``, the inside of a balloon that is already there."""
        text = self.talk(area[2] - area[0], area[3] - area[1], background=background, exact=True, balloon=True)
        if text is None:
            return False
        height, width = text.alpha.shape
        slack = np.array([area[2] - area[0] - width, area[3] - area[1] - height]).clip(0)
        off = slack * self.rng.normal(0, 0.1, 2).clip(-0.4, 0.4) - (width / 2, height / 2)
        self.place(text, (area[0] + area[2]) / 2 + off[0], (area[1] + area[3]) / 2 + off[1], "dialogue")
        self.room.taken.append(area)
        return True

    def note(self, area: Box) -> bool:
        """A tiny aside."""
        width = min(area[2] - area[0], self.rng.uniform(20, 120))
        height = min(area[3] - area[1], self.rng.uniform(10, 30))
        if min(width, height) < 8:
            return False
        text = note(self.rng, self.fonts, int(width), int(height), script=self.script, background=self.under(area))
        return self.settle(text, area, "note", "note")

    def meme(self, area: Box) -> bool:
        """A meme caption at the top, bottom or middle of ``area``."""
        script = "latin" if self.rng.random() < 0.85 and "latin" in self.fonts.scripts else self.script
        size = int(area[2] - area[0]), int(area[3] - area[1])
        text = caption_meme(self.rng, self.fonts, *size, script=script, background=self.under(area))
        if text is None:
            return False
        y = area[1] + float(self.rng.choice([0, 0.5, 1])) * (area[3] - area[1] - text.alpha.shape[0])
        self.place(text, (area[0] + area[2] - text.alpha.shape[1]) / 2, y, "caption")
        return True

    def sample(self, name: str, tags: set[str]) -> Sample:
        """What has been made, with the mask of every pixel that lettering changed by more than VISIBLE levels."""
        mask = mask_of_drawn_pair(self.image, self.clean)
        every = frozenset(tags | self.tags | {"lettering" if mask.any() else "no_lettering"})
        return Sample(name, self.image, mask, self.clean, None, tuple(self.words), tuple(self.kinds), every)

    def talk(
        self, width: float, height: float, *, background: np.ndarray | None, rounded: bool = False,
        vertical: bool | None = None, exact: bool = False, balloon: bool = False, plain: bool | None = None,
    ) -> Lettering | None:  # fmt: skip
        """Text of about the page's size in a box no larger than ``width`` x ``height``.

        In a ``balloon`` it may be a mark, such as dots, that stands alone, or so faint that it is hard to read.
        """
        rng = self.rng
        em = self.em * float(np.clip(rng.lognormal(0, 0.1), 0.7, 1.6)) * (1.5 if rng.random() < 0.06 else 1.0)
        upright = self.vertical and rng.random() < 0.92 if vertical is None else vertical
        if not exact:
            # Lines of two to twelve characters: narrow columns for upright type, wide rows for level type.
            along, across = rng.uniform(2.5, 10), rng.uniform(1.3, 7)
            if upright:
                width, height = min(width, em * across * 1.3), min(height, em * along)
            else:
                width, height = min(width, em * along * 1.1), min(height, em * across * 0.9)
        if width < em or height < em:
            em = max(7.0, min(width, height) * 0.9)
        if min(width, height) < 9:
            return None
        fonts = self.voice if rng.random() < self.fidelity else self.fonts
        ink = None
        if not self.color and background is not None:
            level = int(min(rng.exponential(15), 90))
            ink = (level,) * 3 if background.mean() > 115 else (255 - level,) * 3
        tags = frozenset[str]()
        if balloon and background is not None and rng.random() < FAINT_SHARE:
            ink, plain, tags = near_tone(rng, background, self.color), True, frozenset({"faint"})
        alone = balloon and rng.random() < MARKS_ALONE
        piece = mark if alone else partial(dialogue, ellipse=rounded, plain=plain)
        text = piece(
            rng, fonts, int(width), int(height), script=self.script, size=em, vertical=upright, ink=ink,
            background=background,
        )  # fmt: skip
        return text and replace(text, tags=text.tags | tags)

    def spot(self, area: Box, share: np.ndarray, overhang: float) -> Box | None:
        """Free room of these shares of the area's width and height, which stays free for now."""
        width, height = (area[2] - area[0]) * share[0], (area[3] - area[1]) * share[1]
        at = self.room.find(width, height, area, overhang=overhang, keep=False)
        return None if at is None or min(width, height) < 12 else (*at, at[0] + width, at[1] + height)

    def settle(self, text: Lettering | None, area: Box, tag: str, kind: str) -> bool:
        """Put a patch of this kind on free room within ``area``; False where there is none, or no patch."""
        if text is None:
            return False
        at = self.room.find(text.alpha.shape[1], text.alpha.shape[0], area)
        if at is None:
            return False
        self.place(text, *at, kind)
        self.tags.add(tag)
        return True

    def place(self, text: Lettering, x: float, y: float, kind: str) -> None:
        """Put a patch with its top left at (x, y), in greys on a page without colour.

        ``kind`` is that of its words, one of KINDS, or "" for what has none; it is a tag of the page too.
        """
        if not self.color:
            text = replace(text, color=cv2.merge([cv2.cvtColor(text.color, cv2.COLOR_RGB2GRAY)] * 3))
        words = paste(self.image, text, round(x), round(y))
        self.words += words
        self.kinds += [kind] * len(words)
        self.tags |= text.tags.difference(KINDS) | {kind or "letters"}

    def stamp(self, text: Lettering, x: float, y: float, kind: str) -> Box:
        """Place a patch and give its box, which is not taken yet."""
        self.place(text, x, y, kind)
        return x, y, x + text.alpha.shape[1], y + text.alpha.shape[0]

    def under(self, area: Box) -> np.ndarray | None:
        """The mean colour under a box, or None where it is too uneven to count on."""
        x0, y0, x1, y1 = (int(max(0, v)) for v in area)
        view = self.clean[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)][::4, ::4].reshape(-1, 3)
        if not len(view) or (view.std(0).max() > 45 and self.rng.random() < 0.7):
            return None
        return view.mean(0)


Page = tuple[Letterer, set[str]]
"""What a kind of page comes to: the letterer who lettered it, and the tags of its art."""
