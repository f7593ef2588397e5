"""Drawn pages that a review in the browser shows, and what is looked at of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
from standin_model import lettered_page

from textrm.review.book import ReviewedBook

if TYPE_CHECKING:
    from review_browser import Window

HEIGHT, WIDTH = 240, 320


def drawing(shift: int = 0) -> np.ndarray:
    """A lettered page in colours with a blot, which a stroke may take out."""
    page = lettered_page(HEIGHT, WIDTH)
    page[100:120, 150:170] = (200, 130, 120)
    cv2.line(page, (60 + shift, 80), (60 + shift, 190), (150, 150, 250), 3)
    return page


def image_of(book: ReviewedBook, number: int = 0) -> np.ndarray:
    return book.opened(number).image


def whole(window: Window) -> np.ndarray:
    return window.shown(HEIGHT, WIDTH)
