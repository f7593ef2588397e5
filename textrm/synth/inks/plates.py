"""Plates to write on: a brush stroke of paint, a board, a sheet, a blot."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from textrm.synth.composing.bubbles import blend
from textrm.synth.drawing.common.strokes import SUBPIXEL_BITS, blob, fixed, noise
from textrm.synth.setting.warp import dry_brush
from textrm.synth.values import Box, Color, Rng, rgb


def plate_color(rng: Rng, color: bool) -> Color:
    """Light mostly, else anything but black; grey without ``color``."""
    levels = rng.integers(30, 256, 3) if rng.random() < 0.5 else rng.integers(190, 256, 3)
    return rgb(levels, color)


def lay_plate(rng: Rng, pictures: Sequence[np.ndarray], area: Box, paint: Color) -> None:
    """Paint a plate of one colour about as large as ``area`` on every picture (H W 3 uint8 RGB, in place).

    A stroke of a wide brush with frayed ends, a board with a rim and grain, a sheet with a shadow, or a blot.
    """
    height, width = pictures[0].shape[:2]
    pad = 0.12 * min(area[2] - area[0], area[3] - area[1]) + 6
    x0, y0 = max(int(area[0] - pad), 0), max(int(area[1] - pad), 0)
    x1, y1 = min(int(area[2] + pad), width), min(int(area[3] + pad), height)
    if x1 - x0 < 8 or y1 - y0 < 8:
        return
    box = area[0] - x0, area[1] - y0, area[2] - x0, area[3] - y0
    cover = np.zeros((y1 - y0, x1 - x0), np.uint8)
    kind = ("stroke", "board", "sheet", "blot")[rng.choice(4, p=[0.4, 0.25, 0.15, 0.2])]
    outline = _outline(rng, kind, box)
    cv2.fillPoly(cover, [fixed(outline)], 255, cv2.LINE_AA, SUBPIXEL_BITS)
    if kind == "stroke" and rng.random() < 0.6:
        inner = cv2.erode(cover, np.ones((3, 3), np.uint8), iterations=max(int(pad / 2), 2), borderValue=0)
        cover = cv2.max(dry_brush(rng, cover, max(0.04 * (y1 - y0), 1.5)), inner)
    dark: Color = (paint[0] // 2, paint[1] // 2, paint[2] // 2)
    shade = cv2.GaussianBlur(np.roll(cover, (3, 3), (0, 1)), (0, 0), 2) if kind == "sheet" else None
    rim = np.zeros_like(cover)
    if kind == "board" or (kind == "sheet" and rng.random() < 0.5):
        cv2.polylines(rim, [fixed(outline)], True, 255, int(rng.integers(1, 5)), cv2.LINE_AA, SUBPIXEL_BITS)
    grain: np.ndarray | None = None
    if kind == "board" and rng.random() < 0.6:
        grain = (noise(rng, y1 - y0, x1 - x0, 14, 2) * rng.uniform(30, 90)).astype(np.uint8)
        grain = cv2.min(grain, cover)
    for picture in pictures:
        view = picture[y0:y1, x0:x1]
        if shade is not None:
            blend(view, cv2.convertScaleAbs(shade, alpha=0.5), (0, 0, 0))
        blend(view, cover, paint)
        if grain is not None:
            blend(view, grain, dark)
        blend(view, rim, dark)


def lay_board(rng: Rng, pictures: Sequence[np.ndarray], points: np.ndarray, paint: Color) -> None:
    """Paint a board, a sheet or a label of one colour under ``points`` (N 2, pixels) on every picture, in place.

    It lies as they do, mostly with a rim and lighter or darker towards one side, as things in a picture are.
    """
    height, width = pictures[0].shape[:2]
    middle, (wide, tall), degrees = cv2.minAreaRect(points.astype(np.float32))
    pad = 2 * rng.uniform(0.1, 0.45, 2) * min(wide, tall) + 6
    corners = cv2.boxPoints((middle, (wide + pad[0], tall + pad[1]), degrees))
    corners = corners + rng.normal(0, 0.03 * min(wide, tall) + 0.5, (4, 2))
    x0, y0 = np.floor(corners.min(0)).astype(int).clip(0)
    x1, y1 = np.minimum(np.ceil(corners.max(0)).astype(int) + 1, (width, height))
    if x1 - x0 < 8 or y1 - y0 < 8:
        return
    outline = fixed(corners - (x0, y0))
    cover, rim = (np.zeros((y1 - y0, x1 - x0), np.uint8) for _ in range(2))
    cv2.fillPoly(cover, [outline], 255, cv2.LINE_AA, SUBPIXEL_BITS)
    if rng.random() < 0.8:
        pen = max(int(rng.uniform(0.01, 0.06) * min(wide, tall)), 1)
        cv2.polylines(rim, [outline], True, 255, pen, cv2.LINE_AA, SUBPIXEL_BITS)
    across = np.linspace(0, 255, x1 - x0) if rng.random() < 0.5 else np.linspace(255, 0, x1 - x0)
    shade = np.broadcast_to((rng.uniform(0, 0.25) * across).astype(np.uint8), cover.shape)
    dark: Color = (paint[0] // 3, paint[1] // 3, paint[2] // 3)
    for picture in pictures:
        view = picture[y0:y1, x0:x1]
        blend(view, cover, paint)
        blend(view, cv2.min(shade, cover), dark)
        blend(view, rim, dark)


def _outline(rng: Rng, kind: str, box: tuple[float, float, float, float]) -> np.ndarray:
    x0, y0, x1, y1 = box
    wide, tall = x1 - x0, y1 - y0
    if kind == "blot":
        return blob(rng, (x0 + x1) / 2, (y0 + y1) / 2, 0.6 * wide, 0.62 * tall, 0.1, 12)
    if kind == "stroke":  # uneven long sides, ragged ends
        count = max(int(wide / 14), 4)
        x = np.linspace(x0 - 0.05 * wide, x1 + 0.05 * wide, count)
        bow = 0.06 * tall * np.sin(np.linspace(0, np.pi, count)) * rng.normal()
        top = y0 + bow + np.cumsum(rng.normal(0, 0.008 * tall, count))
        low = y1 + bow + np.cumsum(rng.normal(0, 0.008 * tall, count))
        rag = rng.uniform(-0.12, 0.12, (2, 6)) * min(wide, 2 * tall)
        right = np.stack([x[-1] + rag[0], np.linspace(top[-1], low[-1], 6)], 1)
        left = np.stack([x[0] + rag[1], np.linspace(low[0], top[0], 6)], 1)
        return np.concatenate([np.stack([x, top], 1), right, np.stack([x, low], 1)[::-1], left])
    corners = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
    return corners + rng.normal(0, 0.02 * min(wide, tall), (4, 2))
