"""Cleans and tags pages: numpy, OpenCV, onnxruntime and Pillow only, no torch."""

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
