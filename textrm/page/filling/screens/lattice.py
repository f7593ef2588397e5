"""Finds the lattice of a screen, halftone dots or lines, in what is known around a hole."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.page.filling.least_squares import solved

SLOWEST, FASTEST = 1 / 26, 0.46  # cycles per pixel; what is outside is drawing, or no screen that pixels can show
_LEAST = 24  # pixels a side; less shows no lattice
_SMOOTH = 31  # pixels; what changes more slowly than over so many is tone
_RINGS = 64  # per cycle per pixel: power is compared with what else has about the same period
_PROMINENT = 25.0  # times the mean of its ring is a peak's power, at least; noise stays below 20
_WEAKEST = 0.15  # of the first frequency's strength has the second one, at least
_APART = 0.35  # sine of the angle between two lattice frequencies, at least
_BLOCK = 16  # pixels over which the phase is taken where a frequency is refined
_COHERENT = 0.3  # of the amplitude must be in phase all over the surroundings; of noise less than 0.2 is
_PAIRED = 0.5  # of their amplitudes likewise where pairs of blocks tell what a frequency is off by
_ROUNDS = 6
_TRIES = 10  # peaks that are looked at
_TILE = 64  # pixels; side of the windows of the quick look
_TILES = 8
_QUICK = 20.0  # times the mean of its ring is the highest of their mean spectrum, at least
_FLOOR = 6.0  # levels of noise that are thought added there: fainter patterns are no screen


def find_lattice(detail: np.ndarray) -> np.ndarray | None:
    """The frequencies of what repeats, 1 x 2 (lines) or 2 x 2 (dots), cycles per pixel in (x, y); None of no screen.

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
    found = refined(detail, np.array(peaks, np.float64))
    found.sort(key=lambda one: -one[0])
    for strength, second in found[1:]:
        first = found[0][1]
        sine = abs(first[0] * second[1] - first[1] * second[0]) / np.linalg.norm(first) / np.linalg.norm(second)
        if sine >= _APART and strength >= _WEAKEST * found[0][0]:
            return np.stack([first, second])
    return found[0][1][None] if found else None


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

    share = cv2.resize(known[: rows * _TILE, : columns * _TILE], (columns, rows), interpolation=cv2.INTER_AREA)
    best = np.argsort(share.ravel())[::-1][:_TILES]
    weight, values = tiles(known)[best], tiles(grey)[best]
    mean = (values * weight).sum((1, 2), keepdims=True) / np.maximum(weight.sum((1, 2), keepdims=True), 1)
    taper = np.hanning(_TILE + 1)[:-1].astype(np.float32)
    transformed = np.fft.rfft2((values - mean) * weight * taper[:, None] * taper)
    floor = np.float32(_FLOOR * np.square(taper).sum())
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


def refined(detail: np.ndarray, frequencies: np.ndarray) -> list[tuple[float, np.ndarray]]:
    """Those of K x 2 frequencies under which the phase is the same everywhere, made exact, after how strong they are.

    The phases of blocks, against that of them all, lie on a plane: its slope is what a frequency is off by. Blocks
    count by the root of their amplitude, so that a frame's line, however dark, tells less than a screen.
    """
    height, width = detail.shape
    rows, columns = -(-height // _BLOCK), -(-width // _BLOCK)
    y, x = np.mgrid[:rows, :columns] * float(_BLOCK) + (_BLOCK - 1) / 2
    places = np.stack([x.ravel() - x.mean(), y.ravel() - y.mean(), np.ones(rows * columns)])
    padded = cv2.copyMakeBorder(detail, 0, rows * _BLOCK - height, 0, columns * _BLOCK - width, cv2.BORDER_CONSTANT)
    turns = -2j * np.pi * frequencies
    # Within blocks first, as products of matrices, and then each block by the phase at its start.
    within = np.exp(turns[..., None] * np.arange(_BLOCK)).astype(np.complex64)
    starts = [np.exp(turns[:, side, None] * np.arange(count) * _BLOCK) for side, count in ((0, columns), (1, rows))]
    parts = padded.reshape(-1, _BLOCK) @ within[:, 0].T.copy().view(np.float32)
    across = parts.view(np.complex64).reshape(rows, _BLOCK, columns, -1)
    blocks = np.einsum("kb,rbck->krc", within[:, 1], across) * starts[1][..., None] * starts[0][:, None]
    root = np.sqrt(np.abs(blocks))
    blocks /= np.maximum(root, 1e-9)
    off = np.concatenate([_drift(blocks), np.zeros((len(frequencies), 1))], 1)
    blocks, root = (plane.reshape(len(frequencies), -1) for plane in (blocks, root))
    strength = np.zeros(len(frequencies))
    for _ in range(_ROUNDS):
        now = blocks * np.exp(-2j * np.pi * (off[:, :2] @ places[:2]))
        total = now.sum(1)
        strength = np.abs(total)
        phase = np.angle(now * np.conj(total)[:, None])
        weighted = places * (root * (np.abs(phase) < np.pi / 2))[:, None]
        right = weighted @ (phase * root / (2 * np.pi))[..., None]
        off += solved(weighted @ weighted.swapaxes(1, 2), right)[..., 0]
    held = strength >= _COHERENT * root.sum(1)
    return [(float(strength[number]), (frequencies + off[:, :2])[number]) for number in np.flatnonzero(held)]


def _drift(blocks: np.ndarray) -> np.ndarray:
    """What K frequencies are off by, K x 2 cycles per pixel, from their amplitudes in K x rows x columns of blocks.

    First from blocks side by side, between which no cycle is lost, and then from ones twice as far apart, and so on:
    two sides of a hole alone would agree on frequencies too that are a whole cycle off from one to the other.
    """
    off = np.zeros((len(blocks), 2))
    most, lag = max(blocks.shape[1:]), 1
    while lag < most:
        for axis in (1, 2):
            one, other = (np.moveaxis(blocks, axis, -1)[..., part] for part in (np.s_[lag:], np.s_[:-lag]))
            if one.shape[-1] > 0:
                pairs = one * other.conj()
                total = pairs.sum((1, 2))
                step = np.angle(total) / (2 * np.pi * lag * _BLOCK)
                step[np.abs(total) < _PAIRED * np.abs(pairs).sum((1, 2))] = 0
                off[:, 2 - axis] += step
                turn = np.exp(-2j * np.pi * _BLOCK * step[:, None] * np.arange(blocks.shape[axis]))
                blocks = blocks * np.expand_dims(turn, 3 - axis)
        lag *= 2
    return off
