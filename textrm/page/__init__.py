"""Cleans and tags pages: numpy, OpenCV, onnxruntime and Pillow only, no torch."""

from textrm.errors import UserError
from textrm.page.end_to_end import clean_end_to_end
from textrm.page.finding.mask import Region
from textrm.page.models.cleaner import Cleaner
from textrm.page.models.inpainter import Inpainter
from textrm.page.models.segmenter import Segmenter
from textrm.page.models.tagger import Tagger, Tags
from textrm.page.pipeline import Result, clean

__all__ = [
    "Cleaner", "Inpainter", "Region", "Result", "Segmenter", "Tagger", "Tags", "UserError", "clean", "clean_end_to_end",
]  # fmt: skip
