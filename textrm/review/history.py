"""What undoing and doing again need: the parts of a page's arrays that steps have changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from textrm.page.group import Slices

MOST = 64_000_000  # bytes kept of a page; the oldest steps go first


@dataclass(slots=True)
class Step:
    """The values that the rows and columns ``slices`` of some arrays had."""

    slices: Slices
    values: list[np.ndarray]

    @classmethod
    def between(cls, slices: Slices, before: Sequence[np.ndarray], after: Sequence[np.ndarray]) -> Step | None:
        """What ``before`` has where it is not ``after``, both of the rows and columns ``slices``; None for nothing."""
        changed = np.zeros(before[0].shape[:2], np.uint8)
        for one, other in zip(before, after, strict=True):
            for channel in np.moveaxis(np.atleast_3d(one != other), 2, 0):
                changed |= channel
        left, top, width, height = cv2.boundingRect(changed)
        if not width:
            return None
        part = slice(top, top + height), slice(left, left + width)
        rows, columns = (slice(side.start + inner.start, side.start + inner.stop)
                         for side, inner in zip(slices, part, strict=True))  # fmt: skip
        return cls((rows, columns), [array[part].copy() for array in before])

    def swap(self, arrays: Sequence[np.ndarray]) -> Step:
        """Put the values back into the arrays; returns those that were there."""
        there = Step(self.slices, [array[self.slices].copy() for array in arrays])
        for array, values in zip(arrays, self.values, strict=True):
            array[self.slices] = values
        return there

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(values.nbytes for values in self.values)


@dataclass(slots=True)
class History:
    """The steps of a page that can be undone, and those that were undone, the latest at the end."""

    done: list[Step] = field(default_factory=list)
    undone: list[Step] = field(default_factory=list)

    def add(self, step: Step) -> None:
        """A new step; what was undone before is gone."""
        self.undone.clear()
        self.done.append(step)
        while self.size > MOST and len(self.done) > 1:
            del self.done[0]

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(step.size for step in (*self.done, *self.undone))

    def clear(self) -> None:
        """Forget all steps."""
        self.done.clear()
        self.undone.clear()

    def move(self, back: bool, arrays: Sequence[np.ndarray]) -> Slices | None:
        """Undo the latest step, or with ``back`` false do the latest undone one again; returns where, None for none."""
        source, target = (self.done, self.undone) if back else (self.undone, self.done)
        if not source:
            return None
        step = source.pop()
        target.append(step.swap(arrays))
        return step.slices
