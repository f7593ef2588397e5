"""Lays a clean picture over its lettered one, or says how far they are apart."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

_TOLERANCE = 38  # of 255: what two encodings of the same contour may differ by
_STILL = 0.5  # px; a smaller shift is noise of the measurement
_STILL_RESIDUAL = 0.01
_ECC_SIDE = 700  # px; the search for an affine map works on pictures not longer than this


class Mismatch(Exception):
    """The two pictures could not be laid over each other; the message says how far they are apart."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """``clean`` H W 3 in the frame of the lettered picture; ``moved`` says in words what was done, "" for nothing.

    ``residual`` in [0, 1] is the share of contour pixels of ``clean`` where the lettered picture shows something else.
    """

    clean: np.ndarray
    moved: str
    residual: float


def align(raw: np.ndarray, clean: np.ndarray, max_shift: float = 16, max_residual: float = 0.2) -> Alignment:
    """Find ``clean`` in the frame of ``raw`` (both 8-bit RGB), disturbing it as little as possible.

    Pictures of another size are resized, or, where both sides differ by no more than ``max_shift``, also tried as cut
    differently. The shift is measured by phase correlation (Kuglin and Hines 1975); where a shift does not suffice, an
    affine map is searched that maximises the enhanced correlation coefficient (Evangelidis and Psarakis 2008). What the
    moved picture does not cover is taken from ``raw``, so that no difference arises there.

    Raises:
        Mismatch: the shift is above ``max_shift`` px, or more than ``max_residual`` of the contours differ afterwards.
    """
    height, width = raw.shape[:2]
    candidates = []
    if clean.shape == raw.shape:
        candidates.append(_shifted(raw, clean, "", max_shift))
    else:
        size = f"resized from {clean.shape[1]}x{clean.shape[0]}"
        shrinking = clean.shape[0] * clean.shape[1] > height * width
        resized = cv2.resize(clean, (width, height), interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC)
        candidates.append(_shifted(raw, resized, size, max_shift))
        if max(abs(clean.shape[0] - height), abs(clean.shape[1] - width)) <= max_shift:
            candidates.append(_shifted(raw, _move(raw, clean, np.eye(2, 3)), "cut to size", max_shift))
    best, shift = min(candidates, key=lambda candidate: candidate[0].residual)
    if best.residual > max_residual / 2 and np.hypot(*shift) <= max_shift:
        best = min(best, _affine(raw, best, max_shift), key=lambda alignment: alignment.residual)
    if best.residual > max_residual:
        measured = f"measured shift ({shift[0]:+.1f}, {shift[1]:+.1f}) px, limit {max_shift:g}"
        raise Mismatch(f"{best.residual:.0%} of the contours differ, limit {max_residual:.0%}; {measured}")
    return best


def residual(raw: np.ndarray, clean: np.ndarray) -> float:
    """Share of the contour pixels of ``clean`` where ``raw`` differs; of all pixels where contours are next to none."""
    before, after = (cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (raw, clean))
    differs = cv2.absdiff(before, after) > _TOLERANCE
    contours = cv2.morphologyEx(after, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 2 * _TOLERANCE
    return float(differs[contours].mean() if contours.mean() > 1e-3 else differs.mean())


def _shifted(raw: np.ndarray, clean: np.ndarray, done: str, max_shift: float) -> tuple[Alignment, tuple[float, float]]:
    """The better of ``clean`` as it is and moved by the measured shift, and that shift (x, y)."""
    still = Alignment(clean, done, residual(raw, clean))
    before, after = (_relief(picture) for picture in (clean, raw))
    (x, y), _ = cv2.phaseCorrelate(before, after, cv2.createHanningWindow(before.shape[::-1], cv2.CV_32F))
    if not _STILL <= np.hypot(x, y) <= max_shift:
        return still, (x, y)
    # Whole pixels need no interpolation and blur nothing: a fraction must be better by more than the noise.
    whole = (float(round(x)), float(round(y)))
    found = [still]
    for step in (whole, (x, y)):
        moved = _move(raw, clean, np.array([[1, 0, step[0]], [0, 1, step[1]]], float))
        words = f"{done}, " * bool(done) + f"shifted by ({step[0]:+.3g}, {step[1]:+.3g}) px"
        found.append(Alignment(moved, words, residual(raw, moved)))
    best = min(found[:2], key=lambda alignment: alignment.residual)
    return found[2] if found[2].residual < best.residual - _STILL_RESIDUAL else best, (x, y)


def _affine(raw: np.ndarray, start: Alignment, max_shift: float) -> Alignment:
    height, width = raw.shape[:2]
    scale = min(1.0, _ECC_SIDE / max(height, width))
    small = [cv2.resize(cv2.cvtColor(p, cv2.COLOR_RGB2GRAY), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
             for p in (raw, start.clean)]  # fmt: skip
    stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 60, 1e-5)
    try:
        _, matrix = cv2.findTransformECC(small[0], small[1], np.eye(2, 3, dtype=np.float32), cv2.MOTION_AFFINE, stop)
    except cv2.error:  # the search did not converge
        return start
    matrix = matrix.astype(float)
    matrix[:, 2] = matrix[:, 2] / scale
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]], float)
    distance = float(np.abs(corners @ matrix.T - corners[:, :2]).max())
    if distance > max_shift:
        return start
    moved = _move(raw, start.clean, cv2.invertAffineTransform(matrix))
    words = f"{start.moved}, " * bool(start.moved) + f"mapped affinely by up to {distance:.1f} px"
    return Alignment(moved, words, residual(raw, moved))


def _move(raw: np.ndarray, clean: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    size = raw.shape[1::-1]
    covered = cv2.warpAffine(np.full(clean.shape[:2], 255, np.uint8), matrix, size, flags=cv2.INTER_LINEAR)
    moved = cv2.warpAffine(clean, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.where((covered == 255)[..., None], moved, raw)


def _relief(picture: np.ndarray) -> np.ndarray:
    """Contours without brightness: paper that was whitened in one of the pictures must not steer the correlation."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return cv2.Laplacian(cv2.GaussianBlur(grey, (0, 0), 1.0), cv2.CV_32F)
