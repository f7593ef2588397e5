"""Turns a numpy sample into what a tagger learns from: a square picture, and its tags as numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from textrm.data.augmentation import A, augment
from textrm.data.sample import Sample
from textrm.errors import UserError
from textrm.page.letterbox import letterbox


class TagTransform:
    """The whole picture, letterboxed to ``size`` × ``size`` px, and a multi-hot vector over ``labels``.

    Nothing that a tag may refer to is touched unless asked for: mirroring changes what is left and right, crops lose
    what lies at the edge, and changed colours make another hair.

    Args:
        labels: names of the T tags, separated by spaces; others are not learnt.
        size: in px.
        flip: probability of mirroring.
        crop: largest share of each side that is cut away, at random.
        colour: largest change of brightness and contrast, as a share.

    Raises:
        UserError: for shares outside [0, 1), a probability outside [0, 1], or a size below 8.
    """

    def __init__(self, labels: str, size: int, flip: float = 0.0, crop: float = 0.0, colour: float = 0.0) -> None:
        for name, value in {"crop": crop, "colour": colour, "flip": flip}.items():
            if not 0 <= value <= 1 or (value == 1 and name != "flip"):
                raise UserError(f"{name}={value} of TagTransform: expected a share of 0 to 1")
        if size < 8:
            raise UserError(f"size={size} of TagTransform: expected 8 px or more")
        self.number_of = {label: number for number, label in enumerate(labels.split())}
        self.size = size
        chosen: list[A.BasicTransform] = [A.HorizontalFlip(p=flip)]
        if crop:
            chosen.append(A.RandomCropFromBorders(*[crop / 2] * 4, p=1.0))
        if colour:
            chosen.append(A.RandomBrightnessContrast(colour, colour, p=1.0))
        self.changes = A.Compose(chosen)

    def __call__(self, sample: Sample, rng: np.random.Generator) -> dict[str, Any]:
        """``id``, ``image`` 3 size size and ``tags`` T, NaN where nothing is known."""
        # The letterbox is that of textrm.tag, which has no albumentations.
        image = letterbox(augment(self.changes, rng, {"image": sample.image})["image"], self.size)
        tags = torch.full((len(self.number_of),), 0.0 if sample.tags is not None else float("nan"))
        tags[[self.number_of[tag] for tag in sample.tags or () if tag in self.number_of]] = 1.0
        planes = torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1)))
        return {"id": sample.id, "image": planes.float().div_(255), "tags": tags}
