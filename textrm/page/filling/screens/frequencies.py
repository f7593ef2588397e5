"""Makes the frequencies of a screen exact, by its phase in blocks of the known surroundings."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from textrm.page.filling.least_squares import solved

_BLOCK = 16  # pixels over which the phase is taken
_COHERENT = 0.3  # of the amplitude must be in phase all over the surroundings; of noise less than 0.2 is
_PAIRED = 0.5  # of their amplitudes likewise where pairs of blocks tell what a frequency is off by
_ROUNDS = 3
_LEAST_OFF = 0.005  # cycles: no block tells its phase better
_STIFF = 1e-3  # so that blocks in one row leave the frequency across it open, and not without a number


@dataclass(frozen=True, slots=True)
class Frequency:
    """One that repeats: ``cycles`` per pixel in (x, y), and how strong it is.

    ``middle`` (x, y) is of what it was told by; ``unsure``, 3 x 3, the covariance of what its cycles and its phase
    there may be off by, in cycles.
    """

    cycles: np.ndarray
    strength: float
    middle: np.ndarray
    unsure: np.ndarray

    def off(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """By how many cycles the phase may be off at N places (standard deviation)."""
        place = np.stack([x - self.middle[0], y - self.middle[1], np.ones(len(x))])
        return np.sqrt(np.maximum((place * (self.unsure @ place)).sum(0), 0))


def refined(detail: np.ndarray, frequencies: np.ndarray) -> list[Frequency]:
    """Those of K x 2 frequencies, cycles per pixel, under which the phase is the same everywhere, made exact.

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
    for _ in range(_ROUNDS):
        now = blocks * np.exp(-2j * np.pi * (off[:, :2] @ places[:2]))
        total = now.sum(1)
        strength = np.abs(total)
        phase = np.angle(now * np.conj(total)[:, None])
        weighted = places * (np.square(root) * (np.abs(phase) < np.pi / 2))[:, None]
        right = weighted @ (phase / (2 * np.pi))[..., None]
        off += solved(normal := weighted @ places.T, right)[..., 0]
    held = strength >= _COHERENT * root.sum(1)
    left = np.square(phase / (2 * np.pi) - np.einsum("kj,jb->kb", solved(normal, right)[..., 0], places))
    weight = weighted[:, 2]
    total, squares = weight.sum(1), np.square(weight).sum(1)
    free = np.maximum(np.square(total) / np.maximum(squares, 1e-9) - 3, 1e-3)  # of so many blocks that count alike
    each = (weight * left).sum(1) / np.maximum(total, 1e-9) + _LEAST_OFF**2
    normal = normal / np.maximum(total, 1e-9)[:, None, None] + _STIFF * np.eye(3)
    unsure = np.linalg.inv(normal) * (each / free)[:, None, None]
    middle = np.array([x.mean(), y.mean()])
    return [
        Frequency((frequencies + off[:, :2])[number], float(strength[number]), middle, unsure[number])
        for number in np.flatnonzero(held)
    ]


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
