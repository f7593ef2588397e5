"""Cleans and tags pages: numpy, OpenCV, onnxruntime and Pillow only, no torch.

What it offers is imported when it is asked for: who tags pages does not wait for what fills holes.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textrm.errors import UserError
    from textrm.page.cleaning import ByHand, Cleaning, Result
    from textrm.page.end_to_end import EndToEnd, clean_end_to_end
    from textrm.page.finding.mask import Region
    from textrm.page.models.cleaner import CleaningModel
    from textrm.page.models.inpainter import InpaintingModel
    from textrm.page.models.segmenter import SegmentationModel
    from textrm.page.models.tagger import TaggingModel, Tags
    from textrm.page.segment_and_fill import SegmentAndFill, clean

__all__ = [
    "ByHand", "Cleaning", "CleaningModel", "EndToEnd", "InpaintingModel", "Region", "Result", "SegmentAndFill",
    "SegmentationModel", "TaggingModel", "Tags", "UserError", "clean", "clean_end_to_end",
]  # fmt: skip

_HOMES = {
    "textrm.errors": ("UserError",),
    "textrm.page.cleaning": ("ByHand", "Cleaning", "Result"),
    "textrm.page.end_to_end": ("EndToEnd", "clean_end_to_end"),
    "textrm.page.finding.mask": ("Region",),
    "textrm.page.models.cleaner": ("CleaningModel",),
    "textrm.page.models.inpainter": ("InpaintingModel",),
    "textrm.page.models.segmenter": ("SegmentationModel",),
    "textrm.page.models.tagger": ("TaggingModel", "Tags"),
    "textrm.page.segment_and_fill": ("SegmentAndFill", "clean"),
}  # as above: there for those who read the types

if not TYPE_CHECKING:  # or no wrong name would be a mistake to mypy

    def __getattr__(name: str) -> Any:
        """Import what is asked for."""
        for home, names in _HOMES.items():
            if name in names:
                return globals().setdefault(name, getattr(import_module(home), name))
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
