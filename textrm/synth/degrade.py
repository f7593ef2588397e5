"""Wears a page as print and files do: blur, paper, scanner, JPEG.

The lettered and the clean picture go through the same steps with the same random numbers. The mask follows what blurs
and is never compressed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from textrm.data.masks import mask_of_drawn_pair
from textrm.data.sample import Sample
from textrm.synth.drawing.common.strokes import noise
from textrm.synth.drawing.common.texture import sensor_noise
from textrm.synth.values import Rng


def degrade(rng: Rng, sample: Sample) -> Sample:
    """The sample after optics, paper and compression; adds the tags of what was done."""
    assert sample.clean is not None
    tags = set(sample.tags or ())
    gray = "monochrome" in tags
    pictures = _optics(rng, sample.image, sample.clean, tags)
    mask = mask_of_drawn_pair(*pictures)
    if rng.random() < 0.15:
        amount, radius = rng.uniform(0.3, 1.2), rng.uniform(0.7, 2.0)
        pictures = [cv2.addWeighted(p, 1 + amount, cv2.GaussianBlur(p, (0, 0), radius), -amount, 0) for p in pictures]
        tags.add("sharpened")
    if rng.random() < 0.45:
        pictures = _paper(rng, pictures, tags)
    if rng.random() < 0.35:
        seed, strength = rng.integers(2**32), rng.exponential(3.0) + 0.5
        neutral = gray or rng.random() < 0.5
        pictures = [sensor_noise(np.random.default_rng(seed), p, min(strength, 12.0), neutral) for p in pictures]
        tags.add("noise")
    if rng.random() < 0.75:
        quality = int(rng.integers(30, 99))
        subsampling = int(rng.choice([cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]))
        pictures = [_jpeg(p, quality, subsampling, "monochrome" in tags) for p in pictures]
        tags.add("jpeg")
    return replace(sample, image=pictures[0], clean=pictures[1], mask=mask, tags=frozenset(tags))


def rescaled(rng: Rng, pictures: Sequence[np.ndarray], smallest: float) -> list[np.ndarray]:
    """Pictures of one size, shrunk to a share of it from ``smallest`` to 0.95 and enlarged again, all in one way."""
    height, width = pictures[0].shape[:2]
    factor = rng.uniform(smallest, 0.95)
    small = max(1, round(width * factor)), max(1, round(height * factor))
    how = int(rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC]))
    return [
        cv2.resize(cv2.resize(picture, small, interpolation=cv2.INTER_AREA), (width, height), interpolation=how)
        for picture in pictures
    ]


def _optics(rng: Rng, image: np.ndarray, clean: np.ndarray, tags: set[str]) -> list[np.ndarray]:
    pictures = [image, clean]
    if rng.random() < 0.3:
        pictures = rescaled(rng, pictures, 0.5)
        tags.add("rescaled")
    if rng.random() < 0.35:
        sigma = rng.uniform(0.3, 1.2)
        pictures = [cv2.GaussianBlur(p, (0, 0), sigma) for p in pictures]
        tags.add("blur")
    return pictures


def _paper(rng: Rng, pictures: list[np.ndarray], tags: set[str]) -> list[np.ndarray]:
    """Levels of a scan (black not black, white not white), gamma, tint, uneven paper and print from the back."""
    height, width = pictures[0].shape[:2]
    black, white, gamma = rng.uniform(0, 35), rng.uniform(215, 256), rng.uniform(0.8, 1.25)
    curve = black + (white - black) * np.linspace(0, 1, 256) ** gamma
    tint = np.ones(3)
    if rng.random() < 0.35:
        tint = np.array([1.0, rng.uniform(0.9, 1.0), rng.uniform(0.7, 0.97)])  # aged paper
        if rng.random() < 0.2:
            tint = rng.uniform(0.85, 1.0, 3)
        tags.discard("monochrome")
        tags.add("tinted")
    table = np.rint(curve[:, None] * tint).clip(0, 255).astype(np.uint8)[:, None, :]
    behind = cv2.GaussianBlur(pictures[0][:, ::-1], (0, 0), 2) if rng.random() < 0.15 else None
    strength = rng.uniform(0.02, 0.06)
    uneven = None
    if rng.random() < 0.3:
        dark = np.rint(255 - noise(rng, height, width, rng.uniform(2, 40)) * rng.uniform(5, 30)).astype(np.uint8)
        uneven = cv2.merge([dark, dark, dark])
    if rng.random() < 0.1:  # the shadow of the book's fold, or of its edge
        reach = rng.uniform(0.03, 0.2) * width
        fold = 1 - rng.uniform(0.2, 0.8) * np.exp(-np.arange(width) / reach)
        fold = fold[::-1] if rng.random() < 0.5 else fold
        row = np.rint(255 * fold).astype(np.uint8)
        shadow = np.broadcast_to(row[None, :, None], (height, width, 3))
        uneven = shadow.copy() if uneven is None else cv2.multiply(uneven, shadow.copy(), scale=1 / 255)
        tags.add("book_fold")
    result = []
    for picture in pictures:
        if behind is not None:
            picture = cv2.addWeighted(picture, 1 - strength, behind, strength, 0)
        picture = cv2.LUT(picture, table)
        result.append(picture if uneven is None else cv2.multiply(picture, uneven, scale=1 / 255))
    tags.add("scan")
    return result


def _jpeg(picture: np.ndarray, quality: int, subsampling: int, gray: bool) -> np.ndarray:
    """Once through a JPEG file; a grey picture stays grey."""
    settings = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, subsampling]
    source = np.ascontiguousarray(picture[..., 0]) if gray else cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    code = cv2.imencode(".jpg", source, settings)[1]
    if gray:
        return cv2.cvtColor(_decoded(code, cv2.IMREAD_GRAYSCALE), cv2.COLOR_GRAY2RGB)
    return _decoded(code, cv2.IMREAD_COLOR_RGB)


def _decoded(code: np.ndarray, flags: int) -> np.ndarray:
    picture = cv2.imdecode(code, flags)
    assert picture is not None, "OpenCV cannot read what it has just written"
    return picture
