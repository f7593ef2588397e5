from __future__ import annotations

import io
from pathlib import Path

import pytest

from textrm.errors import UserError
from textrm.page.planning.clashes import REPLACING
from textrm.page.planning.from_list import plan_list, read_list
from textrm.page.planning.plan import Plan, Planning


def touch(root: Path, *names: str) -> list[Path]:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    return [root / name for name in names]


def plan(planning: Planning, paths: list[Path], folder: Path) -> Plan:
    whole = Plan()
    for part in plan_list(planning, paths, folder):
        whole.add(part)
    return whole


def test_lines_and_nulls() -> None:
    lines = b"\xef\xbb\xbfa b.png\r\n\n \xff.png\nlast.png"
    assert [*read_list(io.BytesIO(lines), "list")] == [Path("a b.png"), Path(" \udcff.png"), Path("last.png")]
    assert [*read_list(io.BytesIO(b"a\nb.png\0c.png\0"), "list", null=True)] == [Path("a\nb.png"), Path("c.png")]
    with pytest.raises(UserError, match="give -0"):
        next(read_list(io.BytesIO(b"a.png\0b.png\0"), "list"))


def test_paths_are_kept_below_the_folder_and_what_is_no_page_fails_alone(tmp_path: Path) -> None:
    pages = touch(tmp_path / "in", "b/2.png", "1.png", "a/1.jpg", "scan")
    (outside,) = touch(tmp_path, "else/1.png")
    paths = [pages[0], tmp_path / "in" / "gone.png", tmp_path / "in" / "b", *pages[1:], outside, pages[0]]
    found = plan(Planning(tmp_path / "out"), paths, tmp_path / "in")
    targets = [one.target.relative_to(tmp_path / "out").as_posix() for one in found.pages]
    assert targets == ["b/2.png", "1.png", "a/1.jpg", "scan"]  # in the order of the list, each once
    assert [path.name for path, _ in found.failures] == ["gone.png", "b", "1.png"]
    assert [reason.split(";")[0] for _, reason in found.failures] == [
        "there is no such file",
        "it is a folder",
        f"it does not lie in {tmp_path / 'in'}, below which paths are kept",
    ]


def test_the_second_of_two_whose_files_would_be_the_same_fails(tmp_path: Path) -> None:
    pages = touch(tmp_path / "in", "1.png", "2.png", "1.jpg")
    found = plan(Planning(tmp_path / "out", suffix=".png"), pages, tmp_path / "in")
    assert [one.source.name for one in found.pages] == ["1.png", "2.png"]
    assert [path.name for path, _ in found.failures] == ["1.jpg"]
    assert f"would both be written to {tmp_path / 'out' / '1.png'}" in found.failures[0][1]


def test_pages_are_not_replaced_and_results_are_no_pages(tmp_path: Path) -> None:
    pages = touch(tmp_path, "1.jpg", "1.png", "two/3.png")
    found = plan(Planning(tmp_path), pages, tmp_path)
    assert [reason for _, reason in found.failures] == [REPLACING] * 3
    found = plan(Planning(tmp_path, overwrite=True), pages, tmp_path)
    assert [one.in_place for one in found.pages] == [True] * 3
    found = plan(Planning(tmp_path, suffix=".png", overwrite=True), pages, tmp_path)
    assert [one.source.name for one in found.pages] == ["1.png", "3.png"]
    assert found.failures == [(pages[0], f"its result would replace {pages[1]}; choose another folder with -o")]
    found = plan(Planning(tmp_path / "two"), pages, tmp_path)
    assert [one.source.name for one in found.pages] == ["1.jpg", "1.png"]
    assert "where the results go" in found.failures[0][1]
