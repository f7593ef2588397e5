"""The inpainting model: an ONNX file that fills holes from what surrounds them."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np

from textrm.page.levels import from_levels
from textrm.page.models.answers import OVERSHOOT
from textrm.page.models.model import WEIGHTS, Model
from textrm.page.models.session import CPU


class InpaintingModel(Model):
    """An ONNX inpainting model with inputs ``image`` and ``mask`` and one output ``filled``; None is the released one.

    Raises:
        UserError: as :class:`~textrm.page.models.model.Model`.
    """

    task = "inpainting"
    released = WEIGHTS / "inpaint.onnx"
    inputs: ClassVar = {"image": "tensor(uint8)", "mask": "tensor(uint8)"}
    outputs: ClassVar = {"filled": OVERSHOOT}

    def __init__(self, path: Path | str | None = None, threads: int | None = None, device: str = CPU) -> None:
        super().__init__(self.released if path is None else Path(path), threads, device)

    def __call__(self, images: np.ndarray, masks: np.ndarray, kind: np.dtype | type = np.uint8) -> np.ndarray:
        """What the model sees in pictures with holes.

        Args:
            images: N H W 3 uint8 RGB; H and W are multiples of ``stride``; what they hold in holes does not matter.
            masks: N H W uint8, 1 = hole.
            kind: uint8 or uint16, in which the result is wanted.

        Returns:
            N H W 3 RGB of ``kind``; outside the holes the model's own version of the picture.

        Raises:
            UserError: when the model fails on them, above all for want of memory, or gives what is no picture.
        """
        assert images.shape[1] % self.stride == 0
        assert images.shape[2] % self.stride == 0
        (filled,) = self.run_on({"image": images, "mask": masks}, images.shape)
        return from_levels(filled * np.float32(255), np.dtype(kind))
