"""What undoing and doing again need: which bits of a page's arrays the latest steps have changed."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from textrm.errors import UserError
from textrm.page.group import Slices

STEPS = 50  # kept of a page; the oldest go first
MOST = 8_000_000  # bytes of them, packed: all are written anew with each stroke


@dataclass(frozen=True, slots=True)
class Step:
    """The bits that differ in rows and columns ``slices`` of some arrays, compressed by zlib, one array after another.

    They lead both ways: from before to after, and back.
    """

    slices: Slices
    packed: bytes

    @classmethod
    def between(cls, slices: Slices, before: Sequence[np.ndarray], after: Sequence[np.ndarray]) -> Step | None:
        """From ``before`` to ``after``, integers, both of the rows and columns ``slices``; None where alike."""
        different = [one ^ other for one, other in zip(before, after, strict=True)]
        changed = np.zeros(before[0].shape[:2], np.uint8)
        for bits in different:
            for channel in np.moveaxis(np.atleast_3d(bits != 0), 2, 0):
                changed |= channel
        left, top, width, height = cv2.boundingRect(changed)
        if not width:
            return None
        part = slice(top, top + height), slice(left, left + width)
        rows, columns = (slice(side.start + inner.start, side.start + inner.stop)
                         for side, inner in zip(slices, part, strict=True))  # fmt: skip
        return cls((rows, columns), zlib.compress(b"".join(bits[part].tobytes() for bits in different), 1))

    def go(self, arrays: Sequence[np.ndarray]) -> None:
        """Change the arrays.

        Raises:
            UserError: when it is no step of such arrays; they stay as they were.
        """
        parts = [array[self.slices] for array in arrays]
        size = sum(part.nbytes for part in parts)
        try:
            # No more than the size says: a file from elsewhere could unpack to anything.
            content = zlib.decompressobj().decompress(self.packed, size)
        except zlib.error:
            content = b""
        if len(content) != size:
            raise UserError("this step is damaged and cannot be undone or done again; what is on the page stays")
        start = 0
        for part in parts:
            part ^= np.frombuffer(content, part.dtype, part.size, start).reshape(part.shape)
            start += part.nbytes


@dataclass(slots=True)
class History:
    """The steps of a page that can be undone, and those that were undone, the latest at the end."""

    done: list[Step] = field(default_factory=list)
    undone: list[Step] = field(default_factory=list)

    def add(self, step: Step) -> None:
        """A new step; what was undone before is gone."""
        self.undone.clear()
        self.done.append(step)
        size = sum(len(one.packed) for one in self.done)
        while len(self.done) > STEPS or (size > MOST and len(self.done) > 1):
            size -= len(self.done.pop(0).packed)

    def move(self, back: bool, arrays: Sequence[np.ndarray]) -> Slices | None:
        """Undo the latest step, or with ``back`` false do the latest undone one again; returns where, None for none.

        Raises:
            UserError: when the step is damaged.
        """
        source, target = (self.done, self.undone) if back else (self.undone, self.done)
        if not source:
            return None
        source[-1].go(arrays)
        target.append(source.pop())
        return target[-1].slices
