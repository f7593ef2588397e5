"""How well screens, halftone dots and lines, were continued into holes (numpy and OpenCV only)."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.metrics.counting import ratio

_AROUND = 32  # px around a hole from which the truth's lattice is told
_JOINED = 8  # px; parts of a hole that are nearer are one
_SLOWEST, _FASTEST = 1 / 20, 0.46  # cycles per px
_SHARE = 0.12  # of the power between these lies in the peaks of a screen, at least
_CONTRAST = 8.0  # levels, root of the mean square of what a screen adds to its tone, at least
_APART, _SECOND = 0.35, 0.1  # sine between two peaks, and the second one's power to the first's, at least
_REACH = 2  # bins beside a peak that belong to it
_TONE = 6.0  # px over which the tone is taken (standard deviation)
_PERIODS = 1.5  # periods over which a local phase is taken, likewise


def screen_scores(filled: np.ndarray, clean: np.ndarray, hole: np.ndarray) -> list[dict[str, float]]:
    """For each hole on a screen of the truth how far its tone and its lattice are off; the pictures are H W 3 uint8.

    ``tone``: mean absolute difference of the pictures' low-pass (6 px) in the hole, in levels. ``phase``: by how much
    of a period the strongest frequencies of the truth's spectrum are shifted, locally, mean over the hole by their
    strength; 0.25 is chance. ``lattice``: the difference of their local amplitudes, phase included, to the truth's: 0
    is the truth, 1 a fill without them. Parts of ``hole``, H W in {0, 1}, nearer than 8 px are one hole.
    """
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_JOINED + 1, _JOINED + 1))
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(cv2.dilate((hole != 0).astype(np.uint8), kernel))
    scores = []
    for number in range(1, count):
        left, top, width, height = boxes[number, :4].tolist()
        window = np.s_[max(top - _AROUND, 0) : top + height + _AROUND, max(left - _AROUND, 0) : left + width + _AROUND]
        own = (labels[window] == number) & (hole[window] != 0)
        seen, truth = (picture[window].mean(2, dtype=np.float32) for picture in (filled, clean))
        frequencies = _frequencies(truth)
        if own.any() and len(frequencies):
            scores.append(_compared(np.where(own, seen, truth), truth, own, frequencies))
    return scores


def mean_screen_scores(scores: list[dict[str, float]]) -> dict[str, float]:
    """The means of :func:`screen_scores` over holes; NaN without any."""
    names = ("tone", "phase", "lattice")
    return {name: ratio(sum(one[name] for one in scores), len(scores)) for name in names}


def _frequencies(truth: np.ndarray) -> list[tuple[float, float]]:
    """The strongest frequencies (x, y) of a screen, one or two; none where there is no screen."""
    detail = truth - cv2.GaussianBlur(truth, (0, 0), _TONE)
    if min(truth.shape) < _AROUND or float(np.sqrt(np.mean(np.square(detail)))) < _CONTRAST:
        return []
    taper = np.outer(np.hanning(truth.shape[0]), np.hanning(truth.shape[1]))
    power = np.square(np.abs(np.fft.rfft2(detail * taper)))
    y, x = np.fft.fftfreq(truth.shape[0])[:, None], np.fft.rfftfreq(truth.shape[1])[None]
    radius = np.hypot(x, y)
    power[(radius < _SLOWEST) | (radius > _FASTEST)] = 0
    whole, inside, found = float(power.sum()), 0.0, []
    first = 0.0
    for _ in range(2):
        row, column = divmod(int(power.argmax()), power.shape[1])
        first = max(first, float(power[row, column]))
        if not power[row, column] > _SECOND * first:
            break
        at = float(x[0, column]), float(y[row, 0])
        rows = (np.arange(row - _REACH, row + _REACH + 1)) % len(power)
        inside += float(power[rows, max(column - _REACH, 0) : column + _REACH + 1].sum())
        found.append(at)
        power[np.abs(x * at[1] - y * at[0]) < _APART * radius * np.hypot(*at)] = 0
    return found if inside >= _SHARE * whole else []


def _compared(
    seen: np.ndarray, truth: np.ndarray, own: np.ndarray, frequencies: list[tuple[float, float]]
) -> dict[str, float]:
    tone = [cv2.GaussianBlur(plane, (0, 0), _TONE) for plane in (seen, truth)]
    y, x = np.mgrid[: truth.shape[0], : truth.shape[1]]
    shift = difference = weight = 0.0
    for along, down in frequencies:
        turn = np.exp(-2j * np.pi * (along * x + down * y))
        sigma = _PERIODS / np.hypot(along, down)
        local = [_blurred((plane - low) * turn, sigma)[own] for plane, low in zip((seen, truth), tone, strict=True)]
        strength = np.abs(local[1])
        shift += float((strength * np.abs(np.angle(local[0] * np.conj(local[1])))).sum()) / (2 * np.pi)
        difference += float(np.abs(local[0] - local[1]).sum())
        weight += float(strength.sum())
    return {
        "tone": float(np.abs(tone[0] - tone[1])[own].mean()),
        "phase": ratio(shift, weight),
        "lattice": ratio(difference, weight),
    }


def _blurred(plane: np.ndarray, sigma: float) -> np.ndarray:
    real, imaginary = (cv2.GaussianBlur(np.ascontiguousarray(part), (0, 0), sigma) for part in (plane.real, plane.imag))
    return real + 1j * imaginary
