"""Captions fit their boxes, whole, and as large as can be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from textrm.synth.memes.faces import CaptionFaces, Choice
from textrm.synth.memes.fitting import fit_caption, narrowest
from textrm.synth.memes.manner import Manner

TEXT = "one does not simply walk into the box"


@pytest.fixture(scope="module")
def manner(faces: CaptionFaces) -> Manner:
    return Manner(Choice(faces.classic["Anton"][0]), edge=0.06)


def fitted(text: str, manner: Manner, width: float, height: float, largest: float = 500.0) -> np.ndarray | None:
    drawn = fit_caption(np.random.default_rng(0), text, manner, width, height, largest)
    return None if drawn is None else drawn.alpha


@pytest.mark.parametrize(("width", "height"), [(600, 40), (300, 120), (120, 300), (60, 60), (900, 500)])
@pytest.mark.parametrize("balanced", [True, False])
def test_the_caption_fills_its_box_and_stays_inside(manner: Manner, width: int, height: int, balanced: bool) -> None:
    drawn = fit_caption(
        np.random.default_rng(0), TEXT, replace(manner, balanced=balanced), float(width), float(height), 500.0
    )
    assert drawn is not None
    assert len(drawn.words) == len(TEXT.split())
    used = drawn.alpha.shape[1] / width, drawn.alpha.shape[0] / height
    assert max(used) <= 1
    assert max(used) > 0.85
    assert drawn.alpha[:, [0, -1]].max() < 128
    assert drawn.alpha[[0, -1]].max() < 128


def test_no_letter_is_larger_than_the_largest(manner: Manner) -> None:
    heights = []
    for largest in (15.0, 30.0):
        alpha = fitted("HI", manner, 1000, 1000, largest)
        assert alpha is not None
        heights.append(alpha.shape[0])
    assert 1.6 < heights[1] / heights[0] < 2.2
    assert heights[1] < 40


def test_what_would_need_tiny_letters_is_not_set(manner: Manner) -> None:
    assert fitted(" ".join([TEXT] * 30), manner, 200, 60) is None
    assert fitted("x" * 400, manner, 500, 500) is None
    assert fitted(" \n\t", manner, 500, 500) is None


def test_balanced_lines_are_of_like_length(manner: Manner) -> None:
    lengths = [3.0, 3.0, 3.0, 1.0]
    assert narrowest(lengths, 1.0, 1) == 13.0
    assert narrowest(lengths, 1.0, 2) == pytest.approx(7.0, abs=1e-3)
    assert narrowest(lengths, 1.0, 4) == pytest.approx(3.0, abs=1e-3)
    narrower = 0
    for width in (250.0, 310.0, 430.0, 520.0, 640.0):
        even, greedy = (fitted(TEXT, replace(manner, balanced=way), width, 400.0, 40.0) for way in (True, False))
        assert even is not None
        assert greedy is not None
        assert even.shape[0] == greedy.shape[0]
        assert even.shape[1] <= greedy.shape[1]
        narrower += even.shape[1] < 0.95 * greedy.shape[1]
    assert narrower >= 3


def test_writing_without_spaces_breaks_between_characters(faces: CaptionFaces) -> None:
    text = "これはとても長い文なので改行します"
    choice = faces.covering(text)
    assert choice is not None
    alpha = fitted(text, Manner(choice), 120, 200)
    assert alpha is not None
    assert alpha.shape[0] > 60


def test_letters_from_right_to_left_keep_their_stroke_and_change_sides(faces: CaptionFaces) -> None:
    face = faces.plain["Open Sans"][0]
    ink = []
    for bold in (0.0, 0.1):
        drawn = fitted("שלום עולם", Manner(Choice(face, bold), capitals=False), 400, 100, 40.0)
        assert drawn is not None
        ink.append(int((drawn > 127).sum()))
    assert ink[1] > 1.4 * ink[0]
    flush = fitted("עולםעולםעולם אב", Manner(Choice(face), capitals=False, align=0.0), 250, 200, 40.0)
    assert flush is not None
    height, width = flush.shape
    last = np.nonzero(flush[height * 2 // 3 :].max(0) > 127)[0]
    assert last.min() > width / 2
    assert last.max() > width - 8


def test_an_outline_surrounds_every_letter(manner: Manner) -> None:
    drawn = fit_caption(np.random.default_rng(0), "OUTLINE", manner, 400.0, 100.0, 60.0)
    assert drawn is not None
    solid = drawn.alpha == 255
    white, black = solid & (drawn.color.min(2) > 250), solid & (drawn.color.max(2) < 5)
    assert white.sum() > 500
    assert black.sum() > 500
    away = np.zeros_like(white)
    for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        away |= np.roll(drawn.alpha == 0, (dy, dx), (0, 1))
    assert not (white & away).any()
