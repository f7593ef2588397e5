"""The segmentation model: an ONNX file that turns RGB pixels into the probability of lettering."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import numpy as np

from textrm.page.finding.judge import Judge
from textrm.page.finding.verifier import Verifier
from textrm.page.models.answers import ROUNDING
from textrm.page.models.model import WEIGHTS, Model, processors
from textrm.page.models.session import CPU


class SegmentationModel(Model):
    """An ONNX segmentation model with one output ``prob``; None is the released one.

    ``looks`` is how many members of a picture's pyramid its author trained it on. A model of one look has the input
    ``image`` alone; one of several has ``prior`` as well, what it said of the member before, of 255, with ``unknown``
    where there is none, and a ``judge`` of words: the verifier that it states, or a few weights. ``threshold`` is the
    probability above which its author calls a pixel or a word lettering, ``low`` the one that is enough for a pixel
    beside or within such (None: there is none). ``lacks`` says what it cannot do that the released one can; empty where
    that is nothing.

    Raises:
        UserError: as :class:`~textrm.page.models.model.Model`, and where a stated number is impossible, or a
            judge of words is stated by a model of one look.
    """

    task = "segmentation"
    released = WEIGHTS / "find.onnx"
    outputs: ClassVar = {"prob": ROUNDING}
    hint = "; a smaller tile needs less memory"
    unknown = 128

    def __init__(self, path: Path | str | None = None, threads: int | None = None, device: str = CPU) -> None:
        super().__init__(self.released if path is None else Path(path), threads, device)
        self.looks = self._number("looks", 64) if "looks" in self.metadata else 1
        if self.looks == 1 and self._stated_judge is not None:
            raise self._misstated(f"{self._stated_judge} for one look", "2 looks or more, since one judges no words")
        self.judge = self._judge(threads or processors(), device)
        self.threshold = self._probability("threshold", 0.5)
        self.low = self._probability("low", 0.5) if "low" in self.metadata else None

    @property
    def inputs(self) -> Mapping[str, str]:  # type: ignore[override]
        """The names of the inputs, with their types."""
        names = ("image", "prior") if "looks" in self.metadata else ("image",)
        return dict.fromkeys(names, "tensor(uint8)")

    @property
    def lacks(self) -> str:
        """What its user should know, to be said behind its name."""
        if self.looks == 1:
            return "looks at a page once: pixels are judged, not words, and none is doubtful"
        if self._stated_judge is None:
            return "holds no verifier of words: the mean of its looks judges them, which is less sure"
        return ""

    @property
    def _stated_judge(self) -> str | None:
        return next((name for name in ("verifier", "words") if name in self.metadata), None)

    def _judge(self, threads: int, device: str) -> Judge | Verifier:
        name = self._stated_judge or "words"
        stated = self.metadata.get(name)
        try:
            return Verifier.stated(stated or "", threads, device) if name == "verifier" else Judge.stated(stated)
        except ValueError as error:
            expected = "an ONNX file as base64" if name == "verifier" else "weights of a judge"
            raise self._misstated(f"{name}={(stated or '')[:60]}", f"{expected} ({error})") from error

    def __call__(self, image: np.ndarray, prior: np.ndarray | None = None) -> np.ndarray:
        """The probability of lettering of one picture.

        Args:
            image: H W 3 uint8 RGB; H and W are multiples of ``stride``.
            prior: H W uint8, for a model of several looks; None where nothing is known.

        Returns:
            H W float32 in [0, 1].

        Raises:
            UserError: when the model fails on it, above all for want of memory, or gives what is no probability.
        """
        assert image.shape[0] % self.stride == 0
        assert image.shape[1] % self.stride == 0
        feeds = {"image": np.ascontiguousarray(image)[None]}
        if "looks" in self.metadata:
            known = np.full(image.shape[:2], self.unknown, np.uint8) if prior is None else prior
            feeds["prior"] = np.ascontiguousarray(known)[None]
        (prob,) = self.run_on(feeds, (1, 1, *image.shape[:2]))
        return prob[0, 0]
