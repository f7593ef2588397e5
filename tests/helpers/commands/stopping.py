"""Stops a run after so many of its steps, as Ctrl-C or a kill would."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import ParamSpec, TypeVar

import pytest
from click.testing import Result
from infer_command import run

from textrm.page.books.zipped import ZipBook

P = ParamSpec("P")
R = TypeVar("R")


class Steps:
    """Counts ``left`` down at each call of what is counted, and interrupts the one after the last."""

    left = 0

    def counted(self, whole: Callable[P, R]) -> Callable[P, R]:
        def step(*given: P.args, **named: P.kwargs) -> R:
            self.left -= 1
            if self.left < 0:
                raise KeyboardInterrupt
            return whole(*given, **named)

        return step


def before_call(number: int, then: Callable[[], object], whole: Callable[P, R]) -> Callable[P, R]:
    """``whole``, but that before its call of that number, from 1, ``then`` is done."""
    calls = count(1)

    def called(*given: P.args, **named: P.kwargs) -> R:
        if next(calls) == number:
            then()
        return whole(*given, **named)

    return called


def run_without_writing(model_file: Path, book: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> Result:
    """A run that cleans the pages of a ZIP archive and fails to put them together."""
    with monkeypatch.context() as patch:
        patch.setattr(ZipBook, "write", lambda *given: 1 / 0)
        return run(model_file, book, "-o", out)
