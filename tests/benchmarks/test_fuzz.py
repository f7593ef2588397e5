"""The fuzz suite meets what it is made to meet, and finds nothing in a slice of it."""

from __future__ import annotations

import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.fuzz import pictures
from benchmarks.fuzz.check import check
from benchmarks.fuzz.pictures import check_picture
from benchmarks.fuzz.seeds import mutated
from benchmarks.fuzz.work import everything
from textrm.pictures.page import Page

SEEDS = everything()


@pytest.mark.parametrize("name", sorted(SEEDS))
def test_a_valid_file_comes_back_as_it_was(name: str, tmp_path: Path) -> None:
    data, inside = SEEDS[name]
    assert check(data, tmp_path, inside) == (True, [])


def test_all_kinds_of_files_that_are_read_are_tried() -> None:
    kinds = Counter(name.split()[0] for name in SEEDS)
    assert set(kinds) == {
        "PNG", "GIF", "BMP", "TIFF", "JPEG", "WEBP", "JPEG2000", "AVIF", "JXL", "PPM",
        "ZIP", "7z", "RAR", "PDF", "manifest", "set,",
    }  # fmt: skip
    assert kinds["PDF"] > 8


@pytest.mark.parametrize("kind", ["pictures", "books", "tables"])
def test_damaged_ones_end_in_our_error_or_come_back(kind: str, tmp_path: Path) -> None:
    names, rng = sorted(name for name, (_, inside) in SEEDS.items() if kind in str(inside_of(inside))), random.Random(7)
    outcomes = []
    for _ in range(200):
        data, inside = SEEDS[rng.choice(names)]
        was_read, faults = check(mutated(data, SEEDS[rng.choice(names)][0], rng), tmp_path, inside)
        assert faults == []
        outcomes.append(was_read)
    assert 20 < sum(outcomes) < 190


def inside_of(inside: object) -> str:
    return getattr(inside, "func", inside).__module__


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
    reader, calls = pictures.read, []

    def losing(*given: Any) -> Page:
        page = reader(*given)
        calls.append(page)
        if len(calls) == 2:
            page.image = page.image.copy()
            change(page)
        return page

    monkeypatch.setattr(pictures, "read", losing)
    _, faults = check(SEEDS[name][0], tmp_path, check_picture)
    assert any(fault.startswith(said) for fault in faults), faults


def test_another_error_than_ours_and_words_of_others_are_found(tmp_path: Path) -> None:
    def failing(data: bytes, folder: Path) -> tuple[bool, list[str]]:
        os.write(2, b"TIFFReadDirectory: odd\n")
        raise ValueError("unpack")

    assert check(b"", tmp_path, failing) == (
        False, ["ValueError instead of our error: unpack", "is printed: TIFFReadDirectory: odd"]
    )  # fmt: skip
    seen: list[np.ndarray] = []
    check(SEEDS["PNG RGB"][0], tmp_path, lambda data, folder: check_picture(data, folder, seen.append))
    assert seen[0].shape == (44, 60, 3)
