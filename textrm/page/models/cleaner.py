"""The end-to-end model: an ONNX file that turns a lettered picture into a clean one."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np

from textrm.page.models.answers import OVERSHOOT, ROUNDING
from textrm.page.models.model import WEIGHTS, Model
from textrm.page.models.session import CPU

KEEP = 1 / 32  # share of its own below which a pixel is nothing but rounding of the input


class CleaningModel(Model):
    """An ONNX cleaning model with input ``image`` and outputs ``clean`` and ``blend``; None is the released one.

    ``threshold`` is the blend above which its author calls a pixel lettering, ``keep`` the one below which a pixel is
    the input's.

    Raises:
        UserError: as :class:`~textrm.page.models.model.Model`, and where one of these is impossible.
    """

    task = "cleaning"
    released = WEIGHTS / "clean.onnx"
    inputs: ClassVar = {"image": "tensor(uint8)"}
    outputs: ClassVar = {"clean": OVERSHOOT, "blend": ROUNDING}
    hint = "; a smaller tile needs less memory"

    def __init__(self, path: Path | str | None = None, threads: int | None = None, device: str = CPU) -> None:
        super().__init__(self.released if path is None else Path(path), threads, device)
        self.threshold = self._probability("threshold", 0.5)
        self.keep = self._probability("keep", KEEP)

    def __call__(self, image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The clean version of one picture.

        Args:
            image: H W 3 uint8 RGB; H and W are multiples of ``stride``.

        Returns:
            The picture H W 3 uint8 RGB, and how much of each pixel is the model's own, H W float32 in [0, 1].

        Raises:
            UserError: when the model fails on it, above all for want of memory, or gives what is no picture or share.
        """
        height, width = image.shape[:2]
        assert height % self.stride == 0
        assert width % self.stride == 0
        clean, blend = self.run_on(
            {"image": np.ascontiguousarray(image)[None]}, (1, height, width, 3), (1, 1, height, width)
        )
        return np.clip(np.rint(clean[0] * 255), 0, 255).astype(np.uint8), blend[0, 0]
