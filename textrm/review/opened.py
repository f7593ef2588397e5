"""A page that is open for mending: its pixels, its mask, and what strokes do to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock

import cv2
import numpy as np

from textrm.errors import UserError
from textrm.page.by_hand import within
from textrm.page.cleaning import ByHand, Result
from textrm.page.group import Box, Slices, box_around
from textrm.page.segment_and_fill import SegmentAndFill, suitable_growth
from textrm.pictures.formats.planes import srgb_of
from textrm.pictures.page import Page
from textrm.review.history import History, Step
from textrm.review.kept import Work
from textrm.review.strokes import Stroke, folded
from textrm.review.words import Word

_SEEN = 160  # pixels beyond a hole that any way of filling looks at, with room
_ALIGNED = 64  # pixels; groups of pixels and windows of nets come out as on the whole page


@dataclass(slots=True)
class OpenPage:
    """The arrays of a page: ``before`` and ``image`` are the page as it was and as it is, as
    :func:`~textrm.pictures.formats.planes.planes` gives them; masks as in :class:`~textrm.review.kept.Work`.

    ``version`` grows with every change. One thread changes it at a time; others can take pictures of parts meanwhile.
    """

    page: Page
    source: str
    cleaning: SegmentAndFill
    before: np.ndarray
    image: np.ndarray
    mask: np.ndarray
    filled: np.ndarray
    strokes: np.ndarray
    words: list[Word]
    checked: bool = False
    version: int = 0
    history: History = field(default_factory=History)
    _pixels: Lock = field(default_factory=Lock)

    @classmethod
    def of_work(cls, page: Page, before: np.ndarray, work: Work, cleaning: SegmentAndFill) -> OpenPage:
        """The page as it was left.

        Raises:
            UserError: when the work is of a page of another size or kind of pixels; the message lacks the path.
        """
        values = work.values
        if work.mask.shape != before.shape[:2] or values.dtype != before.dtype or values.ndim != 2 or (
            values.shape != (cv2.countNonZero(work.filled), before.shape[2])
        ):  # fmt: skip
            raise UserError(f"it is of another page: {work.mask.shape[1]}x{work.mask.shape[0]} pixels "
                            f"{values.dtype} {values.shape}")  # fmt: skip
        image = before.copy()
        image[work.filled != 0] = values
        masks = work.mask, work.filled, work.strokes
        return cls(page, work.source, cleaning, before, image, *masks, work.words, work.checked, history=work.history)

    def work(self) -> Work:
        """What is to be kept of it."""
        masks = {name: getattr(self, name) for name in ("mask", "filled", "strokes")}
        pixels = self.image.reshape(-1, self.image.shape[2])
        values = pixels[np.flatnonzero(self.filled)]
        return Work(self.source, self.words, **masks, values=values, checked=self.checked, history=self.history)

    def paint(self, strokes: Sequence[Stroke]) -> Box | None:
        """Do strokes, the oldest first; where they lie over each other, only what the newest leaves is filled.

        Returns:
            Left, top, right and bottom of what has changed; None where nothing has.
        """
        changed = folded(strokes, self.mask.shape)
        return None if changed is None else self._change(*changed)

    def take(self, number: int, goes: bool) -> Box | None:
        """Let a word go, or stay; returns as :meth:`paint`.

        Raises:
            UserError: when there is no word of this number, from 0.
        """
        return self._take([self._word(number)], goes)

    def take_kind(self, number: int, goes: bool) -> Box | None:
        """Let a word and all others of its kind go, or stay; returns and raises as :meth:`take`.

        Doubtful ones do not go along with it: they may be no lettering.
        """
        chosen = self._word(number)
        if not chosen.region.kind:
            raise UserError("this word has no kind: it is chosen by itself alone")
        others = [word for word in self.words if word.region.kind == chosen.region.kind and word.goes != goes
                  and not (goes and word.doubtful)]  # fmt: skip
        return self._take([chosen, *others], goes)

    def _word(self, number: int) -> Word:
        if not 0 <= number < len(self.words):
            raise UserError(f"there is no word {number}; expected 0 to {len(self.words) - 1}")
        return self.words[number]

    def _take(self, words: Sequence[Word], goes: bool) -> Box | None:
        own = np.zeros_like(self.mask)
        for word in words:
            own[word.slices] |= within(word.region, self.strokes if goes else self.mask)
        slices = box_around(own, 0)
        own, nothing = own[slices], np.zeros_like(own[slices])
        return self._change(slices, *((own, nothing) if goes else (nothing, own))) if own.size else None

    def move(self, back: bool) -> Box | None:
        """Undo the latest change, or do it again; returns as :meth:`paint`, None where there is no such change.

        Raises:
            UserError: when what is kept of the change is damaged.
        """
        with self._pixels:
            slices = self.history.move(back, self._arrays())
        return None if slices is None else self._changed(slices)

    def shown(self, slices: Slices, clean: bool, scale: int = 1) -> np.ndarray:
        """A part as a picture, h w 3 uint8 sRGB, one pixel for ``scale`` x ``scale`` of the page."""
        with self._pixels:
            part = (self.image if clean else self.before)[slices].copy()
        return srgb_of(self.page, _smaller(part, scale))

    def shown_mask(self, slices: Slices, scale: int = 1) -> np.ndarray:
        """A part of the mask, h w uint8, 255 = lettering."""
        with self._pixels:
            part = self.mask[slices] * np.uint8(255)
        return _smaller(part, scale)

    def result(self) -> Result:
        """As if it had been cleaned so at once; its arrays are the page's own."""
        gone = [word.region for word in self.words if word.goes]
        doubtful = [word.region for word in self.words if word.doubtful and not word.goes]
        return Result(self.image, self.mask, self.filled, self.mask * np.uint8(255), gone, doubtful)

    def _arrays(self) -> tuple[np.ndarray, ...]:
        return self.image, self.mask, self.filled

    def _change(self, slices: Slices, goes: np.ndarray, stays: np.ndarray) -> Box | None:
        """Change the mask in ``slices``, in a copy of what is around it, and put that back."""
        edge = suitable_growth(self.image)
        window = _around(slices, 2 * self.cleaning.reach(edge) + _SEEN, self.mask.shape)
        image, mask, filled = (array[window].copy() for array in self._arrays())
        inner = tuple(slice(side.start - out.start, side.stop - out.start)
                      for side, out in zip(slices, window, strict=True))  # fmt: skip
        add, erase = np.zeros_like(mask), np.zeros_like(mask)
        add[inner], erase[inner] = goes, stays
        result = Result(image, mask, filled, np.zeros_like(mask), [])
        by_hand = ByHand(add=add if goes.any() else None, erase=erase if stays.any() else None)
        shown = srgb_of(self.page, self.before[window])
        self.cleaning.mend(result, self.before[window], shown, by_hand, edge)
        after = image, mask, filled
        step = Step.between(window, [array[window] for array in self._arrays()], after)
        if step is None:
            return None
        with self._pixels:
            for array, part in zip(self._arrays(), after, strict=True):
                array[window] = part
        self.history.add(step)
        return self._changed(step.slices)

    def _changed(self, slices: Slices) -> Box:
        rows, columns = slices
        self.version += 1
        for word in self.words:
            left, top, right, bottom = word.region.box
            if left < columns.stop and right > columns.start and top < rows.stop and bottom > rows.start:
                word.look(self.mask, self.strokes)
        return columns.start, rows.start, columns.stop, rows.stop


def _around(slices: Slices, margin: int, shape: tuple[int, ...]) -> Slices:
    rows, columns = (slice(max(side.start - margin, 0) // _ALIGNED * _ALIGNED, min(side.stop + margin, extent))
                     for side, extent in zip(slices, shape, strict=True))  # fmt: skip
    return rows, columns


def _smaller(part: np.ndarray, scale: int) -> np.ndarray:
    if scale == 1:
        return part
    height, width = part.shape[:2]
    size = max(1, -(-width // scale)), max(1, -(-height // scale))
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    return small[..., None] if part.ndim == 3 and small.ndim == 2 else small
