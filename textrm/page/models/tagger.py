"""The tagging model: an ONNX file that says what a picture shows, and where it looked."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from textrm.errors import UserError
from textrm.page.letterbox import letterbox, placement
from textrm.page.models.answers import ROUNDING
from textrm.page.models.model import WEIGHTS, Model, check_image
from textrm.page.models.session import CPU


@dataclass(frozen=True, slots=True, eq=False)
class Tags:
    """What a tagger says of one picture, with T tags at L looks.

    ``labels`` are the names of the tags; ``prob`` T float32 in [0, 1] their final probabilities, the maximum over the
    looks; ``by_look`` L T float32 in [0, 1]; ``boxes`` L 4 float64, where each look looked: x0, y0, x1, y1 in pixels of
    the picture. Look 0 is the whole picture.
    """

    labels: tuple[str, ...]
    prob: np.ndarray
    by_look: np.ndarray
    boxes: np.ndarray

    def above(self, threshold: float) -> list[tuple[str, float]]:
        """Tags with a probability above ``threshold``, with it, the most probable first."""
        falling = np.argsort(-self.prob, kind="stable")
        return [(self.labels[tag], float(self.prob[tag])) for tag in falling if self.prob[tag] > threshold]

    def raised(self, threshold: float) -> list[list[tuple[str, float]]]:
        """For each look the tags of :meth:`above` that it gave more than any other look, or as much as a later one.

        Every tag belongs to exactly one look.
        """
        best = dict(zip(self.labels, self.by_look.argmax(0), strict=True))
        found = self.above(threshold)
        return [[tag for tag in found if best[tag[0]] == look] for look in range(len(self.by_look))]


class TaggingModel(Model):
    """An ONNX tagging model with one input ``image`` and outputs ``prob`` and ``looks``; None is the released one.

    ``labels`` are the names of its tags, ``size`` is the side in pixels of the square it sees, ``threshold`` the
    probability above which its author calls a tag given.

    Raises:
        UserError: as :class:`~textrm.page.models.model.Model`, and where labels, size or threshold are impossible.
    """

    task = "tagging"
    inputs: ClassVar = {"image": "tensor(uint8)"}
    outputs: ClassVar = {"prob": ROUNDING, "looks": ROUNDING}

    def __init__(self, path: Path | str | None = None, threads: int | None = None, device: str = CPU) -> None:
        super().__init__(WEIGHTS / "tag.onnx" if path is None else Path(path), threads, device)
        self.labels = self._labels()
        self.size = self._number("size", 8192)
        if self.size % self.stride:
            raise self._misstated(f"size={self.size}", f"a multiple of its stride {self.stride}")
        self.threshold = self._probability("threshold", 0.5)

    def __call__(self, image: np.ndarray) -> Tags:
        """The tags of one picture.

        Args:
            image: H W 3 uint8 RGB of any size from 1 x 1.

        Raises:
            UserError: when it is no such picture, or the model fails on it.
        """
        check_image(image)
        prob, looks = self.run_on(
            {"image": letterbox(image, self.size)[None]}, (1, None, len(self.labels)), (1, None, 4)
        )  # fmt: skip
        if not 0 < prob.shape[1] == looks.shape[1]:
            raise UserError(f"{self.path} gave {prob.shape[1]} looks with tags and {looks.shape[1]} with boxes; "
                            "expected as many, and at least one: it is not a model of textrm")  # fmt: skip
        boxes = placement(image.shape[0], image.shape[1], self.size).in_picture(looks[0])
        return Tags(self.labels, prob[0].max(0), prob[0], boxes)

    def _labels(self) -> tuple[str, ...]:
        try:
            stated: Any = json.loads(self.metadata.get("labels", ""))
        except (ValueError, RecursionError):
            stated = None
        if not isinstance(stated, list) or not stated or not all(_is_name(label) for label in stated):
            raise self._misstated(f"labels={self.metadata.get('labels', 'nothing')[:40]!r}", "a JSON list of names")
        label, times = Counter(stated).most_common(1)[0]
        if times > 1:
            raise self._misstated(f"the label {label!r} {times} times", "each once")
        shape = next(entry.shape for entry in self._session.get_outputs() if entry.name == "prob")
        if shape and isinstance(shape[-1], int) and shape[-1] != len(stated):  # a free size shows when the model runs
            raise self._misstated(f"{len(stated)} labels", f"{shape[-1]}, one for each tag of its output")
        return tuple(stated)


def _is_name(label: object) -> bool:
    """Whether it can stand in a line of text: no tabs, ends of lines or halves of characters."""
    return isinstance(label, str) and label.strip() != "" and not any(
        unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in label
    )  # fmt: skip
