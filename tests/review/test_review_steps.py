"""Undoing and doing again, after a review has ended too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from review_server import line, make_reviewed

from textrm.errors import UserError
from textrm.review.book import ReviewedBook
from textrm.review.history import STEPS, Step
from textrm.review.opened import OpenPage
from textrm.review.strokes import read_strokes


def paint(book: ReviewedBook, number: int, *given: dict[str, Any]) -> None:
    book.paint(number, book.ask(number, read_strokes(list(given))))


def pixels(page: OpenPage) -> list[np.ndarray]:
    return [array.copy() for array in (page.image, page.mask, page.filled)]


def test_steps_outlive_the_review(model_file: Path, book: Path, tmp_path: Path) -> None:
    states = []
    for across in (30, 50, 70):  # each in a review of its own; none is closed
        reviewed = make_reviewed(book, tmp_path / "out", model_file)
        states.append(pixels(reviewed.opened(0)))
        paint(reviewed, 0, line(across, 60, across + 5, 60, 6))
    states.append(pixels(reviewed.opened(0)))
    for back, expected in [(True, 2), (True, 1), (False, 2), (True, 1), (True, 0), (False, 1)]:
        reviewed = make_reviewed(book, tmp_path / "out", model_file)
        reviewed.change(0, lambda page, back=back: page.move(back))
        for array, wanted in zip(pixels(reviewed.opened(0)), states[expected], strict=True):
            assert (array == wanted).all()
    page = make_reviewed(book, tmp_path / "out", model_file).opened(0)
    assert (len(page.history.done), len(page.history.undone)) == (1, 2)


def test_only_the_latest_steps_are_kept(
    model_file: Path, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reviewed = make_reviewed(book, tmp_path / "out", model_file)
    path, sizes = reviewed.desk.path_of(reviewed.entries[0].files), []
    for number in range(STEPS + 20):
        paint(reviewed, 0, line(10 + number % 40, 60, 11 + number % 40, 60, 2, adds=number < 40 or number % 2 == 0))
        sizes.append(path.stat().st_size)
    again = make_reviewed(book, tmp_path / "out", model_file)
    steps = again.opened(0).history.done
    assert len(steps) == STEPS
    assert max(sizes[STEPS:]) < sizes[0] + 2 * sum(len(step.packed) + 100 for step in steps)
    monkeypatch.setattr("textrm.review.history.MOST", sum(len(step.packed) for step in steps[-4:]))
    paint(again, 0, line(70, 70, 74, 70, 2))
    assert 1 <= len(again.opened(0).history.done) <= 4
    assert again.change(0, lambda page: page.move(back=True)) is not None


def test_a_damaged_step_is_told_and_nothing_changes(model_file: Path, book: Path, tmp_path: Path) -> None:
    reviewed = make_reviewed(book, tmp_path / "out", model_file)
    paint(reviewed, 0, line(50, 60, 60, 60, 6))
    page = reviewed.opened(0)
    page.history.done[:] = [Step(page.history.done[0].slices, b"no step")]
    reviewed.change(0, lambda page: None)
    again = make_reviewed(book, tmp_path / "out", model_file)
    with pytest.raises(UserError, match="this step is damaged"):
        again.change(0, lambda page: page.move(back=True))
    assert again.opened(0).mask[60, 55] == 1
