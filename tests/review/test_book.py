"""Work on a book is kept as it is done, whatever happens."""

from __future__ import annotations

import errno
import shutil
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drawn_books import book_of, write_7z, write_zip
from PIL import Image
from review_server import line, make_reviewed, serving
from standin_model import lettered_page

from textrm.errors import UserError
from textrm.page.filling.breaking_off import go_on
from textrm.page.segment_and_fill import SegmentAndFill
from textrm.review import kept
from textrm.review.begin import begin
from textrm.review.book import OPEN, ReviewedBook, clean_all
from textrm.review.held import Held
from textrm.review.strokes import read_strokes


def paint(book: ReviewedBook, number: int, *given: dict[str, Any]) -> None:
    book.paint(number, book.ask(number, read_strokes(list(given))))


def test_a_review_goes_on_where_it_was_left(model_file: Path, book: Path, tmp_path: Path) -> None:
    one = make_reviewed(book, tmp_path / "out", model_file)
    clean_all(one, threading.Event())
    paint(one, 0, line(50, 60, 60, 60, 6))
    one.change(2, lambda page: page.take(0, False))
    one.change(2, lambda page: setattr(page, "checked", True))
    other = make_reviewed(book, tmp_path / "out", model_file)  # as after a kill: nothing was closed
    clean_all(other, threading.Event())
    assert [(entry.words, entry.checked) for entry in other.entries] == [(1, False), (1, False), (0, True)]
    for number in range(3):
        before, after = one.opened(number), other.opened(number)
        for name in ("before", "image", "mask", "filled", "strokes"):
            assert (getattr(before, name) == getattr(after, name)).all(), name
    assert other.opened(0).mask[60, 55] == 1
    assert sorted(path.name for path in book.rglob("*")) == ["1.png", "2.jpg", "3.png", "two"]


@pytest.mark.parametrize("suffix", ["cbz", "epub", "cb7"])
def test_books_are_opened_too(suffix: str, model_file: Path, tmp_path: Path) -> None:
    path = tmp_path / f"book.{suffix}"
    before = (write_7z if suffix == "cb7" else write_zip)(path, book_of()).read_bytes()
    reviewed = make_reviewed(path, tmp_path / "out", model_file)
    clean_all(reviewed, threading.Event())
    assert [page["name"] for page in reviewed.facts()["pages"]] == [f"book/ch/{number}.png" for number in range(3)]
    assert [entry.words for entry in reviewed.entries] == [1, 0, 1]
    assert path.read_bytes() == before


def test_few_pages_are_open_and_their_steps_are_kept(model_file: Path, tmp_path: Path) -> None:
    (tmp_path / "many").mkdir()
    for number in range(OPEN + 2):
        Image.fromarray(lettered_page()).save(tmp_path / "many" / f"{number}.png")
    book = make_reviewed(tmp_path / "many", tmp_path / "out", model_file)
    paint(book, 0, line(50, 60, 60, 60, 6))
    first = book.opened(0)
    for number in range(OPEN + 2):
        book.opened(number)
    again = book.opened(0)
    assert again is not first
    assert again.mask[60, 55] == 1
    book.change(0, lambda page: page.move(back=True))
    assert book.opened(0).mask[60, 55] == 0


def test_strokes_that_wait_are_done_in_their_order_and_at_once(model_file: Path, book: Path, tmp_path: Path) -> None:
    reviewed = make_reviewed(book, tmp_path / "out", model_file)
    asked = [reviewed.ask(0, read_strokes([line(50, 60, 60, 60, 6, adds)])) for adds in (True, False, True)]
    box = reviewed.paint(0, asked[2])
    assert [request.done for request in asked] == [True] * 3
    assert reviewed.paint(0, asked[0]) == box
    assert (reviewed.opened(0).mask[60, 55], reviewed.opened(0).version) == (1, 1)


@pytest.mark.parametrize(("across", "breaks"), [(56, True), (20, False)])
def test_a_newer_stroke_breaks_off_the_filling_of_what_it_lies_over(
    across: int, breaks: bool, model_file: Path, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reviewed = make_reviewed(book, tmp_path / "out", model_file)
    reviewed.opened(0)
    newer = []

    def asked_meanwhile() -> None:
        if not newer:
            newer.append(reviewed.ask(0, read_strokes([line(across, 60, across, 60, 3, adds=not breaks)])))
        go_on()

    monkeypatch.setattr("textrm.page.filling.fill.go_on", asked_meanwhile)
    first = reviewed.ask(0, read_strokes([line(50, 60, 60, 60, 6)]))
    reviewed.paint(0, first)
    page = reviewed.opened(0)
    assert newer[0].done == breaks
    assert (page.version, len(page.history.done)) == (1, 1)
    assert (page.mask[60, 50], page.mask[60, 56]) == (1, 0 if breaks else 1)
    reviewed.paint(0, newer[0])
    assert page.version == (1 if breaks else 2)
    assert page.mask[60, across] == (0 if breaks else 1)


def test_threads_do_not_lose_each_others_strokes(model_file: Path, book: Path, tmp_path: Path) -> None:
    reviewed = make_reviewed(book, tmp_path / "out", model_file)
    threads = [
        threading.Thread(target=paint, args=(reviewed, number % 2, line(10 + 5 * number, 60, 11 + 5 * number, 60, 2)))
        for number in range(12)
    ]
    threads += [threading.Thread(target=clean_all, args=(reviewed, threading.Event()))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    again = make_reviewed(book, tmp_path / "out", model_file)
    for number in range(12):
        assert again.opened(number % 2).mask[60, 10 + 5 * number] == 1


def test_a_full_disk_is_told_and_the_work_stays(
    model_file: Path, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reviewed = make_reviewed(book, tmp_path / "out", model_file)
    with serving(reviewed) as asker:
        paint(reviewed, 0, line(50, 60, 60, 60, 6))

        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as without_room:
            without_room.setattr(kept, "write_whole", full)
            answer = asker.post("pages/0/strokes", {"strokes": [line(20, 60, 30, 60, 6)]})
            assert answer.status == 200
            assert answer.json["unsaved"].startswith("not saved: the disk is full")
            for number in (1, 2):
                asker.get(f"pages/{number}/facts")
        assert reviewed.opened(0).mask[60, 25] == 1
        assert make_reviewed(book, tmp_path / "out", model_file).opened(0).mask[60, 25] == 0
        assert asker.get("api/book").json["pages"][0]["unsaved"]
        assert asker.post("pages/0/save", {}).json["unsaved"] == ""
    assert make_reviewed(book, tmp_path / "out", model_file).opened(0).mask[60, 25] == 1


def test_a_folder_that_vanishes_is_told(model_file: Path, book: Path, tmp_path: Path) -> None:
    reviewed = make_reviewed(book, tmp_path / "out", model_file)
    with serving(reviewed) as asker:
        assert asker.get("pages/0/facts").status == 200
        shutil.rmtree(book)
        answer = asker.get("pages/2/facts")
        assert (answer.status, answer.json["error"]) == (422, "two/3.png: cannot be read: No such file or directory")
        assert asker.get("api/book").json["pages"][2]["state"] == "failed"
        assert asker.post("pages/0/strokes", {"strokes": [line(20, 60, 30, 60, 6)]}).json["unsaved"] == ""


def test_the_folder_for_the_work_is_moved_away_and_made_anew(model_file: Path, book: Path, tmp_path: Path) -> None:
    reviewed, out = make_reviewed(book, tmp_path / "out", model_file), tmp_path / "out"
    reviewed.desk.held = Held(reviewed.desk.work)
    with serving(reviewed) as asker:
        first = asker.post("pages/0/strokes", {"strokes": [line(50, 60, 60, 60, 6)]}).json
        assert (first["unsaved"], first["news"]) == ("", "")
        out.rename(tmp_path / "gone")
        told = [asker.post("pages/0/strokes", {"strokes": [line(x, 60, x + 9, 60, 6)]}).json for x in (20, 70)]
        assert [answer["unsaved"] for answer in told] == ["", ""]
        assert told[0]["news"].startswith(f"{out}/.review was moved or deleted: it is made anew")
        assert told[1]["news"] == ""
        with pytest.raises(UserError, match="out is open in another review"):
            Held(reviewed.desk.work)
        Held(tmp_path / "gone" / ".review").close()
        shutil.rmtree(out)
        other = Held(reviewed.desk.work)  # of another review, in the very place
        answer = asker.post("pages/0/strokes", {"strokes": [line(50, 80, 60, 80, 6)]}).json
        assert answer["unsaved"] == f"not saved: {out} is open in another review: go on there, or stop it first"
        other.close()
        answer = asker.post("pages/0/save", {}).json
        assert (answer["unsaved"], answer["news"][-8:]) == ("", "the rest")
    reviewed.desk.held.close()
    mask = make_reviewed(book, out, model_file).opened(0).mask
    assert [mask[60, 25], mask[60, 55], mask[60, 75], mask[80, 55]] == [1, 1, 1, 1]


def test_a_page_that_changed_is_found_anew_and_the_work_is_put_aside(
    model_file: Path, book: Path, tmp_path: Path
) -> None:
    reviewed = make_reviewed(book, tmp_path / "out", model_file)
    paint(reviewed, 0, line(50, 60, 60, 60, 6))
    other = lettered_page(120, 100)
    Image.fromarray(other).save(book / "1.png")
    again = make_reviewed(book, tmp_path / "out", model_file)
    assert again.opened(0).mask.shape == (120, 100)
    assert "put aside" in again.entries[0].reason
    assert len(list((tmp_path / "out" / ".review").glob("*.bak"))) == 1


@pytest.mark.parametrize("harm", ["empty", "no zip", "cut", "objects"])
def test_damaged_work_is_put_aside(harm: str, model_file: Path, book: Path, tmp_path: Path) -> None:
    reviewed = make_reviewed(book, tmp_path / "out", model_file)
    reviewed.opened(0)
    path = reviewed.desk.path_of(reviewed.entries[0].files)
    content = path.read_bytes()
    if harm == "objects":  # which loading could run
        np.savez(path, facts=np.array([{"a": 1}], dtype=object), allow_pickle=True)
    else:
        path.write_bytes({"empty": b"", "no zip": b"PK\3\4 no zip", "cut": content[: len(content) // 2]}[harm])
    again = make_reviewed(book, tmp_path / "out", model_file)
    assert again.opened(0).words[0].goes
    assert path.read_bytes() == content
    assert again.entries[0].reason.startswith(f"the work on it was put aside as {path.name}.bak: it is damaged")


def test_two_windows_see_each_other(model_file: Path, book: Path, tmp_path: Path) -> None:
    with serving(make_reviewed(book, tmp_path / "out", model_file)) as asker:
        seen = asker.get("pages/0/facts").json["version"]
        changes = asker.get("api/book").json["changes"]
        assert asker.get(f"api/book?seen={changes}").status == 204
        one = asker.post("pages/0/strokes", {"strokes": [line(50, 60, 60, 60, 6)]})  # another window
        assert asker.get(f"api/book?seen={changes}").status == 200
        for path, body in (("undo", {}), ("word", {"word": 0, "goes": False}), ("checked", {"checked": True})):
            answer = asker.post(f"pages/0/{path}", {**body, "version": seen})
            assert (answer.status, answer.json["error"]) == (
                409, "another window has changed this page: it is shown anew")  # fmt: skip
        assert asker.post("pages/0/strokes", {"strokes": [line(20, 60, 30, 60, 6)]}).json["version"] == seen + 2
        assert asker.post("pages/0/undo", {"version": seen + 2}).json["version"] == seen + 3
        assert one.json["undo"] == 1


def test_a_damaged_page_does_not_cost_the_others(model_file: Path, book: Path, tmp_path: Path) -> None:
    (book / "2.jpg").write_bytes(b"no picture")
    reviewed = make_reviewed(book, tmp_path / "out", model_file)
    clean_all(reviewed, threading.Event())
    assert [entry.state for entry in reviewed.entries] == ["ready", "failed", "ready"]
    assert "not a picture" in reviewed.entries[1].reason
    with pytest.raises(UserError, match="not a picture"):
        reviewed.opened(1)
    Image.fromarray(lettered_page()).save(book / "2.jpg")
    assert reviewed.opened(1).words[0].goes


def test_pages_in_a_folder_beside_a_book_are_no_business_of_its_review(model_file: Path, tmp_path: Path) -> None:
    cbz = write_zip(tmp_path / "book.cbz", book_of())
    (tmp_path / "book" / "ch").mkdir(parents=True)
    (tmp_path / "book" / "ch" / "0.png").write_bytes(book_of()["ch/0.png"])
    book, told = begin(cbz, tmp_path / "out", SegmentAndFill.opened(model_file), 10**6)
    assert sorted(book.name(entry) for entry in book.entries) == [f"book/ch/{number}.png" for number in range(3)]
    assert told == []
