"""The figures of validation and test against the definitions for whole pages, and the spectrum of checkerboards."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from textrm.metrics import checkerboard, count_pixels, false_area, window_spectrum
from textrm.tasks.page_scores import PageScores


def pages(count: int = 2) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Probabilities, words of two sizes and what is ignored, B 1 H W each."""
    rng = np.random.default_rng(3)
    mask = np.zeros((count, 1, 96, 128), np.float32)
    mask[:, :, 10:18, 8:60] = 1  # 8 px high
    mask[:, :, 40:64, 8:60] = 1  # 24 px high
    prob = np.clip(mask * 0.7 + rng.normal(0, 0.25, mask.shape), 0, 1).astype(np.float32)
    ignore = np.zeros(mask.shape, bool)
    ignore[:, :, :, 100:] = True
    return torch.from_numpy(prob), torch.from_numpy(mask), torch.from_numpy(ignore)


def test_a_test_measures_what_evaluation_measures() -> None:
    prob, mask, ignore = pages()
    scores = PageScores()
    for one in zip(prob.split(1), mask.split(1), ignore.split(1), strict=True):
        scores.update(*one)
    found = scores.compute()
    level = (prob * 255).round().byte().numpy()
    counts = [count_pixels(level[i, 0], mask[i, 0].numpy(), ignore[i, 0].numpy()) for i in range(2)]
    expected = (counts[0] + counts[1]).scores()
    for name in ("AP", "F1", "IoU", "precision", "recall", "small_recall", "F1tol"):
        assert found[name] == pytest.approx(expected[name]), name
    assert 0 < found["small_recall"] < 1
    assert np.isnan(found["false_area"])  # no clean picture was counted
    scores.update(prob, mask, ignore, prob, torch.tensor([True, False]))
    assert scores.compute()["false_area"] == pytest.approx(false_area(level[0, 0], ignore[0, 0].numpy()))


def test_another_threshold_holds_for_all_figures() -> None:
    prob, mask, ignore = pages(1)
    low, high = PageScores(0.3), PageScores(0.7)
    for scores in (low, high):
        scores.update(prob, mask, ignore, prob, torch.tensor([True]))
    for name in ("recall", "small_recall", "false_area"):
        assert low.compute()[name] > high.compute()[name], name


def lettering() -> np.ndarray:
    """A soft probability map 256 × 256 of strokes in all directions, without any grid."""
    rng = np.random.default_rng(5)
    strokes = np.zeros((256, 256), np.float32)
    for _ in range(60):
        ends = rng.integers(0, 256, 4).tolist()
        cv2.line(strokes, ends[:2], ends[2:], 1.0, int(rng.integers(1, 4)), cv2.LINE_AA)
    return cv2.GaussianBlur(strokes, (0, 0), 1.0)


def test_a_checkerboard_is_what_repeats_every_four_pixels() -> None:
    clean = lettering()
    level = checkerboard(window_spectrum(clean))
    rng = np.random.default_rng(0)
    for strength, least in ((0.05, 1.0), (0.2, 5.0)):
        cell = rng.normal(0, strength, (4, 4))
        tiled = clean * (1 + np.tile(cell, (64, 64)))
        assert checkerboard(window_spectrum(tiled)) - level > least
    # A pattern of another period is none, and neither the strength nor the size of the lettering counts.
    other = clean * (1 + np.tile(rng.normal(0, 0.2, (5, 5)), (52, 52))[:256, :256])
    assert abs(checkerboard(window_spectrum(other)) - level) < 1.5
    assert checkerboard(window_spectrum(clean * 0.1)) == pytest.approx(level, abs=1e-3)


def test_interpolation_is_no_checkerboard_and_uneven_sub_pixels_are() -> None:
    coarse = cv2.resize(lettering(), (64, 64), interpolation=cv2.INTER_AREA)
    bilinear = cv2.resize(coarse, (256, 256), interpolation=cv2.INTER_LINEAR)
    sub_pixels = np.random.default_rng(0).normal(1, 0.2, (4, 4))
    assert checkerboard(window_spectrum(bilinear)) < -5
    assert checkerboard(window_spectrum(np.kron(coarse, np.ones((4, 4))))) < 0
    assert checkerboard(window_spectrum(np.kron(coarse, sub_pixels))) > 5


def test_no_spectrum_without_a_prediction() -> None:
    assert np.isnan(checkerboard(window_spectrum(np.zeros((64, 64)))))
    assert np.isnan(checkerboard(window_spectrum(np.ones((16, 16)))))  # smaller than a window
