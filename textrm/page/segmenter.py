"""The segmentation model: an ONNX file that turns RGB pixels into the probability of lettering."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np

from textrm.page.model import WEIGHTS, Model


class Segmenter(Model):
    """An ONNX segmentation model with one input ``image`` and one output ``prob``; None is the released one.

    ``threshold`` is the probability above which its author calls a pixel lettering, ``low`` the one that is enough
    beside such a pixel (None: there is none).

    Raises:
        UserError: as :class:`~textrm.page.model.Model`, and where a stated probability is impossible.
    """

    task = "segmentation"
    inputs: ClassVar = {"image": "tensor(uint8)"}
    outputs = ("prob",)
    hint = "; a smaller tile needs less memory"

    def __init__(self, path: Path | str | None = None, threads: int | None = None) -> None:
        super().__init__(WEIGHTS / "segment.onnx" if path is None else Path(path), threads)
        self.threshold = self._probability("threshold", 0.5)
        self.low = self._probability("low", 0.5) if "low" in self.metadata else None

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """The probability of lettering of one picture.

        Args:
            image: H W 3 uint8 RGB; H and W are multiples of ``stride``.

        Returns:
            H W float32 in [0, 1].

        Raises:
            UserError: when the model fails on it, above all for want of memory.
        """
        assert image.shape[0] % self.stride == 0
        assert image.shape[1] % self.stride == 0
        (prob,) = self.run_on({"image": np.ascontiguousarray(image)[None]}, (1, 1, *image.shape[:2]))
        return prob[0, 0]
