"""Turns a numpy sample into tensors: augmentation in training, padding in evaluation."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import torch

from textrm.data.augmentation import A, augment
from textrm.data.masks import mask_of_drawn_pair
from textrm.data.sample import Sample
from textrm.synth.monochrome import as_print

_COVERED = 64  # of 255: a pixel of a shrunken mask is lettering when a quarter of what it came from was
_CELL = 32  # px; side of the cells among which a crop's centre is chosen
_FLAT = 10.0  # standard deviation, of 255, up to which a cell of the clean picture is paper or the inside of a balloon
_INNER = 0.8  # the chosen lettering pixel lies in this middle part of the crop


class TrainTransform:
    """A random square crop of ``size`` px, augmented; every draw comes from the generator of the call.

    First a window of the page is chosen, so that nothing is ever done to a whole page. Its side is ``size`` divided by
    a log-uniform factor in ``scale``; the factor is raised (to at most its upper limit) where the window would be
    larger than the picture. With probability ``on_lettering`` it holds a lettering pixel: a cell of 32 px is drawn
    among those with lettering, then a pixel in it, so that small words count by their place and not by their ink. Of
    these, the share ``on_art`` is drawn among cells where the clean picture is not flat: lettering on artwork, sound
    effects above all, is rare beside dialogue and harder. What lies outside a small picture repeats its edge and is
    ignored.

    Then the window is resized, mirrored (``flip``), turned by quarters (``rotate``). With probability ``printed`` a
    pair becomes black-and-white print: the clean picture turns to grey wash or screentone, and the lettering is laid
    over it again in grey, as manga has it. Last, the pixels are changed:
    inversion, grey, colour, gamma, blur, noise, JPEG. The clean picture undergoes the same operations with the same
    draws, noise included, so that away from the lettering it stays equal to the image up to JPEG artefacts.

    ``image``, ``clean``: area average when shrinking, linear when enlarging. ``mask``: 1 where at least a quarter of
    the area was lettering, nearest when enlarging. ``ignore``: 1 where any part was ignored.

    Turns and pixels are albumentations' work. The window is not: its ``CropNonEmptyMaskIfExists`` counts words by their
    ink and takes 6.0 ms of a page of 1600 × 1100 px for our 1.8; with ``Crop`` every plane has the same border, where
    ours repeats the picture and ignores it; and ``Resize`` gives the same pixels only with masks of 0 and 255 and our
    two thresholds around it (its own nearest masks share 77 % with ours), in no fewer lines and 1.3 times the time.
    """

    def __init__(
        self,
        size: int,
        on_lettering: float = 0.7,
        on_art: float = 0.0,
        scale: tuple[float, float] = (0.5, 2.0),
        flip: float = 0.1,
        rotate: float = 0.05,
        printed: float = 0.0,
        invert: float = 0.05,
        grey: float = 0.2,
        colour: float = 0.5,
        gamma: float = 0.3,
        blur: float = 0.15,
        noise: float = 0.15,
        jpeg: float = 0.5,
    ) -> None:
        self.size = size
        self.on_lettering, self.on_art, self.printed = on_lettering, on_art, printed
        self.scale = (float(scale[0]), float(scale[1]))
        self.turns = A.Compose(
            # a quarter of what RandomRotate90 turns, it turns by nothing
            [A.RandomRotate90(p=min(1.0, rotate * 4 / 3)), A.HorizontalFlip(p=flip)],
            additional_targets={"clean": "image", "ignore": "mask"},
        )
        self.pixels = A.Compose(
            [
                A.ToGray(p=grey),
                A.ColorJitter((0.75, 1.25), (0.75, 1.25), (0.6, 1.4), (-0.08, 0.08), p=colour),
                A.RandomGamma((70, 140), p=gamma),
                A.InvertImg(p=invert),
                A.GaussianBlur(blur_limit=0, sigma_limit=(0.3, 1.2), p=blur),
                A.GaussNoise(std_range=(0.01, 0.05), per_channel=False, p=noise),
                A.ImageCompression(quality_range=(40, 95), p=jpeg),
            ],
            additional_targets={"clean": "image"},
        )

    def __call__(self, sample: Sample, rng: np.random.Generator) -> dict[str, Any]:
        """One item of a batch: tensors without the batch dimension, as :mod:`textrm.data.sample` names them."""
        planes = _window(_planes(sample), *self._choose(sample, rng))
        planes = {name: _resize(name, plane, self.size) for name, plane in planes.items()}
        planes = augment(self.turns, rng, planes)
        if "clean" in planes and rng.random() < self.printed:
            planes |= _print(rng, planes)
        planes |= augment(self.pixels, rng, {name: planes[name] for name in ("image", "clean") if name in planes})
        return to_tensors(sample.id, planes, sample.masked)

    def _choose(self, sample: Sample, rng: np.random.Generator) -> tuple[int, int, int]:
        """Top, left and side of the window, in pixels of the page; top and left are negative on small pictures."""
        mask = sample.mask
        low, high = self.scale
        factor = float(np.exp(rng.uniform(np.log(low), np.log(high))))
        side = max(round(self.size / high), min(round(self.size / factor), *mask.shape), 1)
        corner = [_between(rng, extent, side) for extent in mask.shape]
        on_lettering = rng.random() < self.on_lettering
        clean = sample.clean if on_lettering and rng.random() < self.on_art else None
        if on_lettering and (pixel := _lettering_pixel(mask, clean, rng)) is not None:
            for axis, extent in enumerate(mask.shape):
                if extent > side:
                    start = pixel[axis] - side * (0.5 + _INNER * (rng.random() - 0.5))
                    corner[axis] = int(np.clip(round(start), 0, extent - side))
        return corner[0], corner[1], side


class EvalTransform:
    """The picture as it is."""

    def __call__(self, sample: Sample, rng: np.random.Generator) -> dict[str, Any]:
        """As :meth:`TrainTransform.__call__`; ``rng`` is not used."""
        return to_tensors(sample.id, _planes(sample), sample.masked)


def _planes(sample: Sample) -> dict[str, np.ndarray]:
    """The arrays of a sample by name, those that it has."""
    planes = {"image": sample.image, "mask": sample.mask, "clean": sample.clean, "ignore": sample.ignore}
    return {name: plane for name, plane in planes.items() if plane is not None}


def to_tensors(id: str, planes: dict[str, np.ndarray], masked: bool = True) -> dict[str, Any]:
    """Tensors of one item from 8-bit planes; without ``clean`` the image stands in and ``has_clean`` is False.

    ``masked`` is passed on as ``has_mask``.
    """
    image = _channels_first(planes["image"])
    mask = torch.from_numpy(planes["mask"])[None]
    ignore = torch.from_numpy(planes["ignore"])[None].bool() if "ignore" in planes else torch.zeros_like(mask).bool()
    clean = _channels_first(planes["clean"]) if "clean" in planes else image
    return {
        "id": id,
        "image": image,
        "clean": clean,
        "has_clean": torch.tensor("clean" in planes),
        "has_mask": torch.tensor(masked),
        "mask": mask.float(),
        "ignore": ignore,
    }


def _between(rng: np.random.Generator, extent: int, side: int) -> int:
    low, high = sorted((0, extent - side))
    return int(rng.integers(low, high + 1))


def _lettering_pixel(mask: np.ndarray, clean: np.ndarray | None, rng: np.random.Generator) -> tuple[int, int] | None:
    """A pixel of a random cell with lettering; with ``clean``, of one that is not flat there, if there is any."""
    rows = np.maximum.reduceat(mask, np.arange(0, mask.shape[0], _CELL), axis=0)
    lettered = np.maximum.reduceat(rows, np.arange(0, mask.shape[1], _CELL), axis=1) > 0
    cells = np.argwhere(lettered)
    if not len(cells):
        return None
    if clean is not None and len(on_art := np.argwhere(lettered & _uneven(clean))):
        cells = on_art
    y, x = cells[rng.integers(len(cells))] * _CELL
    inside = np.argwhere(mask[y : y + _CELL, x : x + _CELL])
    dy, dx = inside[rng.integers(len(inside))]
    return int(y + dy), int(x + dx)


def _print(rng: np.random.Generator, planes: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    clean = as_print(rng, planes["clean"])
    grey = cv2.cvtColor(cv2.cvtColor(planes["image"], cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    image = np.where(planes["mask"][..., None] != 0, grey, clean)
    mask = mask_of_drawn_pair(image, clean)  # letters as grey as the new ground are gone
    return {"clean": clean, "image": image, "mask": mask}


def _uneven(clean: np.ndarray) -> np.ndarray:
    """Which cells of the picture are not flat, by the standard deviation of their brightness."""
    below, right = (-extent % _CELL for extent in clean.shape[:2])
    grey = cv2.cvtColor(clean, cv2.COLOR_RGB2GRAY)
    grey = cv2.copyMakeBorder(grey, 0, below, 0, right, cv2.BORDER_REPLICATE)
    cells = grey.reshape(grey.shape[0] // _CELL, _CELL, -1, _CELL)
    return cells.std(axis=(1, 3), dtype=np.float32) > _FLAT


def _window(planes: dict[str, np.ndarray], top: int, left: int, side: int) -> dict[str, np.ndarray]:
    height, width = planes["mask"].shape
    inside = (slice(max(top, 0), min(top + side, height)), slice(max(left, 0), min(left + side, width)))
    cut = {name: plane[inside] for name, plane in planes.items()}
    return _pad(cut, max(-top, 0), max(top + side - height, 0), max(-left, 0), max(left + side - width, 0))


def _pad(planes: dict[str, np.ndarray], above: int, below: int, left: int, right: int) -> dict[str, np.ndarray]:
    """Repeat the edges of every plane but ``ignore``, which becomes 1 there."""
    if not (above or below or left or right):
        return planes
    planes = {"ignore": np.zeros(planes["mask"].shape, np.uint8)} | planes
    padded = {}
    for name, plane in planes.items():
        border = cv2.BORDER_CONSTANT if name == "ignore" else cv2.BORDER_REPLICATE
        padded[name] = cv2.copyMakeBorder(np.ascontiguousarray(plane), above, below, left, right, border, value=1)
    return padded


def _resize(name: str, plane: np.ndarray, size: int) -> np.ndarray:
    side = plane.shape[0]
    if side == size:
        return plane
    if name in ("image", "clean"):
        return cv2.resize(plane, (size, size), interpolation=cv2.INTER_AREA if side > size else cv2.INTER_LINEAR)
    if side < size:
        return cv2.resize(plane, (size, size), interpolation=cv2.INTER_NEAREST_EXACT)
    share = cv2.resize(plane * np.uint8(255), (size, size), interpolation=cv2.INTER_AREA)
    return (share >= (1 if name == "ignore" else _COVERED)).astype(np.uint8)


def _channels_first(picture: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1))).float().div_(255)
