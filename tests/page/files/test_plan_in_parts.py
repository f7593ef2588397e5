"""A plan in parts is the plan as a whole, and its first pages are there before the last folder is looked at."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from textrm.page.planning.plan import Plan, Planning


def tree(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    return root


def told(plan: Plan) -> tuple[list[tuple[Path, Path, bool]], set[tuple[Path, str]]]:
    pages = [(one.source, one.target, one.in_place) for one in plan.pages]
    return pages, {(path, reason) for path, reason in plan.failures}


def together(planning: Planning, *inputs: Path) -> Plan:
    plan = Plan()
    for part in planning.parts(inputs):
        plan.add(part)
    return plan


def test_a_part_needs_no_later_folder_and_each_folder_is_resolved_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = tree(tmp_path / "in", *(f"{folder}/{page}.png" for folder in "abcde" for page in range(50)))
    entered, resolved = [], []
    scandir, realpath = os.scandir, os.path.realpath
    monkeypatch.setattr(os, "scandir", lambda path: entered.append(Path(path).name) or scandir(path))
    monkeypatch.setattr(os.path, "realpath", lambda path, **how: resolved.append(path) or realpath(path, **how))
    parts = Planning(tmp_path / "out").parts([book])
    assert [one.source.name for one in next(parts).pages][:2] == ["0.png", "1.png"]
    assert entered == ["in", "a"]
    assert sum(len(part.pages) for part in parts) == 200
    assert entered == ["in", *"abcde"]
    assert len(resolved) < 4 * len("abcde")


@pytest.mark.parametrize("place", ["apart", "within", "itself"])
@pytest.mark.parametrize("wished", [{}, {"suffix": ".png"}, {"extras": ["mask", "json"]}, {"books": True}])
def test_parts_are_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, wished: dict[str, object]
) -> None:
    long = "ö" * 125
    book = tree(tmp_path / "in", "1.png", "a/1.jpg", "a/1.png", "a/2.avif", "a/2.png", "b/2.PNG", "b/x.cbz",
                "b/c/3.png", f"d/{long}.jpg", f"d/mask/{long}.png")  # fmt: skip
    (book / "b" / "link.png").symlink_to("2.PNG")
    (book / "none.png").symlink_to("nowhere")
    out = {"apart": tmp_path / "out", "within": book / "out", "itself": book}[place]
    tree(tmp_path, "out/1.png", "in/out/1.png")
    for overwrite in (False, True):
        planning = Planning(out, overwrite=overwrite, **wished)
        parts = together(planning, book)
        with monkeypatch.context() as patch:
            patch.setattr(Planning, "_apart", lambda self, inputs: False)
            whole = together(planning, book)
        first = book / "d" / f"{long}.jpg"
        both = "extras" in wished and place != "itself"  # of two in different folders the first is cleaned
        assert [page for page in told(parts)[0] if page[0] != first or not both] == told(whole)[0]
        assert {path for path, _ in whole.failures} - {path for path, _ in parts.failures} == (
            {first} if both else set()
        )
        assert {path for path, _ in parts.failures} <= {path for path, _ in whole.failures}


def test_links_in_the_folder_of_the_results_do_not_bring_pages_together(tmp_path: Path) -> None:
    book, out = tree(tmp_path / "in", "a/1.png", "b/1.png", "c/2.png"), tmp_path / "out"
    tree(out, "a/0.txt")
    (out / "b").symlink_to("a")
    (out / "c").symlink_to(book / "a")
    plan = together(Planning(out), book)
    assert [one.source for one in plan.pages] == [book / "a" / "1.png"]
    reasons = {path.name: reason for path, reason in plan.failures}
    assert reasons["b"].startswith(f"its results and those of {book / 'a'} would both go to {out / 'a'}")
    assert reasons["c"].startswith(f"its results would go to {book / 'a'}, among the pages")
    (book / "a" / "link.png").symlink_to(out / "a" / "0.txt")
    assert "where results go" in dict(together(Planning(out), book / "a").failures)[book / "a" / "link.png"]
