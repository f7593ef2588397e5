"""What is checked is written: pages, books, layers and masks."""

from __future__ import annotations

import errno
import io
import os
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from drawn_books import book_of, check_clean, is_white, members_of, write_7z, write_zip
from infer_command import files
from PIL import Image
from review_server import line, make_reviewed, serving
from standin_model import lettered_page

from textrm.data.sample import KINDS
from textrm.errors import UserError
from textrm.page.layers.ora import composed, read_ora
from textrm.review import export
from textrm.review.book import ReviewedBook, clean_all
from textrm.review.export import Exporting
from textrm.review.strokes import read_strokes


def reviewed(path: Path, home: Path, model: Path, *checked: int) -> ReviewedBook:
    book = make_reviewed(path, home / "out", model)
    clean_all(book, threading.Event())
    for number in checked:
        book.change(number, lambda page: setattr(page, "checked", True))
    return book


def written(book: ReviewedBook) -> list[str]:
    return [name for name in files(book.desk.out) if not name.startswith(".review/")]


def test_checked_pages_go_into_the_folder_as_they_are_shown(model_file: Path, book: Path, tmp_path: Path) -> None:
    one = reviewed(book, tmp_path, model_file, 0, 2)
    one.paint(0, one.ask(0, read_strokes([line(20, 26, 34, 26, 12, adds=False)])))
    said = Exporting(one).run("pages", [0, 2])
    assert said == f"2 pages written to {one.desk.out}"
    assert written(one) == ["1.png", "two/3.png"]
    assert (np.asarray(Image.open(one.desk.out / "1.png")) == lettered_page()).all()  # all was erased
    assert is_white((one.desk.out / "two" / "3.png").read_bytes())


def test_a_book_comes_back_as_a_book(model_file: Path, tmp_path: Path) -> None:
    cbz = write_zip(tmp_path / "book.cbz", book_of())
    one = reviewed(cbz, tmp_path, model_file, 0, 1, 2)
    assert Exporting(one).run("book", [0, 1, 2]) == f"{tmp_path}/out/book.cbz written"
    check_clean(tmp_path / "out" / "book.cbz")
    partly = reviewed(cbz, tmp_path, model_file)
    assert Exporting(partly).run("book", [0]).endswith("book.cbz written; 2 other pages as before")
    after = members_of(tmp_path / "out" / "book.cbz")
    assert is_white(after["ch/0.png"])
    assert after["ch/2.png"] == book_of()["ch/2.png"]
    assert Exporting(one).run("pages", [2]) == f"1 page written to {one.desk.out}"
    assert is_white((tmp_path / "out" / "book" / "ch" / "2.png").read_bytes())


def test_pages_of_a_scan_are_written_with_a_suffix(model_file: Path, tmp_path: Path) -> None:
    from drawn_pdfs import grey_jpeg, write_pdf  # which need an extra

    grey = np.ascontiguousarray(lettered_page()[..., 0])
    one = reviewed(write_pdf(tmp_path / "scan.pdf", [grey, grey], grey_jpeg), tmp_path, model_file, 0, 1)
    Exporting(one).run("pages", [0, 1])
    assert written(one) == ["scan/page-0001.jpg", "scan/page-0002.jpg"]
    assert Image.open(tmp_path / "out" / "scan" / "page-0001.jpg").format == "JPEG"


def test_a_page_of_which_nothing_goes_keeps_its_bytes(model_file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    noise = np.random.default_rng(0).integers(200, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(folder / "1.jpg", quality=60)
    one = reviewed(folder, tmp_path, model_file, 0)
    assert not one.opened(0).filled.any()
    Exporting(one).run("pages", [0])
    whole = (folder / "1.jpg").read_bytes()
    assert (tmp_path / "out" / "1.jpg").read_bytes() == whole
    Exporting(one).run("book", [0])
    assert members_of(tmp_path / "out" / "pages.cbz") == {"1.jpg": whole}


def test_a_page_of_a_book_of_which_nothing_goes_keeps_its_bytes(model_file: Path, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    noise = np.random.default_rng(0).integers(200, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(buffer, "JPEG", quality=60)
    cbz = write_zip(tmp_path / "book.cbz", {"1.jpg": buffer.getvalue()})
    one = reviewed(cbz, tmp_path, model_file, 0)
    Exporting(one).run("book", [0])
    assert members_of(tmp_path / "out" / "book.cbz") == {"1.jpg": buffer.getvalue()}
    Exporting(one).run("pages", [0])
    assert (tmp_path / "out" / "book" / "1.jpg").read_bytes() == buffer.getvalue()


def test_names_that_are_no_text_are_shown_and_written(model_file: Path, tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"b\xffk")
    try:
        folder.mkdir()
    except OSError:  # this file system knows no such names
        return
    Image.fromarray(lettered_page()).save(folder / os.fsdecode(b"p\xfe.png"), "PNG")
    one = reviewed(folder, tmp_path, model_file, 0)
    with serving(one) as asker:
        told = asker.get("api/book").json
        assert (told["title"], told["pages"][0]["name"]) == ("b\\udcffk", "p\\udcfe.png")
        assert asker.get("pages/0/facts").status == 200
    Exporting(one).run("pages", [0])
    assert is_white((tmp_path / "out" / os.fsdecode(b"p\xfe.png")).read_bytes())
    Exporting(one).run("book", [0])
    assert list(members_of(tmp_path / "out" / "b\\udcffk.cbz")) == ["p\\udcfe.png"]


def test_a_7z_archive_comes_back_as_cbz(model_file: Path, tmp_path: Path) -> None:
    one = reviewed(write_7z(tmp_path / "book.cb7", book_of()), tmp_path, model_file, 0, 1, 2)
    Exporting(one).run("book", [0, 1, 2])
    check_clean(tmp_path / "out" / "book.cbz")


def test_a_folder_becomes_a_cbz(model_file: Path, book: Path, tmp_path: Path) -> None:
    one = reviewed(book, tmp_path, model_file, 0)
    Exporting(one).run("book", [0])
    after = members_of(tmp_path / "out" / "book.cbz")
    assert list(after) == ["1.png", "2.jpg", "two/3.png"]
    assert is_white(after["1.png"])
    assert after["2.jpg"] == (book / "2.jpg").read_bytes()


def test_layers_and_masks(model_file: Path, book: Path, tmp_path: Path) -> None:
    from psd_tools import PSDImage

    one = reviewed(book, tmp_path, model_file, 0)
    one.paint(0, one.ask(0, read_strokes([line(50, 60, 60, 60, 6)])))
    for kind in ("psd", "ora", "masks"):
        Exporting(one).run(kind, [0])
    assert written(one) == ["1.mask.png", "1.ora", "1.psd"]
    layers = read_ora((tmp_path / "out" / "1.ora").read_bytes())
    assert (composed(layers, (96, 80)) == one.opened(0).image).all()
    kind = one.opened(0).words[0].region.kind
    assert [layer.name for layer in layers] == ["page", "clean", "lettering/without number", f"lettering/1 {kind}"]
    assert kind in KINDS
    psd = PSDImage.open(tmp_path / "out" / "1.psd")
    assert (np.asarray(psd.composite().convert("RGB")) == one.opened(0).image).all()
    mask = np.asarray(Image.open(tmp_path / "out" / "1.mask.png"))
    assert (mask == one.opened(0).mask * 255).all()


def test_it_is_asked_for_and_told_over_the_net(model_file: Path, book: Path, tmp_path: Path) -> None:
    with serving(reviewed(book, tmp_path, model_file)) as asker:
        answer = asker.post("api/export", {"kind": "pages"})
        assert (answer.status, answer.json["error"]) == (
            422,
            "no page is checked: press C on those that are done, or export all of them",
        )
        version = asker.get("pages/0/facts").json["version"]
        assert asker.post("pages/0/checked", {"checked": True, "version": version}).json["checked"] is True
        assert asker.post("api/export", {"kind": "../x"}).status == 422
        assert asker.post("api/export", {"kind": "pages"}).status == 200
        for _ in range(600):
            facts = asker.get("api/book").json["export"]
            if not facts["busy"]:
                break
            time.sleep(0.05)
        assert facts == {"kind": "pages", "busy": False, "done": 1, "of": 1,
                         "said": f"1 page written to {tmp_path}/out"}  # fmt: skip


def test_all_pages_are_written_but_those_that_cannot_be_read(model_file: Path, book: Path, tmp_path: Path) -> None:
    (book / "2.jpg").write_bytes(b"no picture")
    one = make_reviewed(book, tmp_path / "out", model_file)
    with pytest.raises(UserError, match="not a picture"):
        one.opened(1)
    with serving(one) as asker:
        assert asker.post("api/export", {"kind": "pages", "every": True}).json["of"] == 2
        while asker.get("api/book").json["export"]["busy"]:
            time.sleep(0.05)
    assert written(one) == ["1.png", "two/3.png"]  # which nobody had opened before
    assert is_white((one.desk.out / "two" / "3.png").read_bytes())


def test_a_full_disk_leaves_nothing_half_written(
    model_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = reviewed(write_zip(tmp_path / "book.cbz", book_of()), tmp_path, model_file, 0)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    exporting = Exporting(one)
    with monkeypatch.context() as without_room:
        without_room.setattr(export, "write_whole", full)
        for kind in ("pages", "book"):
            exporting.start(kind)
            while exporting.facts()["busy"]:
                time.sleep(0.01)
            assert exporting.facts()["said"].startswith("not exported: the disk is full")
    assert written(one) == []
    assert [path.name for path in (tmp_path / "out" / ".review").iterdir() if path.is_dir()] == []
    assert exporting.run("book", [0])


def test_one_export_at_a_time(model_file: Path, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exporting, go = Exporting(reviewed(book, tmp_path, model_file, 0)), threading.Event()

    def waiting(self: Exporting, kind: str, chosen: list[int]) -> str:
        go.wait()
        return "done"

    monkeypatch.setattr(Exporting, "run", waiting)
    exporting.start("pages")
    with pytest.raises(UserError, match="runs already"):
        exporting.start("book")
    go.set()


def test_a_missing_extra_is_told(model_file: Path, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    message = "this needs psd_tools, which is not installed: pip install 'textrm[layers]'"

    def missing(*_: object) -> None:
        raise ModuleNotFoundError(message)

    monkeypatch.setattr(export, "as_psd", missing)
    with pytest.raises(UserError, match="psd_tools"):
        Exporting(reviewed(book, tmp_path, model_file, 0)).run("psd", [0])
