"""Balloons and caption boxes: how they look and how they are painted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from textrm.synth.composing import balloon_shapes as shapes
from textrm.synth.drawing.common.strokes import SUBPIXEL_BITS, Curve, fixed
from textrm.synth.values import WHITE, Color, Rng, rgb


@dataclass(frozen=True, slots=True)
class Balloon:
    """A balloon around the origin. ``parts`` are closed outlines (body, tail, bubbles), united when painted.

    ``pen`` 0 leaves out the outline; ``opacity`` is 0 to 1; ``rays`` are open strokes around it (a flash balloon).
    """

    parts: tuple[Curve, ...]
    fill: Color
    ink: Color
    pen: float
    opacity: float = 1.0
    inner: Curve | None = None
    rays: tuple[Curve, ...] = ()
    tags: frozenset[str] = field(default_factory=frozenset)

    def bounds(self) -> tuple[float, float, float, float]:
        """x0, y0, x1, y1 of the body, tail left out, around the origin."""
        body = self.parts[0]
        return float(body[:, 0].min()), float(body[:, 1].min()), float(body[:, 0].max()), float(body[:, 1].max())


@dataclass(frozen=True, slots=True)
class BalloonStyle:
    """What the balloons of one page share: fill, ink, pen (pixels), opacity, shapes and tails (probabilities)."""

    fill: Color
    ink: Color
    pen: float
    opacity: float
    tail: float
    body: shapes.Body
    variety: float  # probability that a balloon has another shape than the page's usual one


def random_balloon_style(rng: Rng, color: bool, ink: Color) -> BalloonStyle:
    """The balloons of a page: mostly opaque white with a thin dark outline."""
    fill, opacity = WHITE, 1.0
    choice = rng.random()
    if choice < 0.08:
        level = int(rng.integers(0, 50))
        fill, ink = (level, level, level), WHITE
    elif choice < 0.25:
        fill = rgb(rng.integers(205, 256, 3), color)
    elif choice < 0.31 and color:
        fill = rgb(rng.integers(40, 256, 3))
    if rng.random() < 0.12:
        opacity = float(rng.uniform(0.55, 0.95))
    pen = 0.0 if rng.random() < 0.2 else float(rng.choice([0.7, 1, 1, 1.5, 2, 3]))
    body = shapes.random_body(rng)
    tail, variety = float(rng.choice([0.0, 0.5, 0.85])), float(rng.choice([0.1, 0.4]))
    return BalloonStyle(fill, ink, pen, opacity, tail, body, variety)


def random_balloon(rng: Rng, width: float, height: float, style: BalloonStyle, tight: float) -> Balloon:
    """A balloon whose inside holds a text of ``width`` x ``height`` pixels; ``tight`` is the padding in pixels."""
    body = style.body
    if rng.random() < style.variety:
        body = shapes.random_body(rng)
    outline = body(rng, width / 2 + tight, height / 2 + tight)
    tags = {"balloon", shapes.TAGS[body]}
    parts, rays, inner = [outline], [], None
    if style.fill == WHITE:
        tags.add("white_balloon")
    if max(style.fill) < 100:
        tags.add("dark_balloon")
    if style.opacity < 1:
        tags.add("translucent_balloon")
    reach = float(np.abs(outline).max())
    # A box that nothing points from is a caption's.
    if rng.random() < (0.85 if body is shapes.rectangle else style.tail) and body is not shapes.flash:
        tail = shapes.thought_tail if body is shapes.cloud and rng.random() < 0.8 else shapes.pointed_tail
        parts += tail(rng, outline, reach)
        tags.add("thought_balloon" if tail is shapes.thought_tail else "balloon_tail")
    if rng.random() < 0.08:
        inner = outline * (1 - 3.5 / np.maximum(8.0, np.abs(outline).max(0)))
        tags.add("double_outline")
    if body is shapes.flash:
        rays = shapes.flash_rays(rng, outline)
    pen = 0.0 if body is shapes.flash else style.pen
    return Balloon(tuple(parts), style.fill, style.ink, pen, style.opacity, inner, tuple(rays), frozenset(tags))


def paint(
    pictures: Sequence[np.ndarray], balloon: Balloon, x: float, y: float, region: np.ndarray | None = None
) -> None:
    """Paint a balloon with its origin at (x, y) into every picture (H W 3 uint8, in place).

    ``region`` (H W uint8, 255 = inside) keeps it within a panel.
    """
    height, width = pictures[0].shape[:2]
    everything = np.concatenate([*balloon.parts, *balloon.rays]) + np.array([x, y])
    pad = balloon.pen + 3
    x0, y0 = np.floor(everything.min(0) - pad).astype(int).clip(0)
    x1, y1 = np.ceil(everything.max(0) + pad).astype(int)
    x1, y1 = min(x1, width), min(y1, height)
    if x0 >= x1 or y0 >= y1:
        return
    shift = np.array([x - x0, y - y0])
    points = [fixed(part + shift) for part in balloon.parts]
    cover = np.zeros((y1 - y0, x1 - x0), np.uint8)
    for part in points:
        cv2.fillPoly(cover, [part], 255, cv2.LINE_AA, SUBPIXEL_BITS)
    edge = np.zeros_like(cover)
    if balloon.rays:
        cv2.polylines(edge, [fixed(ray + shift) for ray in balloon.rays], False, 255, 1, cv2.LINE_AA, SUBPIXEL_BITS)
    if balloon.pen > 0:
        # The fill, painted later, hides the inner half: twice the pen, and the parts become one outline.
        thickness, strength = max(1, round(balloon.pen * 2)), min(255, round(255 * max(0.5, balloon.pen)))
        cv2.polylines(edge, points, True, strength, thickness, cv2.LINE_AA, SUBPIXEL_BITS)
    edge = cv2.subtract(edge, cover)
    if balloon.inner is not None:
        cv2.polylines(edge, [fixed(balloon.inner + shift)], True, 255, 1, cv2.LINE_AA, SUBPIXEL_BITS)
    if balloon.opacity < 1:
        cover = cv2.convertScaleAbs(cover, alpha=balloon.opacity)
    if region is not None:
        cover, edge = cv2.min(cover, region[y0:y1, x0:x1]), cv2.min(edge, region[y0:y1, x0:x1])
    for picture in pictures:
        view = picture[y0:y1, x0:x1]
        blend(view, cover, balloon.fill)
        blend(view, edge, balloon.ink)


def blend(picture: np.ndarray, cover: np.ndarray, color: Color) -> None:
    """Lay a colour over a picture (H W 3 uint8, in place) where ``cover`` (H W uint8) says, 255 = fully."""
    solid = np.empty_like(picture)
    solid[:] = color
    lay(picture, cover, solid)


def lay(below: np.ndarray, cover: np.ndarray, picture: np.ndarray) -> None:
    """Lay a picture over another (both H W 3 uint8, the lower one in place) where ``cover`` (H W uint8) says."""
    share = cv2.merge([cover, cover, cover])
    below[:] = cv2.add(cv2.multiply(below, 255 - share, scale=1 / 255), cv2.multiply(picture, share, scale=1 / 255))


def caption_fill(rng: Rng, style: BalloonStyle, color: bool) -> Color:
    """The paper of a caption box: the balloons' own, or any light or dark colour."""
    if rng.random() < 0.35:
        return style.fill
    low, high = (200, 256) if rng.random() < 0.8 else (0, 120)
    return rgb(rng.integers(low, high, 3), color)
