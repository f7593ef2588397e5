"""Cleans and tags pages: numpy, OpenCV, onnxruntime and Pillow only, no torch."""

from textrm.errors import UserError
from textrm.page.cleaning import Cleaning, Result
from textrm.page.end_to_end import EndToEnd, clean_end_to_end
from textrm.page.finding.mask import Region
from textrm.page.models.cleaner import Cleaner
from textrm.page.models.inpainter import Inpainter
from textrm.page.models.segmenter import Segmenter
from textrm.page.models.tagger import Tagger, Tags
from textrm.page.segment_and_fill import SegmentAndFill, clean

__all__ = [
    "Cleaner", "Cleaning", "EndToEnd", "Inpainter", "Region", "Result", "SegmentAndFill", "Segmenter", "Tagger", "Tags",
    "UserError", "clean", "clean_end_to_end",
]  # fmt: skip
