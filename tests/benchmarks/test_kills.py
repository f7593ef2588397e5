"""The kills hit commands while they write, and tell other bytes from the same."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.kills.__main__ import _killed
from benchmarks.kills.cases import CASES, Contents, files, make_input

pytestmark = pytest.mark.slow


def test_a_killed_command_that_is_given_again_ends_as_an_unbroken_one(tmp_path: Path) -> None:
    made = make_input(tmp_path / "made")
    told, wrong = _killed(CASES["prepare"], made, tmp_path / "runs", 1, random.Random(1))
    assert wrong == []
    killed, same, terminated, also = map(int, told[:4])
    assert (killed, terminated) == (same, also)
    assert killed + terminated <= 1
    calls: list[Contents] = []

    def another_each_time(folder: Path) -> Contents:
        calls.append(files(folder) | {"number": str(len(calls))})
        return calls[-1]

    case = replace(CASES["importers.pairs"], contents=another_each_time)
    told, wrong = _killed(case, made, tmp_path / "others", 1, random.Random(1))
    assert len(wrong) == int(told[0]) + int(told[2])
    assert all("1 differ, number" in line for line in wrong)
