"""The unit cell of a screen: the value of a pixel by its phase in the lattice and the tone there."""

from __future__ import annotations

from itertools import product

import numpy as np

_BINS = 24  # per period; a fifth of a pixel where screens are usual
_STEP = 8.0  # levels between bins of tone
_TONES = 24  # bins of tone, at most
_BLUR = 1.5  # bins of tone over which neighbours tell what a bin holds
_WIDE = 1.3  # bins of phase, likewise
_PRIOR = 0.7  # samples that this counts as
_APART = np.abs(np.subtract.outer(np.arange(_BINS), np.arange(_BINS)))
_AROUND = np.exp(-0.5 * np.square(np.minimum(_APART, _BINS - _APART) / _WIDE))


class Cell:
    """What pixels differ by from their tone, learnt from samples.

    The phase goes around, the tone ends at the lowest and at the highest that was seen; between bins of tone it is
    linear. That is right for any shape of dots, as no wave is fitted, and for pixels that were averaged as for those of
    1 bit, as every phase of the lattice against the grid of pixels comes again. ``by_first`` is the share of the
    variance that the first phase alone explains.

    Args:
        phase: N x D float32 cycles (D is 1 for lines, 2 for dots).
        tone: N levels.
        value: N levels.
    """

    def __init__(self, phase: np.ndarray, tone: np.ndarray, value: np.ndarray) -> None:
        self._low, high = np.percentile(tone[:: len(tone) // 4000 + 1], (0.5, 99.5)).tolist()
        self._tones = int(np.clip(np.ceil((high - self._low) / _STEP), 1, _TONES))
        self._step = max((high - self._low) / max(self._tones - 1, 1), 1e-3)
        size = _BINS ** phase.shape[1]
        count, total = np.zeros(self._tones * size), np.zeros(self._tones * size)
        differing = value - tone
        for index, weight in self._bins(phase, tone):
            count += np.bincount(index, weight, len(count))
            total += np.bincount(index, weight * differing, len(count))
        count, total = count.reshape(self._tones, size), total.reshape(self._tones, size)
        bins = np.arange(self._tones)
        around = np.exp(-0.5 * np.square((bins[:, None] - bins) / _BLUR))
        near_count, near_total = around @ count, around @ total
        # Where the lattice fits the grid of pixels, few phases ever come: between them neighbours tell.
        wide_count, wide_total = _turned(near_count, phase.shape[1]), _turned(near_total, phase.shape[1])
        prior = (near_total + _PRIOR * wide_total) / (np.maximum(near_count + _PRIOR * wide_count, 0) + 1e-6)
        table = (total + _PRIOR * prior) / (count + _PRIOR)
        self.by_first = _share(count, table)
        self._table = table.ravel().astype(np.float32)

    def __call__(self, phase: np.ndarray, tone: np.ndarray) -> np.ndarray:
        """The values, N levels in float32, at N x D phases and N tones."""
        value = tone.astype(np.float32)
        for index, weight in self._bins(phase, tone):
            value += weight * self._table[index]
        return value

    def between(self, phase: np.ndarray, tone: np.ndarray) -> np.ndarray:
        """As a call, but linear between the bins of phase too: for what will be seen."""
        shift = phase * np.float32(_BINS) - np.float32(0.5)
        floor = np.floor(shift)
        part, value = shift - floor, np.zeros(len(tone), np.float32)
        for corner in product((0, 1), repeat=phase.shape[1]):
            weight = np.where(corner, part, 1 - part).prod(1)
            value += weight * self((floor + corner + np.float32(0.5)) / np.float32(_BINS), tone)
        return value

    def _bins(self, phase: np.ndarray, tone: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        """The bins of the two tones that N places lie between, N indices and N weights each."""
        turn = phase - np.floor(phase)
        place = np.minimum((turn * np.float32(_BINS)).astype(np.int32), _BINS - 1)
        index = place[:, 0] if phase.shape[1] == 1 else place[:, 0] * _BINS + place[:, 1]
        if self._tones == 1:
            return [(index, np.ones(len(index), np.float32))]
        axis = np.clip((tone - self._low) / self._step, 0, self._tones - 1).astype(np.float32)
        floor = np.minimum(axis.astype(np.int32), self._tones - 2)
        part, size = axis - floor, _BINS ** phase.shape[1]
        index = index + floor * size
        return [(index, 1 - part), (index + size, part)]


def _turned(table: np.ndarray, dimensions: int) -> np.ndarray:
    """A table, tones x phases, blurred along its phases, which go around."""
    shape = table.shape
    table = table.reshape(-1, *(_BINS,) * dimensions)
    for axis in range(1, dimensions + 1):
        table = np.moveaxis(np.moveaxis(table, axis, -1) @ _AROUND, -1, axis)
    return table.reshape(shape)


def _share(count: np.ndarray, table: np.ndarray) -> float:
    """The share of the variance of a table, tones x phases, that is between the bins of the first phase."""
    count, table = (plane.reshape(len(count), _BINS, -1) for plane in (count, table))
    inside = count.sum(2)
    first = (count * table).sum(2) / np.maximum(inside, 1e-6)
    mean = (inside * first).sum(1, keepdims=True) / np.maximum(inside.sum(1, keepdims=True), 1e-6)
    whole = float((count * np.square(table - mean[..., None])).sum())
    return float((inside * np.square(first - mean)).sum()) / max(whole, 1e-6)
