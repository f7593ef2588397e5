"""A piece of lettering as a patch, and how it goes onto a picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from textrm.synth.inks.effects import Dress, paint
from textrm.synth.setting.block import Block
from textrm.synth.setting.warp import grown


@dataclass(frozen=True, slots=True)
class Lettering:
    """A patch of lettering.

    ``color`` h w 3 uint8 RGB, meaningful where alpha > 0. ``alpha`` h w uint8: coverage of everything drawn, that is
    ink, outline, shadow and glow together. ``words`` N x 2 float32 polygons (x, y) in px of this patch, one per word
    of scripts with spaces, else one per line or column and one per furigana reading; they enclose ink and outlines,
    not shadow and glow.
    """

    color: np.ndarray
    alpha: np.ndarray
    words: tuple[np.ndarray, ...]
    tags: frozenset[str]


def colored(block: Block, dress: Dress, tags: frozenset[str]) -> Lettering:
    """The block in its dress: the patch grows by what outlines, shadow and glow need."""
    margin = dress.reach + 1
    coverage = cv2.copyMakeBorder(block.coverage, margin, margin, margin, margin, cv2.BORDER_CONSTANT)
    color, alpha = paint(coverage, dress)
    words = tuple(grown(word, dress.solid_reach) + np.float32(margin) for word in block.words)
    return Lettering(color, alpha, words, tags | dress.tags())


def dressed(lettering: Lettering, dress: Dress) -> Lettering:
    """A patch of flat opaque ink in another dress."""
    return colored(Block(lettering.alpha, lettering.words), dress, lettering.tags)


def turned(lettering: Lettering, degrees: float) -> Lettering:
    """The patch turned anticlockwise, on a canvas that holds all of it: a note on a sheet that lies askew."""
    height, width = lettering.alpha.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    cosine, sine = np.abs(matrix[0, :2])
    size = int(np.ceil(width * cosine + height * sine)) + 2, int(np.ceil(width * sine + height * cosine)) + 2
    matrix[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    color, alpha = resampled(lettering, lambda plane: cv2.warpAffine(plane, matrix, size, flags=cv2.INTER_LINEAR))
    words = tuple((word @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32) for word in lettering.words)
    return Lettering(color, alpha, words, lettering.tags | {"turned_text"})


def stacked(blocks: Sequence[Lettering]) -> Lettering:
    """Patches below each other, each in the middle of the widest."""
    size = sum(block.alpha.shape[0] for block in blocks), max(block.alpha.shape[1] for block in blocks)
    color, alpha = np.zeros((*size, 3), np.uint8), np.zeros(size, np.uint8)
    words: list[np.ndarray] = []
    top = 0
    for block in blocks:
        height, width = block.alpha.shape
        left = (size[1] - width) // 2
        color[top : top + height, left : left + width] = block.color
        alpha[top : top + height, left : left + width] = block.alpha
        words += [word + np.array([left, top], np.float32) for word in block.words]
        top += height
    return Lettering(color, alpha, tuple(words), frozenset().union(*(block.tags for block in blocks)))


def faded(lettering: Lettering, opacity: float) -> Lettering:
    """The patch with its coverage times ``opacity`` in [0, 1]: the art shows through."""
    alpha = cv2.convertScaleAbs(lettering.alpha, alpha=opacity)
    return Lettering(lettering.color, alpha, lettering.words, lettering.tags | {"translucent"})


def scaled(lettering: Lettering, factor: float) -> Lettering:
    """The patch ``factor`` times as large, at least one pixel a side."""
    height, width = lettering.alpha.shape
    size = max(round(width * factor), 1), max(round(height * factor), 1)
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    color, alpha = resampled(lettering, lambda plane: cv2.resize(plane, size, interpolation=how))
    words = tuple((word * (size[0] / width, size[1] / height)).astype(np.float32) for word in lettering.words)
    return Lettering(color, alpha, words, lettering.tags)


def resampled(lettering: Lettering, resample: Callable[[np.ndarray], np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Colour and alpha of a patch after ``resample``.

    Colours count by their coverage, so that what is unseen leaves no fringe.
    """
    weight = lettering.alpha.astype(np.float32) / 255
    alpha = resample(weight)
    color = resample(lettering.color * weight[..., None]) / np.maximum(alpha, 1e-3)[..., None]
    return np.rint(color).clip(0, 255).astype(np.uint8), np.rint(alpha * 255).astype(np.uint8)


def over(lower: tuple[np.ndarray, np.ndarray], upper: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Colour and alpha (h w 3 and h w uint8) of one patch laid over another of the same size."""
    share = upper[1].astype(np.float32) / 255
    alpha = share + lower[1].astype(np.float32) / 255 * (1 - share)
    mix = (share / np.maximum(alpha, 1e-6))[..., None]
    color = lower[0] + mix * (upper[0].astype(np.float32) - lower[0])
    return np.rint(color).astype(np.uint8), np.rint(alpha * 255).astype(np.uint8)


def hidden(lettering: Lettering, keep: np.ndarray) -> Lettering:
    """The patch where ``keep`` (h w uint8, 255 = all of it) lets it be seen: something stands in front."""
    alpha = cv2.multiply(lettering.alpha, keep, scale=1 / 255)
    return Lettering(lettering.color, alpha, lettering.words, lettering.tags)


def paste(image: np.ndarray, lettering: Lettering, x: int, y: int) -> tuple[np.ndarray, ...]:
    """Blend a patch into ``image`` (H W 3 uint8 RGB, in place) with its top left at (x, y); clips at the borders.

    Returns the words in picture coordinates, clipped to the picture; words wholly outside are left out.
    """
    height, width = lettering.alpha.shape
    x0, y0 = max(x, 0), max(y, 0)
    x1, y1 = min(x + width, image.shape[1]), min(y + height, image.shape[0])
    if x0 >= x1 or y0 >= y1:
        return ()
    inside = np.s_[y0 - y : y1 - y, x0 - x : x1 - x]
    part = image[y0:y1, x0:x1]
    # whole numbers throughout, so that the result is the same on every machine
    share = lettering.alpha[inside].astype(np.int32)[..., None]
    part[...] = part + ((lettering.color[inside].astype(np.int32) - part) * share + 127) // 255
    words = (word + np.array([x, y], np.float32) for word in lettering.words)
    clipped = (_clip(word, image.shape[1], image.shape[0]) for word in words)
    return tuple(word for word in clipped if word is not None)


def _clip(word: np.ndarray, width: int, height: int) -> np.ndarray | None:
    """The part of a convex polygon inside the picture, None where there is none."""
    low, high = word.min(0), word.max(0)
    if (low >= 0).all() and high[0] <= width and high[1] <= height:
        return word
    if (high <= 0).any() or low[0] >= width or low[1] >= height:
        return None
    picture = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    area, common = cv2.intersectConvexConvex(word, picture)
    return common.reshape(-1, 2) if area > 0 and common is not None else None
