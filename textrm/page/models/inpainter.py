"""The inpainting model: an ONNX file that fills holes from what surrounds them."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np

from textrm.page.models.model import WEIGHTS, Model


class InpaintingModel(Model):
    """An ONNX inpainting model with inputs ``image`` and ``mask`` and one output ``filled``; None is the released one.

    Raises:
        UserError: as :class:`~textrm.page.models.model.Model`.
    """

    task = "inpainting"
    inputs: ClassVar = {"image": "tensor(uint8)", "mask": "tensor(uint8)"}
    outputs = ("filled",)

    def __init__(self, path: Path | str | None = None, threads: int | None = None) -> None:
        super().__init__(WEIGHTS / "inpaint.onnx" if path is None else Path(path), threads)

    def __call__(self, images: np.ndarray, masks: np.ndarray) -> np.ndarray:
        """What the model sees in pictures with holes.

        Args:
            images: N H W 3 uint8 RGB; H and W are multiples of ``stride``; what they hold in holes does not matter.
            masks: N H W uint8, 1 = hole.

        Returns:
            N H W 3 uint8 RGB; outside the holes the model's own version of the picture.

        Raises:
            UserError: when the model fails on them, above all for want of memory.
        """
        assert images.shape[1] % self.stride == 0
        assert images.shape[2] % self.stride == 0
        (filled,) = self.run_on({"image": images, "mask": masks}, images.shape)
        return np.clip(np.rint(filled * 255), 0, 255).astype(np.uint8)
