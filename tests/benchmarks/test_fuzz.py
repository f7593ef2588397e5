"""The fuzz suite meets what it is made to meet, and finds nothing in a slice of it."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from benchmarks.fuzz import check as checks
from benchmarks.fuzz.check import check
from benchmarks.fuzz.seeds import mutated, seeds
from textrm.pictures.page import Page

SEEDS = seeds()


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_a_valid_picture_comes_back_as_it_was(name: str, tmp_path: Path) -> None:
    assert check(SEEDS[name], tmp_path, None) == (True, [])


def test_damaged_ones_end_in_our_error_or_come_back(tmp_path: Path) -> None:
    names, rng = sorted(SEEDS), random.Random(7)
    outcomes = []
    for _ in range(250):
        was_read, faults = check(mutated(SEEDS[rng.choice(names)], SEEDS[rng.choice(names)], rng), tmp_path, None)
        assert faults == []
        outcomes.append(was_read)
    assert 60 < sum(outcomes) < 240


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("PNG RGB", lambda page: page.image.__setitem__((0, 0), 1), "1 far pixels are others"),
        ("TIFF 16 bit 3", lambda page: page.stored.__setitem__((0, 0), 1), "far values of what is stored are others"),
        ("PNG RGB told", lambda page: page.save.pop("icc_profile"), "the ICC profile is another"),
        ("PNG RGBA", lambda page: setattr(page, "mode", "RGB"), "mode RGBA is RGB"),
        ("PNG RGB", lambda page: setattr(page, "format", "JPEG"), "PNG (44, 60, 3) is JPEG"),
        ("TIFF 16 bit 3", lambda page: setattr(page, "stored", None), "uint16 is uint8, and nothing is said"),
    ],
)
def test_what_is_lost_is_found(name: str, change, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, calls = checks.read, []

    def losing(*given: object) -> Page:
        page = reader(*given)
        calls.append(page)
        if len(calls) == 2:
            page.image = page.image.copy()
            change(page)
        return page

    monkeypatch.setattr(checks, "read", losing)
    _, faults = check(SEEDS[name], tmp_path, None)
    assert any(fault.startswith(said) for fault in faults), faults


def test_another_error_than_ours_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> Page:
        raise struct_error

    struct_error = ValueError("unpack")
    monkeypatch.setattr(checks, "read", failing)
    assert check(SEEDS["PNG RGB"], tmp_path, None) == (False, ["ValueError instead of our error: unpack"])
    monkeypatch.undo()
    seen: list[np.ndarray] = []
    check(SEEDS["PNG RGB"], tmp_path, seen.append)
    assert seen[0].shape == (44, 60, 3)
