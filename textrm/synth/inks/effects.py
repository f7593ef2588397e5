"""From the coverage of ink to a coloured patch: fills, outlines, shadows and glows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from textrm.synth.values import Color

Shadow = tuple[float, float, float, float, Color]
"""dx, dy and blur in px, opacity, and colour."""


@dataclass(frozen=True, slots=True)
class Dress:
    """How lettering is coloured. Lengths are px, colours RGB 0 to 255, opacities 0 to 1."""

    ink: Color
    second: Color | None = None  # the other colour of a gradient or pattern
    pattern: str = "flat"  # flat, gradient, hatch, dots or split
    angle: float = 90.0  # direction of the gradient or of the hatching, degrees
    pitch: float = 6.0  # period of hatching and dots
    outlines: tuple[tuple[float, Color], ...] = ()  # widths, from the innermost
    shadow: Shadow | None = None
    glow: tuple[float, float, Color] | None = None  # radius, opacity
    hollow: bool = False  # no fill: what lies behind shows inside the outline
    opacity: float = 1.0
    hard: bool = False  # edges without anti-aliasing

    @property
    def reach(self) -> int:
        """How far outline, shadow and glow go beyond the ink, in whole px."""
        reach = solid = sum(width for width, _ in self.outlines)
        if self.shadow:
            dx, dy, blur, _, _ = self.shadow
            reach = max(reach, solid + max(abs(dx), abs(dy)) + 2.5 * blur)
        if self.glow:
            reach = max(reach, solid + 2.0 * self.glow[0])
        return int(np.ceil(reach))

    @property
    def solid_reach(self) -> float:
        """How far the outlines go beyond the ink, in px."""
        return sum(width for width, _ in self.outlines)

    def tags(self) -> frozenset[str]:
        """What a reader would call it."""
        marks = {
            "outlined": bool(self.outlines),
            "shadow": self.shadow is not None,
            "glow": self.glow is not None,
            "gradient": self.pattern == "gradient",
            "patterned": self.pattern not in ("flat", "gradient"),
            "hollow": self.hollow,
            "translucent": self.opacity < 1,
        }
        return frozenset(name for name, present in marks.items() if present)


def paint(coverage: np.ndarray, dress: Dress) -> tuple[np.ndarray, np.ndarray]:
    """Colour and opacity (h w 3 and h w uint8) of ink ``coverage`` (h w uint8), which has room for ``dress.reach``."""
    if dress.hard:
        coverage = np.where(coverage > 127, np.uint8(255), np.uint8(0))
    if not dress.outlines and not dress.shadow and not dress.glow:
        alpha = coverage if dress.opacity == 1 else (coverage * dress.opacity).astype(np.uint8)
        return _fill(coverage, dress), alpha
    layers: list[tuple[np.ndarray, np.ndarray | Color]] = []
    if dress.outlines:
        # one map serves every outline: px to the nearest inked pixel
        distance = cv2.distanceTransform((coverage <= 127).astype(np.uint8), cv2.DIST_L2, 5)
        width = dress.solid_reach
        for own, color in reversed(dress.outlines):
            band = _band(coverage, distance, width, dress.hard)
            layers.append((cv2.subtract(band, coverage) if dress.hollow else band, color))
            width -= own
    if not (dress.hollow and layers):
        layers.append((coverage, dress.ink if dress.pattern == "flat" else _fill(coverage, dress)))
    solid = layers[0][0]
    if dress.shadow:
        dx, dy, blur, opacity, color = dress.shadow
        layers.insert(0, (_moved(solid, dx, dy, blur, opacity, dress.hard), color))
    if dress.glow:
        radius, opacity, color = dress.glow
        spread = cv2.GaussianBlur(solid, (0, 0), radius / 1.5)
        layers.insert(0, (cv2.convertScaleAbs(spread, alpha=2.0 * opacity), color))
    return _stack(layers, dress.opacity)


def without_color(dress: Dress) -> Dress:
    """The dress in greys of the same brightness."""

    def grey(color: Color) -> Color:
        value = round(0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2])
        return (value, value, value)

    return replace(
        dress,
        ink=grey(dress.ink),
        second=dress.second and grey(dress.second),
        outlines=tuple((width, grey(color)) for width, color in dress.outlines),
        shadow=dress.shadow and (*dress.shadow[:4], grey(dress.shadow[4])),
        glow=dress.glow and (*dress.glow[:2], grey(dress.glow[2])),
    )


def _band(coverage: np.ndarray, distance: np.ndarray, width: float, hard: bool) -> np.ndarray:
    """Coverage of the ink grown by ``width`` px, with round corners."""
    if hard:
        return np.where(distance <= width, np.uint8(255), np.uint8(0))
    grown = cv2.convertScaleAbs(np.maximum(width + 1.0 - distance, 0), alpha=255)
    return np.maximum(grown, coverage)


def _moved(solid: np.ndarray, dx: float, dy: float, blur: float, opacity: float, hard: bool) -> np.ndarray:
    height, width = solid.shape
    if hard:
        dx, dy = round(dx), round(dy)
    moved = cv2.warpAffine(solid, np.array([[1, 0, dx], [0, 1, dy]], np.float32), (width, height))
    if blur > 0 and not hard:
        moved = cv2.GaussianBlur(moved, (0, 0), blur)
    return moved if opacity == 1 else cv2.convertScaleAbs(moved, alpha=opacity)


def _stack(layers: list[tuple[np.ndarray, np.ndarray | Color]], opacity: float) -> tuple[np.ndarray, np.ndarray]:
    """Lay layers over one another, the first lowest; colours that do not cover fully mix."""
    height, width = layers[0][0].shape
    color = np.zeros((height, width, 3), np.float32)
    alpha = np.zeros((height, width), np.float32)
    for cover, paint_of in layers:
        share = cover.astype(np.float32) / 255
        alpha += share * (1 - alpha)
        # the colour seen where this layer covers a share of what is there so far
        mix = (share / np.maximum(alpha, 1e-6))[..., None]
        color += mix * (np.asarray(paint_of, np.float32) - color)
    return np.rint(color).astype(np.uint8), np.rint(alpha * (255 * opacity)).astype(np.uint8)


def _fill(coverage: np.ndarray, dress: Dress) -> np.ndarray:
    height, width = coverage.shape
    if dress.pattern == "flat" or dress.second is None:
        return np.full((height, width, 3), dress.ink, np.uint8)
    x = np.arange(width, dtype=np.float32)
    y = np.arange(height, dtype=np.float32)[:, None]
    angle = np.deg2rad(dress.angle)
    along = x * np.float32(np.cos(angle)) + y * np.float32(np.sin(angle))
    if dress.pattern == "gradient":
        share = (along - along.min()) / max(float(np.ptp(along)), 1.0)
    elif dress.pattern == "split":
        share = (along > along.mean()).astype(np.float32)
    elif dress.pattern == "hatch":
        share = np.clip(np.abs((along / dress.pitch) % 1 - 0.5) * dress.pitch - 0.2 * dress.pitch + 0.5, 0, 1)
    else:
        across = y * np.float32(np.cos(angle)) - x * np.float32(np.sin(angle))
        wave = np.cos(along * (2 * np.pi / dress.pitch)) * np.cos(across * (2 * np.pi / dress.pitch))
        share = np.clip(wave * dress.pitch / 2 + 0.5, 0, 1)
    first, second = np.array(dress.ink, np.float32), np.array(dress.second, np.float32)
    return np.rint(first + share[..., None] * (second - first)).astype(np.uint8)
