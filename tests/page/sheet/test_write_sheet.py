"""The HTML of the sheet: order, marks, addresses, and names that want to be more than names."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest

from textrm.errors import UserError
from textrm.page.planning.named_beside import file_beside
from textrm.page.planning.page_files import PageFiles
from textrm.page.sheet.pair import Told
from textrm.page.sheet.write import NAME, Entry, check_place, sheet, write_sheet

OUT = Path("work/out")


class Elements(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attributes)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def of(self, tag: str, kind: str | None = None) -> list[dict[str, str | None]]:
        return [given for name, given in self.found if name == tag and (kind is None or given.get("class") == kind)]


def entry(name: str, place: int = 0, doubtful: int = 0, redrawn: float = 0.0, filled: float = 0.0) -> Entry:
    target = OUT / name
    files = PageFiles(Path("work/pages") / name, target, {"sheet": file_beside(target, "sheet")})
    boxes = [(number, 0.25, (10, 20, 30, 60)) for number in range(2, 2 + doubtful)]
    return Entry(files, place, Told(200, 400, 1, doubtful, boxes, filled, redrawn, "", (0, 0, 100, 100)))


def test_the_worst_come_first_and_the_books_order_is_kept_beside() -> None:
    entries = [entry("a.png", 0, filled=0.1), entry("b.png", 1, redrawn=0.2), entry("c.png", 2, doubtful=1),
               entry("d.png", 3, doubtful=3), entry("e.png", 4, filled=0.3), entry("f.png", 5)]  # fmt: skip
    articles = Elements(sheet(OUT, entries, [])).of("article")
    assert [given["data-page"] for given in articles] == ["3", "2", "1", "4", "0", "5"]
    assert [given["data-worst"] for given in articles] == ["0", "1", "2", "3", "4", "5"]
    assert [given["data-doubtful"] for given in articles] == ["3", "1", "0", "0", "0", "0"]


def test_marks_lie_where_the_words_do() -> None:
    page = Elements(sheet(OUT, [entry("a.png", doubtful=2)], []))
    assert [mark["style"] for mark in page.of("div", "box")] == [
        "left: 5.00%; top: 5.00%; width: 10.00%; height: 10.00%"
    ] * 2
    (hole,) = page.of("div", "box hole")
    assert hole["style"] == "left: 0.00%; top: 0.00%; width: 50.00%; height: 25.00%"
    (frame,) = page.of("div", "frame")
    assert frame["style"] == "aspect-ratio: 200 / 400; max-width: 200px"
    assert "2 doubtful words left: 2 (0.25), 3 (0.25)" in page.text
    assert "1 page, 1 word taken out, 2 doubtful words left" in page.text


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>.png", '" onerror="alert(1).png', "'&amp;.png", "50%25 #1?x=y.png", "two/頁 1.png",
     os.fsdecode(b"\xff\xfe.png"), "a\u202egnp.png", "$title ${x}.png"],
)  # fmt: skip
def test_names_are_text_and_addresses_lead_to_the_files(name: str) -> None:
    page = Elements(sheet(OUT, [entry(name)], [(Path(name), "<i>why</i>")]))
    assert [tag for tag, _ in page.found].count("script") == 1
    assert not page.of("i")
    assert not any(key.startswith("on") for _, given in page.found for key in given)
    assert page.text.count("alert(1)") == 2 * name.count("alert(1)")
    assert "\u202e" not in page.text
    folder, _, last = name.rpartition("/")
    addresses = [given["href"] for given in page.of("a")] + [page.of("img")[0]["src"]]
    stem = Path(last).stem
    expected = [f"../pages/{name}", name, "/".join(filter(None, (folder, "sheet", f"{stem}.sheet.jpg")))]
    assert [unquote_to_bytes(str(address)) for address in addresses] == [os.fsencode(path) for path in expected]
    assert all(re.fullmatch(r"[\w./%~-]+", str(address), re.ASCII) for address in addresses)


def test_pictures_load_when_they_are_looked_at_and_only_our_script_runs() -> None:
    content = sheet(OUT, [entry(f"{number}.png", number) for number in range(200)], [])
    assert len(content) < 300_000  # a book opens at once
    page = Elements(content)
    images = page.of("img")
    assert len(images) == 400
    assert {given["loading"] for given in images} == {"lazy"}
    policy = str(next(given["content"] for given in page.of("meta") if "http-equiv" in given))
    script = content.split(b"<script>")[1].split(b"</script>")[0]
    assert f"script-src 'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'" in policy
    assert policy.startswith("default-src 'none'; img-src 'self' file:;")
    assert not any("http" in str(value) for tag, given in page.found for key, value in given.items() if key != "meta"
                   if tag in ("img", "a", "link", "script"))  # fmt: skip


def test_failures_are_listed() -> None:
    page = Elements(sheet(OUT, [], [(Path("a.png"), "it is damaged")]))
    assert "1 failed:" in page.text
    assert "a.png: it is damaged" in page.text


def test_what_is_no_sheet_is_not_replaced(tmp_path: Path) -> None:
    check_place(tmp_path)
    check_place(tmp_path / "none")
    (tmp_path / NAME).write_bytes(sheet(OUT, [], []))
    check_place(tmp_path)
    (tmp_path / NAME).write_text("<html>my notes")
    with pytest.raises(UserError, match=r"sheet.html is no sheet of ours; expected none there"):
        check_place(tmp_path)
    (tmp_path / NAME).unlink()
    (tmp_path / NAME).mkdir()
    with pytest.raises(UserError, match=r"cannot be replaced by a sheet: Is a directory"):
        check_place(tmp_path)


def test_a_sheet_that_cannot_be_written_is_a_failure(tmp_path: Path) -> None:
    assert write_sheet(tmp_path, [], []) is None
    assert list(tmp_path.iterdir()) == []
