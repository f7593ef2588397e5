"""The figures of cleaned pictures against cases that can be computed by hand."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from plain_pages import page, square

from textrm.metrics import (
    picture_scores,
    worst_leak,
)


def test_psnr_of_a_known_error_and_its_cap() -> None:
    truth, clean = square(20, 20), page(value=100)
    lettered = np.where(truth[..., None] == 1, 0, clean).astype(np.uint8)
    assert picture_scores(clean, lettered, clean, truth)["psnr"] == 60.0
    off_by_ten = clean + 10
    scores = picture_scores(off_by_ten, lettered, clean, truth)
    assert scores["psnr"] == scores["psnr_near"] == pytest.approx(10 * math.log10(255**2 / 100))
    one_pixel = clean.copy()
    one_pixel[0, 0, 0] = 101
    assert picture_scores(one_pixel, lettered, clean, truth)["psnr"] == 60.0  # 88 dB


def test_psnr_near_sees_eight_pixels_and_no_more() -> None:
    truth = np.zeros((60, 60), np.uint8)
    truth[30, 30] = 1
    for x, far in ((38, False), (39, True)):
        cleaned = page()
        cleaned[30, x] = 0
        assert (picture_scores(cleaned, page(), page(), truth)["psnr_near"] == 60.0) is far


def test_half_of_the_letters_cleaned_leaves_half() -> None:
    truth = square(10, 10) | square(10, 40)
    clean = page()
    lettered = np.where(truth[..., None] == 1, 0, clean).astype(np.uint8)
    cleaned = lettered.copy()
    cleaned[:, :30] = 200  # not the true white, but nearer to it than to black
    assert picture_scores(cleaned, lettered, clean, truth)["left"] == 0.5
    assert picture_scores(lettered, lettered, clean, truth)["left"] == 1.0
    assert picture_scores(clean, clean, clean, truth)["left"] == 0.0  # where nothing was lettered, nothing can be left


def test_leak_counts_changes_above_eight_levels_farther_than_sixteen_pixels() -> None:
    truth = np.zeros((60, 60), np.uint8)
    truth[30, 30] = 1
    lettered = page(value=100)
    near, rounding, far = lettered.copy(), lettered.copy(), lettered.copy()
    near[30, 46] = 0
    rounding[0, 0] += 8
    far[30, 47, 1] = 109
    assert picture_scores(near, lettered, lettered, truth)["leak"] == 0.0
    assert picture_scores(rounding, lettered, lettered, truth)["leak"] == 0.0
    share = picture_scores(far, lettered, lettered, truth)["leak"]
    assert 1 / 3600 < share < 1 / 2000  # of the far pixels, not of the page


def test_change_is_the_mean_difference_farther_than_sixteen_pixels() -> None:
    truth = np.zeros((60, 60), np.uint8)
    truth[30, 30] = 1
    lettered = page(value=100)
    near, far, shifted = lettered.copy(), lettered.copy(), lettered + 2
    near[30, 46] = 0
    far[0, 0] = 94, 100, 106
    assert picture_scores(near, lettered, lettered, truth)["change"] == 0.0
    assert picture_scores(shifted, lettered, lettered, truth)["change"] == 2.0
    away = 60 * 60 - int(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (33, 33)).sum())
    assert picture_scores(far, lettered, lettered, truth)["change"] == pytest.approx(4 / away)
    assert picture_scores(far, far, lettered, truth)["change"] == 0.0  # from the lettered picture, not from the clean
    assert math.isnan(picture_scores(far, lettered, lettered, np.ones_like(truth))["change"])


def test_the_worst_page_is_named_and_pages_without_a_figure_are_passed_over() -> None:
    assert worst_leak({"a": 0.1, "b": float("nan"), "c": 0.3, "d": 0.2}) == ("c", 0.3)
    name, leak = worst_leak({"b": float("nan")})
    assert name == ""
    assert math.isnan(leak)


def test_text_free_pictures_lose_art_wherever_they_are_changed() -> None:
    lettered, empty = page(value=100), np.zeros((60, 60), np.uint8)
    cleaned, ignore = lettered.copy(), np.zeros((60, 60), np.uint8)
    cleaned[:6, :6] = 0
    cleaned[50:, 50:] = 0
    ignore[48:, 48:] = 1
    scores = picture_scores(cleaned, lettered, lettered, empty, ignore)
    assert scores["leak"] == 36 / (3600 - 144)
    assert math.isnan(scores["left"])
    assert math.isnan(scores["psnr_near"])
