"""A screen as its lattice, its tone and its cell describe it, and where that is right."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from textrm.page.filling.pixels import places, taken
from textrm.page.filling.screens.cell import Cell
from textrm.page.filling.screens.extension import extend, extend_means

_SAMPLE = 40_000  # pixels that a cell is learnt from; more cost time only
_FEWEST = 64
_FOLD = 13  # pixels; side of the squares that are learnt from and predicted by turns
_SHORTEST, _LONGEST = 2.5, 12  # pixels over which the tone is taken (standard deviation): one period, within these
_LINES = 0.9  # of a cell's variance by the first of its phases
_NEAR = 0.7  # of that: over so many is told whether the description holds
_LEAST = 8.0  # levels of contrast (root of the mean square) has a screen
_NOISE = 6.0  # levels; so far a prediction may be off where there is hardly any screen
_CLEAN = 0.5  # of the variance at a known place unexplained, at most; with more something else is drawn there
_DRAWN = 0.25  # of what is known and not plain is the screen, at least
_SOFT, _AGAIN = 0.6, 0.5  # pixels of blur, after which so much correlates with what is one period on
_HELD = 0.7  # of the variance around a place of the hole unexplained, at most; a net explains less even there
_FLAT = 0.5  # of what is known around a place plain, at most
_TOGETHER = 4  # pixels over which a hole is judged as one (standard deviation): no islands
_EDGE = 8  # pixels that a letter's white edge reaches beyond the hole, at most
_RIM, _EDGED = 2.5, 0.7  # pixels around such letters of which at least this share is white
_AROUND = 0.6  # of what is around letters with such an edge must be screen: else they stand on white ground
_PAPER = 24  # levels between a white edge and the screen's lightest pixels, at most
_BILEVEL, _EXTREME = 0.97, 40  # share of pixels so near to black or white: no grey is drawn


class Screen:
    """A screen around a hole.

    ``score`` is the share of the variance of known pixels that is predicted from others, where nothing else is drawn.

    Args:
        grey: h w float32 levels.
        known: h w float32 in {0, 1}.
        frequencies: as :func:`textrm.page.filling.screens.lattice.find_lattice` gives them.
    """

    def __init__(self, grey: np.ndarray, known: np.ndarray, frequencies: np.ndarray) -> None:
        self._grey, self._known, self._frequencies = grey, known, frequencies
        period = 1 / float(np.linalg.norm(frequencies, axis=1).min())
        self._sigma = float(np.clip(period, _SHORTEST, _LONGEST))
        self._phases = _phases(grey.shape, frequencies)
        self._valid = known
        self._tone = local_means([grey], known, self._sigma)[0]
        judged = self._places()
        for _ in range(2):
            self._judge(*judged)
        spread, error = (float((plane * self._valid).sum()) for plane in (self._spread, self._error))
        enough = spread > _LEAST**2 * float(self._valid.sum())
        self.score = 1 - error / spread if enough else 0.0

    def repeats(self) -> bool:
        """Whether what is drawn is mostly the screen, and the same one period on.

        Two crossed screens hold only in places, and two lines of a frame do not come again, whatever lattice they lie
        on.
        """
        drawn = self._known * (1 - self._plain)
        if float((self._valid * drawn).sum()) < _DRAWN * float(drawn.sum()):
            return False
        detail = cv2.GaussianBlur((self._grey - self._tone) * self._valid, (0, 0), _SOFT)
        for across in np.linalg.pinv(self._frequencies).T:
            move = np.array([[1, 0, across[0]], [0, 1, across[1]]])
            height, width = detail.shape
            moved, there = (cv2.warpAffine(plane, move, (width, height)) for plane in (detail, self._valid))
            both = (there > 0.5) & (self._valid > 0)
            one, other = detail[both], moved[both]
            if float(one @ other) < _AGAIN * float(np.sqrt((one @ one) * (other @ other))) + 1e-6:
                return False
        return True

    def lines(self) -> bool:
        """Whether the first frequency alone explains it: there are lines and no dots."""
        return self._cell.by_first >= _LINES

    def _places(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Rows, columns and phases of the known places, and which half of the squares they lie in."""
        y, x = places(self._known != 0)
        fold = (np.arange(self._grey.shape[0])[:, None] // _FOLD + np.arange(self._grey.shape[1]) // _FOLD) % 2 == 0
        return y, x, self._phase(y, x), taken(fold, y, x)

    def _judge(self, y: np.ndarray, x: np.ndarray, phase: np.ndarray, fold: np.ndarray) -> None:
        """Learn from one half of the known squares and predict the other, in turn; and see where that holds."""
        place = y * self._grey.shape[1] + x  # one index costs less than two
        seen, value, usable = (plane.ravel().take(place) for plane in (self._tone, self._grey, self._valid > 0))
        error = np.zeros(self._grey.shape, np.float32)
        for part in (fold, ~fold):
            learnt, held = np.flatnonzero(~part & usable), np.flatnonzero(part)
            known, expected = value[held], seen[held]
            if len(learnt) >= _FEWEST:
                learnt = learnt[:: len(learnt) // _SAMPLE + 1]
                self._cell = Cell(phase.take(learnt, 0), seen[learnt], value[learnt])
                expected = self._cell(phase.take(held, 0), expected)
            error.ravel()[place[held]] = known - expected
        self._error, self._spread = np.square(error) * self._known, np.square(self._grey - self._tone) * self._known
        near_error, near_spread = local_means([self._error, self._spread], self._known, _NEAR * self._sigma)
        self._valid = self._known * (near_error <= _CLEAN * near_spread + _NOISE**2)
        self._tone = local_means([self._grey], self._valid, self._sigma)[0]
        self._plain = self._known * (near_spread < _LEAST**2)

    def white_edge(self, own: np.ndarray) -> np.ndarray:
        """What is left of letters' white edges beside a hole, h w uint8; it counts as unknown from now on.

        Near the hole, as light as the paper between dots and with the dots missing, but no open white ground.
        """
        distance = cv2.distanceTransform(1 - own, cv2.DIST_L2, 3)
        far = self._valid * (distance > _EDGE)
        none = np.zeros_like(own)
        y, x = places((self._known > 0) & (distance <= _EDGE + 2))
        if np.count_nonzero(far) < _FEWEST or not len(y):
            return none
        tone = extend(local_means([self._grey], far, self._sigma)[0], far)
        predicted, seen = self._cell(self._phase(y, x), tone[y, x]), self._grey[y, x]
        weight, error, spread = (np.zeros_like(self._grey) for _ in range(3))
        weight[y, x], error[y, x], spread[y, x] = 1, np.square(seen - predicted), np.square(predicted - tone[y, x])
        error, spread = local_means([error, spread], weight, _NEAR * self._sigma)
        light = self._grey >= np.percentile(self._grey[far > 0], 90) - _PAPER
        missing = (light & (weight > 0) & (error > _CLEAN * spread + _NOISE**2) & (distance <= _EDGE)).astype(np.uint8)
        whole = own | missing
        away, nearest = cv2.distanceTransformWithLabels(1 - whole, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_CCOMP)
        beside = (away > 0) & (away <= _EDGE) & (self._known > 0)
        count = int(nearest.max()) + 1
        around = np.bincount(nearest[beside], minlength=count)
        screened = np.bincount(nearest[beside], self._valid[beside] * (1 - self._plain[beside]), minlength=count)
        rim = (distance > 0) & (distance <= _RIM) & (self._known > 0)
        edged, rims = np.bincount(nearest[rim], missing[rim], count), np.bincount(nearest[rim], minlength=count)
        touching = np.bincount(nearest[own != 0], minlength=count) > 0
        found = missing & (touching & (screened >= _AROUND * around) & (edged >= _EDGED * rims))[nearest]
        if found.any():
            self._known = self._known * (found == 0)
            self._judge(*self._places())
        return found

    def certain(self, own: np.ndarray) -> np.ndarray:
        """The pixels of ``own`` near which the screen predicts what is known, h w bool."""
        inside = own.astype(np.float32)
        extended = extend_means([self._error, self._spread, self._plain], self._known)
        error, spread, plain = local_means(extended, inside, _TOGETHER)
        return (own != 0) & (error <= _HELD * spread) & (spread >= _LEAST**2) & (plain <= _FLAT)

    def values(self, plane: np.ndarray, where: np.ndarray) -> np.ndarray:
        """The screen of a plane, h w float32 levels, at the N places of h w bool: N levels."""
        cell, tone = self._describe(plane)
        found = cell.between(self._phase(*places(where)), tone[where])
        around = plane[self._valid > 0]
        around = around[:: len(around) // _SAMPLE + 1]
        if np.mean((around < _EXTREME) | (around > 255 - _EXTREME)) >= _BILEVEL:
            low, high = np.percentile(around, (2, 98))
            return np.where(found > (low + high) / 2, high, low)
        return np.clip(found, around.min(), around.max())

    def _describe(self, plane: np.ndarray) -> tuple[Cell, np.ndarray]:
        """The cell and the tone, everywhere, of a plane from its valid pixels."""
        y, x = places(self._valid != 0)
        tone = self._tone if plane is self._grey else local_means([plane], self._valid, self._sigma)[0]
        phase, value, seen = self._phase(y, x), taken(plane, y, x), taken(tone, y, x)
        step = len(y) // _SAMPLE + 1
        cell = Cell(phase[::step], seen[::step], value[::step])
        off = np.zeros_like(plane)
        off[y, x] = value - cell(phase, seen)
        tone = tone + local_means([off], self._valid, self._sigma)[0]
        low, high = np.percentile(tone[y[::step], x[::step]], (0.5, 99.5))
        return cell, np.clip(extend(tone, self._valid), low, high)

    def _phase(self, y: np.ndarray, x: np.ndarray) -> np.ndarray:
        return self._phases.take(y * self._grey.shape[1] + x, 0)


def _phases(shape: tuple[int, ...], frequencies: np.ndarray) -> np.ndarray:
    """The phases of all places, row by row, (h w) x D float32: cycles, less whole ones, so that they hold them."""
    y, x = (np.arange(side, dtype=np.float64) for side in shape)
    phases = np.empty((*shape, len(frequencies)), np.float32)
    for number, (along, down) in enumerate(frequencies.tolist()):
        phase = (y * down)[:, None] + x * along
        np.subtract(phase, np.floor(phase), out=phases[..., number], casting="same_kind")
    return phases.reshape(-1, len(frequencies))


def local_means(planes: Sequence[np.ndarray], weight: np.ndarray, sigma: float) -> list[np.ndarray]:
    """The Gaussian means of what has weight, maps h w float32; of all of it where nothing near has."""
    whole, count = max(float(weight.sum()), 1e-6), cv2.GaussianBlur(weight, (0, 0), sigma) + np.float32(1e-4)
    means = []
    for plane in planes:
        held = plane * weight
        blurred = cv2.GaussianBlur(held, (0, 0), sigma)
        means.append((blurred + np.float32(1e-4 * float(held.sum() / whole))) / count)
    return means
