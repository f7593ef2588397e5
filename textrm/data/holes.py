"""Makes holes for inpainting: an item with its lettering becomes one with a hole to fill."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import cv2
import numpy as np
import torch
from torch.utils.data import Dataset

from textrm.errors import UserError


class Holes(Protocol):
    """Makes the item of inpainting from one of segmentation; every random draw comes from ``rng``.

    Afterwards ``mask`` is the hole (1 = to fill), ``clean`` the truth, and ``image`` means nothing within the hole.
    Without a clean picture there is no truth: ``ignore`` is True everywhere.
    """

    def __call__(self, item: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
        """The item with a hole."""
        ...


class RandomHoles:
    """Strokes, ellipses and boxes that cover a share of the picture in one of ``bins``.

    A bin is drawn with equal chances, a share within it uniformly, and shapes are added until it is reached; the
    coverage is in the bin exactly, (low, high]. For a set in order each picture keeps its draw, so that all bins come.

    Raises:
        UserError: for edges that do not rise within 0 and 1.
    """

    def __init__(self, bins: Sequence[float] = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)) -> None:
        self.bins = tuple(float(edge) for edge in bins)
        if len(self.bins) < 2 or any(a >= b for a, b in zip(self.bins, self.bins[1:], strict=False)) \
                or self.bins[0] < 0 or self.bins[-1] > 1:  # fmt: skip
            raise UserError(f"bins={list(bins)}: expected rising shares of the picture from 0 to 1")

    def __call__(self, item: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
        """The item with a hole, and its clean picture as the image."""
        bin_number = int(rng.integers(len(self.bins) - 1))
        hole = draw_hole(rng, item["mask"].shape[-2:], self.bins[bin_number], self.bins[bin_number + 1])
        return _with_hole(item, hole, item["clean"])


class LetteringHoles:
    """The picture's own lettering, grown by a random margin of up to ``margin`` px at a side of 512 px.

    With probability ``moved`` the lettering is mirrored, turned and shifted around, so that it falls on any art and not
    only where letterers put it; the image is the clean picture then. In place the image stays the lettered one: traces
    of soft edges and of JPEG around the hole are what the net meets on real pages. With probability ``mistakes`` the
    hole in place is a finder's mistaken one (:func:`mistaken`): remains of letters stand at its rim, as they do where a
    word was found in part. Up to ``copies`` - 1 further moved copies are added: what is not a hole teaches nothing. A
    picture without lettering gets a few random strokes.

    Raises:
        UserError: for a margin below 0, a probability outside [0, 1] and fewer copies than one.
    """

    def __init__(self, margin: float = 10.0, moved: float = 0.5, copies: int = 1, mistakes: float = 0.0) -> None:
        if not margin >= 0:
            raise UserError(f"margin={margin}: expected 0 or more pixels")
        for name, probability in (("moved", moved), ("mistakes", mistakes)):
            if not 0 <= probability <= 1:
                raise UserError(f"{name}={probability}: expected a probability of 0 to 1")
        if copies < 1:
            raise UserError(f"copies={copies}: expected 1 or more")
        self.margin, self.moved, self.copies = float(margin), float(moved), int(copies)
        self.mistakes = float(mistakes)

    def __call__(self, item: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
        """The item with its lettering as a hole."""
        lettering = item["mask"][0].numpy().astype(np.uint8)
        if not lettering.any():
            return _with_hole(item, draw_hole(rng, lettering.shape, 0.0, 0.1), item["clean"])
        moved = rng.random() < self.moved
        hole = _moved(lettering, rng) if moved else lettering
        if not moved and self.mistakes and rng.random() < self.mistakes:
            hole = mistaken(lettering, rng)
        for _ in range(int(rng.integers(self.copies))):
            hole = hole | _moved(lettering, rng)
        # At least a pixel: the mask of a downscaled picture leaves out what lettering covers by less than a quarter.
        radius = max(1, round(rng.uniform(0, self.margin) * min(hole.shape) / 512))
        ellipse = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
        return _with_hole(item, cv2.dilate(hole, ellipse), item["clean"] if moved else item["image"])


class MixedHoles:
    """Lettering with probability ``share``, random shapes else."""

    def __init__(self, lettering: Holes, random: Holes, share: float = 0.5) -> None:
        if not 0 <= share <= 1:
            raise UserError(f"share={share}: expected a probability of 0 to 1")
        self.lettering, self.random, self.share = lettering, random, float(share)

    def __call__(self, item: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
        """The item with a hole of one kind."""
        return (self.lettering if rng.random() < self.share else self.random)(item, rng)


class HoledDataset(Dataset):
    """The items of a data set in order, each with one fixed hole that follows from ``seed`` and its index."""

    # Any: a Dataset with a length, which torch's type does not promise
    def __init__(self, data: Any, holes: Holes, seed: int = 0) -> None:
        self.data, self.holes, self.seed = data, holes, seed

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, index: int) -> dict[str, Any]:
        return self.holes(self.data[index], np.random.default_rng((self.seed, index, 3)))


def draw_hole(rng: np.random.Generator, size: tuple[int, int], low: float, high: float) -> np.ndarray:
    """H W uint8 in {0, 1} whose share of ones is in (low, high]; at least one pixel where the picture has so few."""
    height, width = size
    hole = np.zeros((height, width), np.uint8)
    most = max(1, int(high * hole.size))
    wanted = int(np.clip(round(rng.uniform(low, high) * hole.size), int(low * hole.size) + 1, most))
    reach = 0.4 * min(height, width) * np.sqrt(high)
    while (missing := wanted - np.count_nonzero(hole)) > 0:
        candidate = hole.copy()
        if reach < 1:
            candidate[np.unravel_index(rng.permutation(np.flatnonzero(hole == 0))[:1], hole.shape)] = 1
        else:
            _draw_shape(candidate, rng, min(reach, max(1.0, np.sqrt(4 * missing))))
        if np.count_nonzero(candidate) <= most:
            hole = candidate
        else:
            reach *= 0.7
    return hole


def _draw_shape(hole: np.ndarray, rng: np.random.Generator, reach: float) -> None:
    """One stroke, ellipse or box of up to about ``reach`` px, anywhere."""
    height, width = hole.shape
    centre = (int(rng.integers(width)), int(rng.integers(height)))
    kind = rng.integers(3)
    if kind == 0:
        points = [np.array(centre, float)]
        angle = rng.uniform(0, 2 * np.pi)
        for _ in range(int(rng.integers(2, 7))):
            angle += rng.normal(0, 0.8)
            points.append(points[-1] + rng.uniform(0.2, 0.6) * reach * np.array([np.cos(angle), np.sin(angle)]))
        thickness = max(1, round(rng.uniform(0.05, 0.25) * reach))
        cv2.polylines(hole, [np.rint(points).astype(np.int32)], False, 1, thickness)
        return
    across, down = (max(1, round(rng.uniform(0.1, 0.5) * reach)) for _ in range(2))
    if kind == 1:
        cv2.ellipse(hole, centre, (across, down), float(rng.uniform(0, 180)), 0, 360, 1, -1)
    else:
        cv2.rectangle(hole, (centre[0] - across, centre[1] - down), (centre[0] + across, centre[1] + down), 1, -1)


def mistaken(lettering: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Lettering as a finder may miss it: up to 30 % of its strokes and of its area are left out, the rest is shifted.

    What is left out of the area lies in patches of about 24 px at a side of 512 px, which cut letters; the shift is up
    to 3 px there. H W uint8 in {0, 1}; the lettering itself where nothing would be left.
    """
    height, width = lettering.shape
    unit = min(height, width) / 512
    count, strokes = cv2.connectedComponents(lettering)
    missed = (rng.random(count) < rng.uniform(0, 0.3))[strokes]
    cells = max(1, round(height / unit / 24)), max(1, round(width / unit / 24))
    patches = cv2.resize(rng.random(cells), (width, height), interpolation=cv2.INTER_LINEAR)
    found = np.where(missed | (patches < np.quantile(patches, rng.uniform(0, 0.3))), 0, lettering).astype(np.uint8)
    right, down = np.rint(rng.uniform(-3, 3, 2) * unit)
    shift = np.array([[1.0, 0.0, right], [0.0, 1.0, down]])
    shifted = cv2.warpAffine(found, shift, (width, height), flags=cv2.INTER_NEAREST).astype(np.uint8)
    return shifted if shifted.any() else lettering


def _moved(mask: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The mask mirrored and turned at random, then shifted around its edges."""
    if rng.random() < 0.5:
        mask = mask[:, ::-1]
    quarters = int(rng.integers(4)) if mask.shape[0] == mask.shape[1] else 2 * int(rng.integers(2))
    shift = (int(rng.integers(mask.shape[0])), int(rng.integers(mask.shape[1])))
    return np.ascontiguousarray(np.roll(np.rot90(mask, quarters), shift, (0, 1)))


def _with_hole(item: dict[str, Any], hole: np.ndarray, image: torch.Tensor) -> dict[str, Any]:
    ignore = item["ignore"] | ~item["has_clean"]
    return item | {"image": image, "mask": torch.from_numpy(hole)[None].float(), "ignore": ignore}
