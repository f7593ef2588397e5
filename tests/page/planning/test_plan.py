from __future__ import annotations

import os
from pathlib import Path

import pytest

from textrm.errors import UserError
from textrm.page.planning.clashes import REPLACING
from textrm.page.planning.plan import Plan, make_plan


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def test_folders_keep_their_tree_and_hidden_files_are_passed_over(tmp_path: Path) -> None:
    book, out = tmp_path / "book", tmp_path / "book" / "out"
    touch(
        book / "2.PNG",
        book / "a" / "1.jpg",
        book / "notes.txt",
        book / ".3.png",
        book / ".git" / "4.png",
        book / "1.cbz.review" / "6.png",
        out / "5.png",
    )
    plan = make_plan([book], out, ["mask", "json"])
    assert [(page_files.source, page_files.target) for page_files in plan.pages] == [
        (book / "2.PNG", out / "2.PNG"),
        (book / "a" / "1.jpg", out / "a" / "1.jpg"),
    ]
    assert plan.pages[1].extras == {"mask": out / "a" / "1.mask.png", "json": out / "a" / "1.json"}
    assert plan.failures == []


def test_a_named_file_needs_no_known_suffix_and_counts_once(tmp_path: Path) -> None:
    touch(tmp_path / "scan", tmp_path / "in" / "1.png")
    plan = make_plan([tmp_path / "scan", tmp_path / "in", tmp_path / "in" / "1.png"], tmp_path / "out")
    assert [page_files.target.name for page_files in plan.pages] == ["scan", "1.png"]


def test_missing_and_empty_inputs_do_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    touch(tmp_path / "1.png")
    plan = make_plan([tmp_path / "none", tmp_path / "empty", tmp_path / "1.png"], tmp_path / "out")
    assert [page_files.source.name for page_files in plan.pages] == ["1.png"]
    assert [path.name for path, _ in plan.failures] == ["none", "empty"]
    assert "no such file" in plan.failures[0][1]
    assert "holds no picture" in plan.failures[1][1]


def test_pages_of_formats_that_are_not_read_are_told_of(tmp_path: Path) -> None:
    touch(tmp_path / "in" / "1.png", tmp_path / "in" / "2.HEIC", tmp_path / "in" / "notes.txt")
    plan = make_plan([tmp_path / "in"], tmp_path / "out")
    assert [page_files.source.name for page_files in plan.pages] == ["1.png"]
    assert [path.name for path, _ in plan.failures] == ["2.HEIC"]
    assert ".heic is not read; save it in one of" in plan.failures[0][1]


def failed(plan: Plan) -> list[str]:
    assert not any("\n" in reason for _, reason in plan.failures)
    return [path.name for path, _ in plan.failures]


def test_pages_whose_results_would_meet_fail_and_the_others_are_done(tmp_path: Path) -> None:
    touch(tmp_path / "a" / "1.png", tmp_path / "1.png", tmp_path / "2.png")
    plan = make_plan([tmp_path / "a", tmp_path / "1.png", tmp_path / "2.png"], tmp_path / "out")
    assert [page_files.source.name for page_files in plan.pages] == ["2.png"]
    conflict = f"would both be written to {tmp_path / 'out' / '1.png'}; rename one of them"
    assert [(path, reason.split(",")[0]) for path, reason in plan.failures] == [
        (tmp_path / "a" / "1.png", f"it and {tmp_path / '1.png'} {conflict}"),
        (tmp_path / "1.png", f"it and {tmp_path / 'a' / '1.png'} {conflict}"),
    ]


def test_of_several_folders_each_keeps_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [tmp_path / name for name in ("a/1.png", "b/1.png", "v1/p/1.png", "v2/p/1.png", "v2/p/two/2.png")]
    touch(*pages, tmp_path / "3.png")
    out = tmp_path / "out"

    def targets(*inputs: Path) -> list[str]:
        plan = make_plan(inputs, out)
        assert plan.failures == []
        return [page_files.target.relative_to(out).as_posix() for page_files in plan.pages]

    assert targets(tmp_path / "a", tmp_path / "b", tmp_path / "3.png") == ["a/1.png", "b/1.png", "3.png"]
    volumes = tmp_path / "v1" / "p", tmp_path / "v2" / "p"
    assert targets(*volumes) == ["v1/p/1.png", "v2/p/1.png", "v2/p/two/2.png"]
    assert targets(tmp_path / "a", volumes[1]) == ["a/1.png", "p/1.png", "p/two/2.png"]
    assert targets(tmp_path / "a", tmp_path / "a" / ".") == ["1.png"]  # one folder, named twice
    monkeypatch.chdir(tmp_path / "a")
    assert targets(Path(), Path("../b")) == ["a/1.png", "b/1.png"]


def test_folders_that_hold_no_pages_are_passed_over(tmp_path: Path) -> None:
    touch(tmp_path / "in" / "1.png", tmp_path / "in" / "masks" / "1.png")
    plan = make_plan([tmp_path / "in"], tmp_path / "out", passed_over=[tmp_path / "in" / "masks"])
    assert [page_files.source for page_files in plan.pages] == [tmp_path / "in" / "1.png"]


def test_results_meet_by_their_suffix_or_by_what_lies_beside_them(tmp_path: Path) -> None:
    touch(tmp_path / "1.jpg", tmp_path / "1.png", tmp_path / "2.png")
    assert len(make_plan([tmp_path], tmp_path / "out").pages) == 3
    for options in ({"extras": ["mask"]}, {"suffix": ".png"}):
        plan = make_plan([tmp_path], tmp_path / "out", **options)
        assert [page_files.source.name for page_files in plan.pages] == ["2.png"]
        assert failed(plan) == ["1.jpg", "1.png"]


def test_a_page_is_not_replaced_unless_it_is_wished(tmp_path: Path) -> None:
    touch(tmp_path / "1.png", tmp_path / "2.jpg")
    plan = make_plan([tmp_path], tmp_path)
    assert plan.pages == []
    assert [reason for _, reason in plan.failures] == [REPLACING] * 2
    assert len(make_plan([tmp_path], tmp_path, overwrite=True).pages) == 2
    # A link to the same folder is the same folder.
    (tmp_path / "link").symlink_to(tmp_path)
    assert make_plan([tmp_path / "1.png"], tmp_path / "link").pages == []


def test_a_result_must_not_replace_another_page(tmp_path: Path) -> None:
    book, out = tmp_path / "book", tmp_path / "out"
    touch(book / "two" / "1.png", out / "two" / "1.png")
    plan = make_plan([book, out / "two" / "1.png"], out, overwrite=True)
    assert [(page_files.source, page_files.target) for page_files in plan.pages] == [
        (out / "two" / "1.png", out / "1.png")
    ]
    assert failed(plan) == ["1.png"]
    assert plan.failures[0][1].startswith(f"its result would replace the page {out / 'two' / '1.png'}; choose another")
    # Both would become b/1.png.
    touch(tmp_path / "a" / "1.jpg", tmp_path / "b" / "1.png")
    plan = make_plan([tmp_path / "a", tmp_path / "b" / "1.png"], tmp_path / "b", suffix=".png", overwrite=True)
    assert plan.pages == []
    assert failed(plan) == ["1.jpg", "1.png"]


@pytest.mark.parametrize(("name", "words"), [("there.txt", "is no folder"), ("clean.png", "looks like a picture")])
def test_out_is_a_folder(tmp_path: Path, name: str, words: str) -> None:
    touch(tmp_path / "there.txt", tmp_path / "1.png")
    with pytest.raises(UserError, match=words):
        make_plan([tmp_path / "1.png"], tmp_path / name)


def test_done_means_all_files_and_none_older(tmp_path: Path) -> None:
    touch(tmp_path / "1.png")
    page_files = make_plan([tmp_path / "1.png"], tmp_path / "out", ["json"]).pages[0]
    assert not page_files.is_done()
    touch(page_files.target)
    assert not page_files.is_done()
    touch(page_files.extras["json"])
    assert page_files.is_done()
    later = page_files.target.stat().st_mtime + 10
    os.utime(page_files.source, (later, later))
    assert not page_files.is_done()


def test_links_are_replaced_and_not_followed(tmp_path: Path) -> None:
    touch(tmp_path / "in" / "a.png", tmp_path / "out" / "1.png")
    (tmp_path / "in" / "link.png").symlink_to("a.png")
    assert failed(make_plan([tmp_path / "in"], tmp_path / "in")) == ["a.png", "link.png"]
    plan = make_plan([tmp_path / "in"], tmp_path / "in", overwrite=True)
    assert [page_files.source.name for page_files in plan.pages] == ["a.png", "link.png"]
    touch(tmp_path / "two" / "1.png", tmp_path / "two" / "2.png")
    (tmp_path / "out" / "2.png").symlink_to("1.png")
    assert len(make_plan([tmp_path / "two"], tmp_path / "out").pages) == 2


def test_impossible_paths_fail_alone(tmp_path: Path) -> None:
    touch(tmp_path / "in" / "1.png")
    (tmp_path / "in" / "loop.png").symlink_to("loop.png")
    long = tmp_path / ("x" * 300 + ".png")
    plan = make_plan([tmp_path / "in", long], tmp_path / "out")
    assert [page_files.source.name for page_files in plan.pages] == [
        "1.png",
        "loop.png",
    ]  # reading it will say what is wrong
    assert failed(plan) == [long.name]
    (tmp_path / "circle").symlink_to("circle")
    with pytest.raises(UserError, match="no folder"):
        make_plan([tmp_path / "in"], tmp_path / "circle")
