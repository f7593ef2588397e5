"""Finds the lattice of a screen, halftone dots or lines, in what is known around a hole."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.page.filling.screens.frequencies import Frequency, refined

SLOWEST, FASTEST = 1 / 26, 0.46  # cycles per pixel; what is outside is drawing, or no screen that pixels can show
_LEAST = 24  # pixels a side; less shows no lattice
_SMOOTH = 31  # pixels; what changes more slowly than over so many is tone
_RINGS = 64  # per cycle per pixel: power is compared with what else has about the same period
_PROMINENT = 25.0  # times the mean of its ring is a peak's power, at least; noise stays below 20
_WEAKEST = 0.15  # of the first frequency's strength has the second one, at least
_APART = 0.35  # sine of the angle between two lattice frequencies, at least
_TRIES = 10  # peaks that are looked at
_TILE = 64  # pixels; side of the windows of the quick look
_TILES = 8
_SEEN = 0.25  # of what is known of the best known window: with less, one is not looked at
_QUICK = 20.0  # times the mean of its ring is the highest of their mean spectrum, at least
_FLOOR = 6.0  # levels of noise that are thought added there: fainter patterns are no screen


def find_lattice(detail: np.ndarray) -> list[Frequency] | None:
    """The frequencies of what repeats, one (lines) or two (dots); None of no screen.

    The peak of the spectrum that stands out most from what else has its period, and of those in another direction the
    next one. Each is refined until its phase stays the same all over the surroundings, so that it is told to a small
    part of a cycle over their whole width. The phase of a place is its product with the frequencies; the lattice's
    vectors are the inverse of their matrix.

    Args:
        detail: h w float32, the picture without its tone; 0 where it is not known.
    """
    if min(detail.shape) < _LEAST:
        return None
    height, width = detail.shape
    window = cv2.createHanningWindow((width, height), cv2.CV_32F)
    rows, columns = cv2.getOptimalDFTSize(height), cv2.getOptimalDFTSize(width)
    padded = cv2.copyMakeBorder(detail * window, 0, rows - height, 0, columns - width, cv2.BORDER_CONSTANT)
    power = np.square(cv2.dft(padded, flags=cv2.DFT_COMPLEX_OUTPUT)[: rows // 2 + 1]).sum(2)
    power = cv2.GaussianBlur(np.fft.fftshift(power, 1), (0, 0), 0.8)
    x = (np.arange(columns, dtype=np.float32) - columns // 2) / np.float32(columns)
    y = np.arange(rows // 2 + 1, dtype=np.float32) / np.float32(rows)
    score = np.where((prominence := _prominence(power, x[None], y[:, None])) >= _PROMINENT, power * prominence, 0)
    peaks = []
    for _ in range(_TRIES):
        row, column = divmod(int(score.argmax()), columns)
        if not score[row, column] > 0:
            break
        score[max(row - 2, 0) : row + 3, max(column - 2, 0) : column + 3] = 0
        peaks.append((x[column], y[row]))
    if not peaks:
        return None
    found = sorted(refined(detail, np.array(peaks, np.float64)), key=lambda one: -one.strength)
    if not found:
        return None
    basis = [found[0].cycles]
    for one in found[1:]:
        sine = abs(np.linalg.det(np.stack([basis[0], one.cycles])))
        sine /= np.linalg.norm(basis[0]) * np.linalg.norm(one.cycles)
        if sine >= _APART and one.strength >= _WEAKEST * found[0].strength:
            basis.append(one.cycles)
            break
    # Once more from there: only at the right frequency does a block that is partly hole count as one that is not.
    exact = refined(detail, np.stack(basis))
    return exact if len(exact) == len(basis) else None


def without_tone(grey: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The picture less what changes slowly in it, h w float32; 0 where ``known``, h w float32 in {0, 1}, is 0."""
    weight = cv2.blur(known, (_SMOOTH, _SMOOTH)) + np.float32(1e-6)
    return (grey - cv2.blur(grey * known, (_SMOOTH, _SMOOTH)) / weight) * known


def may_repeat(grey: np.ndarray, known: np.ndarray) -> bool:
    """A quick look whether there can be a screen, at the mean spectrum of some windows; arguments as above."""
    rows, columns = grey.shape[0] // _TILE, grey.shape[1] // _TILE
    if rows * columns == 0:
        return min(grey.shape) >= _LEAST

    def tiles(plane: np.ndarray) -> np.ndarray:
        cut = plane[: rows * _TILE, : columns * _TILE].reshape(rows, _TILE, columns, _TILE)
        return cut.swapaxes(1, 2).reshape(-1, _TILE, _TILE)

    taper = np.hanning(_TILE + 1)[:-1].astype(np.float32)
    window = np.outer(taper, taper)
    weight = tiles(known)
    share = weight.mean((1, 2))
    best = np.argsort(share)[::-1][:_TILES]
    best = best[share[best] > _SEEN * share[best[0]]]
    weight, values = weight[best], tiles(grey)[best]
    mean = (values * weight).sum((1, 2), keepdims=True) / np.maximum(weight.sum((1, 2), keepdims=True), 1)
    transformed = np.fft.rfft2((values - mean) * weight * window)
    within = (weight * np.square(window)).mean((1, 2), keepdims=True) / np.square(window).mean()
    floor = np.float32(_FLOOR * np.square(taper).sum()) * np.sqrt(within) + np.float32(1e-6)
    # The mean of logarithms: what one window shows by chance, an edge above all, does not come again in others.
    power = np.exp(2 * np.log(np.abs(transformed) + floor).mean(0)).astype(np.float32)
    x, y = np.fft.rfftfreq(_TILE).astype(np.float32), np.fft.fftfreq(_TILE).astype(np.float32)
    return bool(_prominence(power, x[None], y[:, None]).max() >= _QUICK)


def _prominence(power: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Power over the geometric mean of all that has about its period; 0 where no screen is looked for."""
    radius = np.hypot(x, y)
    ring = np.rint(radius * _RINGS).astype(np.intp)
    logarithm = np.log(power + np.float32(1e-9) * power.max() + np.float32(1e-20))
    mean = np.bincount(ring.ravel(), logarithm.ravel()) / np.maximum(np.bincount(ring.ravel()), 1)
    allowed = (radius >= SLOWEST) & (radius <= FASTEST)
    return np.where(allowed, np.exp(np.minimum(logarithm - mean.astype(np.float32)[ring], 60)), 0)
