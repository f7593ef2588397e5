"""Cuts across thin strokes, and what they tell of them."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.page.filling.strokes.ridges import Ridges

SLANT = 3  # pixels in which a hole's border may cross a stroke
SHORTEST = 4  # pixels; shorter pieces tell no heading
_NEAR, _FAR = 5, 8  # pixels from a stroke's middle that the first cuts and those after them reach
_SEEN = 0.5  # of its contrast that a stroke has at every place
_EDGE = 0.3  # of it that ends a cut
_CALM = 16  # levels by which even ground differs
_NOISE = 0.1  # pixels by which a cut's middle is off, at least
_BENT = 0.01  # half the curvature, per pixel, that a stroke mostly stays below


class Cuts:
    """Cuts across N strokes, pixel by pixel away from the hole."""

    def __init__(
        self,
        ridges: Ridges,
        light: np.ndarray,
        unknown: np.ndarray,
        place: np.ndarray,
        heading: np.ndarray,
        bend: np.ndarray,
        length: int,
        first: bool,
    ) -> None:
        reach = _NEAR if first else _FAR
        self.across = across = np.arange(-reach, reach + 0.25, 0.5, dtype=np.float32)
        self.steps = np.arange(length, dtype=np.float64)
        cos, sin = np.cos(heading)[:, None], np.sin(heading)[:, None]
        off = bend[:, None] * self.steps**2
        self._cos, self._sin = cos, sin
        self._x = place[:, :1] + cos * self.steps - sin * off
        self._y = place[:, 1:] + sin * self.steps + cos * off
        x = self._x[..., None] - sin[..., None] * across
        self._plane, self._down = ridges.both, ridges.rows(light)[:, None]
        y = self._y[..., None] + cos[..., None] * across + self._down[..., None]
        count = len(place)
        self.values = sampled(self._plane, x.reshape(count, -1), y.reshape(count, -1)).reshape(
            count, length, len(across)
        )
        middle = np.abs(across) <= 1.5
        inner = np.where(middle, self.values, -1)
        top = inner.argmax(2).astype(np.int8)  # of a few dozen: large arrays of small numbers cost less
        self.peak = inner.max(2)
        # The border of a hole may cross a stroke aslant, so that its first cuts are none.
        self.contrast = contrast = np.median(self.peak[:, SLANT : SLANT + SHORTEST], 1)
        shown = self.peak >= _SEEN * np.maximum(contrast, 1)[:, None]
        self.seen = np.logical_and.accumulate(shown | (self.steps < SLANT), 1) & shown
        self.length = self.seen.sum(1)
        # A cut is what is connected with its peak.
        ink = self.values >= _EDGE * contrast[:, None, None]
        index = np.arange(len(across), dtype=np.int8)
        gaps = np.where(ink, -1, index)
        before = np.where(index <= top[..., None], gaps, -1).max(2)
        after = np.where(~ink & (index >= top[..., None]), index, len(across)).min(2)
        inside = (index > before[..., None]) & (index < after[..., None])
        ink_inside = np.where(inside, self.values, 0)
        amount = np.maximum(ink_inside.sum(2), 1e-6)
        self.middle = (ink_inside * across).sum(2) / amount
        around = (index >= before[..., None]) & (index <= after[..., None])
        areas = np.where(around, self.values, 0).sum(2) / 2
        self.area = _median(areas, self.seen)
        usual = np.abs(areas - self.area[:, None]) <= 0.5 * self.area[:, None]
        half = self.area / np.maximum(contrast, 1) / 2 + 1
        whole = self._beside(unknown, np.stack([-half, half], 1)).max(2) == 0
        self.weight = (self.seen & whole & usual & (np.abs(self.middle) <= 2)).astype(np.float64)
        self.uneven = _spread(areas, self.weight > 0) / np.maximum(self.area, 1)

    def _beside(self, plane: np.ndarray, across: np.ndarray) -> np.ndarray:
        """The values of ``plane`` so many pixels beside the cuts' middles, N x T x K of N x K."""
        off = self.middle[..., None] + across[:, None]
        x = self._x[..., None] - self._sin[..., None] * off
        y = self._y[..., None] + self._cos[..., None] * off
        return value_at(plane, x, y)

    def colours(self, crop: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The strokes' colours, N x C, and contrasts, N: those of their purer half."""
        height, width = crop.shape[:2]
        rows = np.rint(self._y + self._cos * self.middle).astype(int).clip(0, height - 1)
        columns = np.rint(self._x - self._sin * self.middle).astype(int).clip(0, width - 1)
        contrast = np.where(self.weight > 0, self._plane[rows + self._down, columns], 0).astype(np.float64)
        pure = (contrast >= _median(contrast, self.weight > 0)[:, None]) & (self.weight > 0)
        count = np.maximum(pure.sum(1), 1)
        ink = (crop[rows, columns] * pure[..., None]).sum(1) / count[:, None]
        return ink, (contrast * pure).sum(1) / count

    def sides(self, grey: np.ndarray, unknown: np.ndarray, width: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The grey to the right and left of the strokes, N x 2, and what share of it is even, N."""
        count, found, even = len(width), [], np.ones(len(width))
        for side in (1, -1):
            across = side * (width[:, None] / 2 + np.array([1.5, 2.5, 3.5]))
            value = self._beside(grey, across).astype(float)
            known = (self._beside(unknown, across) == 0) & self.seen[..., None]
            value, known = value.reshape(count, -1), known.reshape(count, -1)
            level = _median(value, known)
            found.append(level)
            near = (np.abs(value - level[:, None]) <= _CALM) & known
            even = np.minimum(even, near.sum(1) / np.maximum(known.sum(1), 1))
        return np.stack(found, 1), even

    def between(self, others: np.ndarray, width: np.ndarray) -> np.ndarray:
        """How much other strokes stand at both sides of these, the median along each, N."""
        across = width[:, None] / 2 + np.arange(3)
        found = [_median(self._beside(others, side * across).max(2).astype(float), self.seen) for side in (1, -1)]
        return np.minimum(*found)

    def beside(self, width: np.ndarray) -> np.ndarray:
        """How much ink stands right beside the strokes, the median along each."""
        off = np.abs(self.across)
        near = np.minimum(width / 2 + 1.5, _FAR - 1)[:, None]
        where = (off >= near) & (off <= (width + 1.5)[:, None])
        both = np.where(where[:, None], self.values, 0)
        middle = len(off) // 2
        return _median(np.minimum(both[..., :middle].max(2), both[..., middle + 1 :].max(2)), self.seen)

    def fitted(self, order: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """A curve through the middles of cuts: offset, slope, bend, the slope's doubt and how far the middles are off.

        Least squares with a prior on the bend, on top of that by which the cuts were taken.
        """
        powers = self.steps[:, None] ** np.arange(order)
        weighted = self.weight[..., None] * powers
        prior = np.diag([1e-3, 1e-3, (_NOISE / _BENT) ** 2][:order])
        normal = np.einsum("ntp,tq->npq", weighted, powers) + prior
        curve = np.linalg.solve(normal, np.einsum("ntp,nt->np", weighted, self.middle)[..., None])[..., 0]
        off = (self.middle - curve @ powers.T) ** 2 * self.weight
        rough = np.sqrt(off.sum(1) / np.maximum(self.weight.sum(1), 1))
        doubt = np.maximum(rough, _NOISE) * np.sqrt(np.linalg.inv(normal)[:, 1, 1])
        bend = curve[:, 2] if order == 3 else np.zeros(len(curve))
        return curve[:, 0], curve[:, 1], bend, doubt, rough


def _median(values: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Of the chosen values of each row; 0 where there are none."""
    order = np.sort(np.where(chosen, values, np.inf), 1)
    count = chosen.sum(1)
    middle = order[np.arange(len(values)), np.maximum(count - 1, 0) // 2]
    return np.where(count > 0, middle, 0)


def _spread(values: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    count = np.maximum(chosen.sum(1), 1)
    mean = (values * chosen).sum(1) / count
    return np.sqrt(((values - mean[:, None]) ** 2 * chosen).sum(1) / count)


def sampled(plane: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The values of h w uint8 between pixels, N x M float32; 0 outside."""
    if not x.size:
        return np.zeros(x.shape, np.float32)
    x, y = x.astype(np.float32), y.astype(np.float32)
    # OpenCV takes maps of at most 32767 rows and columns.
    sampled = [
        cv2.remap(plane, x[row : row + 8192], y[row : row + 8192], cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        for row in range(0, len(x), 8192)
    ]
    return np.concatenate(sampled).astype(np.float32)


def value_at(plane: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The values of the nearest pixels; 0 outside."""
    height, width = plane.shape
    rows, columns = np.rint(y).astype(np.int32), np.rint(x).astype(np.int32)
    inside = (columns >= 0) & (rows >= 0) & (columns < width) & (rows < height)
    return np.where(inside, plane[rows.clip(0, height - 1), columns.clip(0, width - 1)], 0)
