"""Changes of shape that turn set type into hand-made lettering. All keep or follow the words' polygons."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.synth.drawing.common.strokes import rotation
from textrm.synth.setting.block import Block
from textrm.synth.values import Rng


def turn(block: Block, degrees: float = 0.0, slant: float = 0.0) -> Block:
    """Rotate anticlockwise after shearing to the right by ``slant`` (italics); the sheet grows to hold all."""
    if not degrees and not slant:
        return block
    height, width = block.coverage.shape
    linear = rotation(np.deg2rad(degrees)) @ np.array([[1, -slant], [0, 1]])
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)]) @ linear.T
    low, high = corners.min(0) - 1, corners.max(0) + 1
    size = tuple(int(n) for n in np.ceil(high - low))
    matrix = np.hstack([linear, -low[:, None]])
    # cv2 places pixel centres at whole coordinates, our polygons at halves
    centred = matrix.copy()
    centred[:, 2] += linear @ (0.5, 0.5) - 0.5
    coverage = cv2.warpAffine(block.coverage, centred, size, flags=cv2.INTER_LINEAR)
    words = tuple((word @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32) for word in block.words)
    return Block(coverage, words, block.ruby)


def wobble(rng: Rng, block: Block, amplitude: float, wavelength: float) -> Block:
    """Shift every pixel by smooth noise of at most ``amplitude`` px: an unsteady hand. Polygons grow by as much."""
    margin = int(np.ceil(amplitude)) + 1
    coverage = cv2.copyMakeBorder(block.coverage, margin, margin, margin, margin, cv2.BORDER_CONSTANT)
    height, width = coverage.shape
    grid = (int(height / wavelength) + 2, int(width / wavelength) + 2, 2)
    shift = rng.uniform(-amplitude, amplitude, grid).astype(np.float32)
    shift = np.asarray(cv2.resize(shift, (width, height), interpolation=cv2.INTER_LINEAR))
    x = shift[..., 0] + np.arange(width, dtype=np.float32)
    y = shift[..., 1] + np.arange(height, dtype=np.float32)[:, None]
    coverage = cv2.remap(coverage, x, y, cv2.INTER_LINEAR)
    return Block(coverage, tuple(grown(word, amplitude) + np.float32(margin) for word in block.words), block.ruby)


def grown(polygon: np.ndarray, by: float) -> np.ndarray:
    """A convex polygon with every corner moved outwards so that all its sides lie at least ``by`` px further out."""
    if by <= 0:
        return polygon
    edges = np.roll(polygon, -1, 0) - polygon
    lengths = np.maximum(np.hypot(*edges.T), 1e-6)
    normals = np.stack([edges[:, 1], -edges[:, 0]], 1) / lengths[:, None]
    if edges[0, 0] * edges[1, 1] < edges[0, 1] * edges[1, 0]:  # anticlockwise on the screen
        normals = -normals
    bisector = normals + np.roll(normals, 1, 0)
    scale = np.maximum((bisector**2).sum(1) / 2, 0.2)
    return (polygon + by * bisector / scale[:, None]).astype(np.float32)


def rough_cut(coverage: np.ndarray, tolerance: float) -> np.ndarray:
    """Letters cut with straight strokes: contours with fewer corners, at most ``tolerance`` px off."""
    contours, _ = cv2.findContours((coverage > 127).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    corners = [cv2.approxPolyDP(contour, tolerance, True) for contour in contours]
    corners = [contour for contour in corners if len(contour) > 2]
    cut = np.zeros_like(coverage)
    if corners:
        cv2.fillPoly(cut, corners, 255, cv2.LINE_AA)
    return cut if cut.any() else coverage


def dry_brush(rng: Rng, coverage: np.ndarray, scale: float) -> np.ndarray:
    """Streaks without ink along one direction, as a brush leaves that runs dry."""
    height, width = coverage.shape
    rows, columns = max(int(height / scale), 2), max(int(width / (8 * scale)), 2)
    noise = cv2.resize(rng.random((rows, columns), dtype=np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.5:
        angle = float(rng.uniform(-60, 60))
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
        noise = cv2.warpAffine(noise, matrix, (width, height), borderMode=cv2.BORDER_REFLECT)
    keep = np.clip((noise - rng.uniform(0.12, 0.32)) * 12, 0, 1)
    return (coverage * keep).astype(np.uint8)
