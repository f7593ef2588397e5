"""Continues screentone and other texture into holes by copying it from beside them."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from textrm.page.group import box_around

REACH = 36  # pixels; from how far a texture is copied
_RING = 8  # pixels around the hole that a copy must match
_SHIFTS = 24  # candidates
_SIGMA = 4.0  # pixels over which the match is judged where a shift is chosen
_KNOWN = 0.6  # share of the ring that must be known where a shift copies from
_WORTH = 1.0  # a texture is copied when the match leaves less than this share of the ring's variance
_DOUBT = 3.0  # how fast trust in a copy falls with its error; the other filling is a good one
_TINT = 24  # levels between the channels of what counts as black or white
_BILEVEL = 0.8  # share of ring pixels near black or white from which a picture counts as black and white


def continue_texture(crop: np.ndarray, unknown: np.ndarray, own: np.ndarray, smooth: np.ndarray) -> np.ndarray | None:
    """Fill a hole with shifted copies of its surroundings.

    Few shifts carry most of a texture (He and Sun 2012, "Statistics of patch offsets for image completion"); for a
    halftone they are the vectors of its lattice, and a copy restores it dot by dot. What we changed: the shifts are
    those under which the ring around the hole matches best (masked squared difference by FFT), and no energy is
    minimised over them: each pixel takes the shift that matches best near it. Its value lies between ``smooth`` and the
    copy by how well that one matches, the linear estimate of least error; in black and white it is the copy or nothing,
    so that no grey appears.

    Args:
        crop: h w 3 uint8, or levels in float32; the hole with at least ``REACH`` pixels around it where the page goes
            on.
        unknown: h w uint8, 1 = not to be copied.
        own: h w uint8, 1 = to fill; within ``unknown``.
        smooth: h w 3 float32, another filling, without the texture.

    Returns:
        h w 3 float32 of which the pixels of ``own`` count, or None where no texture repeats.
    """
    distance = cv2.distanceTransform(1 - own, cv2.DIST_L2, 3)
    ring = ((distance <= _RING) & (unknown == 0)).astype(np.float32)
    known = (unknown == 0).astype(np.float32)
    planes = cv2.split(crop)
    # The channels of a grey page are alike where it is known, and one of them tells all.
    coloured = any(((plane != planes[0]) & (unknown == 0)).any() for plane in planes[1:])
    pixels = (crop if coloured else crop[..., :1]).astype(np.float32)
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    beside = np.flatnonzero(ring)
    around = grey.ravel().take(beside)
    if len(around) < 4 * _RING:
        return None
    colours = np.stack([plane.ravel().take(beside) for plane in planes])
    plain = colours.max(0).astype(np.float32) - colours.min(0) <= _TINT  # pale colours are no white, deep ones no black
    bilevel = np.mean(((around < 48) | (around > 207)) & plain) >= _BILEVEL
    detail = grey.astype(np.float32) - cv2.blur(cv2.cvtColor(smooth, cv2.COLOR_RGB2GRAY), (15, 15))
    variance = float(np.mean(np.square(detail.ravel().take(beside)))) + 1
    shifts = _best_shifts(grey.astype(np.float32) - around.mean(), ring, known)
    if not shifts or (not bilevel and shifts[0][2] > _WORTH * variance):
        return None
    slices = box_around(own, _RING)
    copy, error = _assemble(pixels, ring, known, shifts, slices)
    return _blend(smooth, copy, error, pixels, ring, slices, bool(bilevel))


def _best_shifts(grey: np.ndarray, ring: np.ndarray, known: np.ndarray) -> list[tuple[int, int, float]]:
    """Shifts (down, right, mean squared error over the ring), best first."""
    near = box_around(ring.astype(np.uint8), REACH)
    grey, ring, known = grey[near], ring[near], known[near]
    _, _, width, height = cv2.boundingRect(ring.astype(np.uint8))
    # Nothing goes around: what the ring is shifted to lies in the box, or beyond the page in what is empty.
    size = cv2.getOptimalDFTSize(height + 2 * REACH), cv2.getOptimalDFTSize(width + 2 * REACH)
    # One map after the other: together, their spectra would be the most that a page's cleaning holds.
    ring_0, source_0 = np.fft.rfft2(ring, size).conj(), np.fft.rfft2(known, size)
    count = _near(ring_0 * source_0, size)
    ring_2 = np.fft.rfft2(ring * grey**2, size).conj()
    squared = ring_2 * source_0
    del ring_2, source_0
    ring_1, source_1 = np.fft.rfft2(ring * grey, size).conj(), np.fft.rfft2(known * grey, size)
    squared = squared - 2 * ring_1 * source_1
    del ring_1, source_1
    source_2 = np.fft.rfft2(known * grey**2, size)
    squares = _near(squared + ring_0 * source_2, size)
    error = np.where(count > _KNOWN * ring.sum(), np.maximum(squares, 0) / np.maximum(count, 1), np.inf)
    error[REACH - 1 : REACH + 2, REACH - 1 : REACH + 2] = np.inf
    found: list[tuple[int, int, float]] = []
    taken = np.zeros(error.shape, bool)
    order = np.argpartition(error, min(600, error.size - 1), axis=None)[:600]
    for index in order[np.argsort(error.flat[order])].tolist():
        down, right = divmod(index, 2 * REACH + 1)
        value = float(error[down, right])
        if not np.isfinite(value) or len(found) == _SHIFTS:
            break
        if not taken[down, right]:
            found.append((down - REACH, right - REACH, value))
            taken[max(down - 1, 0) : down + 2, max(right - 1, 0) : right + 2] = True
    return found


def _near(spectrum: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """What a spectrum gives for shifts of up to ``REACH``, of which 0, 0 is in the middle."""
    near = np.arange(-REACH, REACH + 1)
    return np.fft.irfft(np.fft.ifft(spectrum, size[0], 0)[near], size[1], 1)[:, near]


def _assemble(
    pixels: np.ndarray,
    ring: np.ndarray,
    known: np.ndarray,
    shifts: list[tuple[int, int, float]],
    slices: tuple[slice, slice],
) -> tuple[np.ndarray, np.ndarray]:
    """The copy in ``slices`` (0 where nothing is copied) and its expected squared error (infinite there)."""
    border = REACH, REACH, REACH, REACH, cv2.BORDER_CONSTANT
    wide = [cv2.copyMakeBorder(plane, *border) for plane in cv2.split(pixels)]
    wide_known = cv2.copyMakeBorder(known, *border)
    targets, weight = cv2.split(pixels[slices]), ring[slices]
    copies = [np.zeros_like(plane) for plane in targets]
    best = np.full(weight.shape, np.inf, np.float32)
    whole = cv2.GaussianBlur(weight, (0, 0), _SIGMA) + 1e-3
    for down, right, overall in shifts:
        moved = tuple(
            slice(side.start + REACH + by, side.start + REACH + by + length)
            for side, by, length in zip(slices, (down, right), weight.shape, strict=True)
        )
        sources, there = [plane[moved] for plane in wide], wide_known[moved]
        judged = weight * there
        error = cv2.GaussianBlur(_squared(targets, sources) * judged, (0, 0), _SIGMA)
        # Far from the ring the error over the whole of it decides.
        seen = whole if (judged == weight).all() else cv2.GaussianBlur(judged, (0, 0), _SIGMA) + 1e-3
        error = (error + 1e-3 * overall) / seen
        better = (error < best) & (there > 0)
        np.copyto(best, error, where=better)
        for copy, source in zip(copies, sources, strict=True):
            np.copyto(copy, source, where=better)
    return np.stack(copies, 2), best


def _squared(ones: Sequence[np.ndarray], others: Sequence[np.ndarray]) -> np.ndarray:
    """The mean square over the channels of what two pictures differ by, h w; they are given as planes."""
    total = np.zeros_like(ones[0])
    for one, other in zip(ones, others, strict=True):
        total += np.square(one - other)
    return total / np.float32(len(ones))


def _blend(
    smooth: np.ndarray,
    copy: np.ndarray,
    error: np.ndarray,
    pixels: np.ndarray,
    ring: np.ndarray,
    slices: tuple[slice, slice],
    bilevel: bool,
) -> np.ndarray:
    base, weight = smooth[slices], ring[slices]
    ground = cv2.blur(smooth[tuple(slice(max(side.start - 7, 0), side.stop + 7) for side in slices)], (15, 15))
    ground = ground[tuple(slice(min(side.start, 7), None) for side in slices)][: weight.shape[0], : weight.shape[1]]
    spread = np.square(pixels[slices] - ground).mean(2)
    total = float((spread * weight).sum() / weight.sum())
    variance = cv2.GaussianBlur(spread * weight, (0, 0), _SIGMA) + 1e-3 * total
    variance = variance / (cv2.GaussianBlur(weight, (0, 0), _SIGMA) + 1e-3) + 1
    trust = np.where(np.isfinite(error), 1 - _DOUBT * np.where(np.isfinite(error), error, 0) / variance, 0)
    trust = np.where(np.isfinite(error), 1.0, 0.0) if bilevel else np.clip(trust, 0, 1)
    filled = smooth.copy()
    filled[slices] = base + trust[..., None].astype(np.float32) * (copy - base)
    return filled
