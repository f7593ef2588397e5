import ctypes
import sys

import pytest

from textrm.page.files.giving_back import give_back, give_back_large


def test_the_c_library_is_asked_for_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, ...]] = []

    class Library:
        def __init__(self, name: None) -> None:
            self.malloc_trim = self.mallopt = lambda *numbers: asked.append(numbers)

    monkeypatch.setattr(ctypes, "CDLL", Library)
    monkeypatch.setattr(sys, "platform", "linux")
    give_back()
    assert asked == [(0,)]
    give_back_large()
    assert asked[1:] == [(-3, 8 << 20)]
    monkeypatch.setattr(sys, "platform", "win32")
    give_back()
    give_back_large()
    assert len(asked) == 2


def test_another_c_library_has_nothing_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    monkeypatch.setattr(sys, "platform", "linux")
    give_back()
    give_back_large()
