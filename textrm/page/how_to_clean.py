"""Says how pages are to be cleaned, before any model is open: it goes to other processes, and is remembered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textrm.errors import UserError
from textrm.page.cleaning import Cleaning
from textrm.page.end_to_end import EndToEnd
from textrm.page.filling.fill import NEEDS_MODEL
from textrm.page.models.cleaner import CleaningModel
from textrm.page.models.inpainter import InpaintingModel
from textrm.page.models.segmenter import SegmentationModel
from textrm.page.models.session import CPU
from textrm.page.segment_and_fill import SegmentAndFill

END_TO_END = "end-to-end"
METHODS = ("segment+fill", END_TO_END)
_SEGMENT_AND_FILL = (
    "fill",
    "fill_model",
    "low",
    "grow",
    "masks",
    "add",
    "erase",
    "remove",
    "keep",
)  # options that only this method takes


@dataclass(frozen=True, slots=True)
class HowToClean:
    """The method, one of ``METHODS``, files of models (None: the released ones), and the options of its class.

    ``by_hand`` names the kinds of masks that are given, of :class:`~textrm.page.cleaning.ByHand`, ``device``
    what runs the nets, of :data:`~textrm.page.models.session.DEVICES`.

    Raises:
        UserError: when an option is of no use with the others.
    """

    method: str = METHODS[0]
    model: Path | None = None
    fill_model: Path | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    by_hand: tuple[str, ...] = ()
    device: str = CPU

    def __post_init__(self) -> None:
        given = {*self.options, *self.by_hand, *(["fill_model"] if self.fill_model else [])}
        if self.method == END_TO_END:
            useless = [f"--{name.replace('_', '-')}" for name in _SEGMENT_AND_FILL if name in given]
            if useless:
                raise UserError(f"{', '.join(useless)}: of no use with --method end-to-end, whose net makes and fills "
                                "no mask; leave out, or give --method segment+fill")  # fmt: skip
        elif self.fill_model and not self._fills_by_model():
            raise UserError(f"--fill-model is given, but --fill {self.options['fill']} uses no net: give --fill auto "
                            "or network")  # fmt: skip

    def open(self, threads: int | None = None) -> Cleaning:
        """Open the models, on so many processor threads, None for all.

        Raises:
            UserError: when a model cannot be used, or an option is out of its range.
        """
        if self.method == END_TO_END:
            return EndToEnd.opened(self.model, threads, device=self.device, **self.options)
        return SegmentAndFill.opened(self.model, self.fill_model, threads, device=self.device, **self.options)

    def digest(self) -> str:
        """A short text that is another one where pages would come out otherwise: of options and of models' content."""
        if self.method == END_TO_END:
            models = [self.model] if self.model else [CleaningModel.released, SegmentationModel.released]
        else:
            models = [self.model or SegmentationModel.released]
            models += [self.fill_model or InpaintingModel.released] if self._fills_by_model() else []
        told = [self.method, sorted(self.options.items()), [content_digest(model) for model in models]]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]

    def _fills_by_model(self) -> bool:
        return self.options.get("fill", "auto") in NEEDS_MODEL


def content_digest(path: Path) -> str:
    """A hash of a file, empty where it cannot be read: opening it will say why."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "blake2b").hexdigest()[:32]
    except OSError:
        return ""
