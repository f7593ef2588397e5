"""Cleans and tags pages: numpy, OpenCV, onnxruntime and Pillow only, no torch."""

from textrm.errors import UserError
from textrm.page.cleaner import Cleaner
from textrm.page.end_to_end import clean_end_to_end
from textrm.page.inpainter import Inpainter
from textrm.page.mask import Region
from textrm.page.pipeline import Result, clean
from textrm.page.segmenter import Segmenter
from textrm.page.tagger import Tagger, Tags

__all__ = [
    "Cleaner", "Inpainter", "Region", "Result", "Segmenter", "Tagger", "Tags", "UserError", "clean", "clean_end_to_end",
]  # fmt: skip
