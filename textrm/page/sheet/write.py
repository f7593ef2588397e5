"""Writes the sheet: one HTML file beside the results; its pictures lie beside the pages."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import quote

from textrm.errors import UserError
from textrm.files import open_file, sweep, write_whole
from textrm.page.files.summary import counted
from textrm.page.group import Box
from textrm.page.planning.books import BookPage
from textrm.page.planning.page_files import PageFiles
from textrm.page.sheet.pair import Told, read_told
from textrm.printable import printable

NAME = "sheet.html"
_MARK = b'<meta name="generator" content="textrm sheet">'
_HERE = Path(__file__).parent
_HEAD = 1000  # bytes in which the mark stands
_STRIP = 3  # times as high as wide, from which a page is scrolled in a window of its own


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the sheet: its files, its place in the book, and what is told of it."""

    files: PageFiles
    place: int
    told: Told


def check_place(out: Path) -> None:
    """Refuse a folder for the results in which something else lies where the sheet goes.

    Raises:
        UserError: naming it.
    """
    path = out / NAME
    try:
        with open_file(path) as file:
            if _MARK in file.read(_HEAD):
                return
    except (FileNotFoundError, NotADirectoryError):  # of the latter others tell
        return
    except OSError as error:
        raise UserError(f"{path} cannot be replaced by a sheet: {error.strerror}") from error
    raise UserError(f"{path} is no sheet of ours; expected none there: take it away, or leave out --sheet")


def write_sheet(out: Path, pages: Sequence[PageFiles], failures: list[tuple[Path, str]]) -> Path | None:
    """Write the sheet of the results in ``out``; returns its path.

    Pages without their picture are left out: they failed, or wait for the next run. Where no page has one, or the
    sheet cannot be written, None is returned, and ``failures`` gets the reason of the latter.

    Args:
        out: the folder for the results.
        pages: in the order of the book.
        failures: pages that failed, with their reasons.
    """
    entries = []
    for place, page in enumerate(pages):
        try:
            entries.append(Entry(page, place, read_told(page.extras["sheet"])))
        except (OSError, UserError):
            continue
    if not entries:
        return None
    sweep([out])
    try:
        return write_whole(out / NAME, sheet(out, entries, failures))
    except OSError as error:
        failures.append((out / NAME, f"cannot be written: {error.strerror or error}"))
        return None


def sheet(out: Path, entries: Sequence[Entry], failures: Sequence[tuple[Path, str]]) -> bytes:
    """The HTML in UTF-8; addresses in it are relative to ``out``."""
    worst = sorted(entries, key=lambda entry: (-entry.told.doubtful, -entry.told.redrawn, -entry.told.filled))
    script = (_HERE / "sheet.js").read_text("utf-8")
    doubtful = sum(entry.told.doubtful for entry in entries)
    counts = [counted(len(entries), "page"), f"{counted(sum(entry.told.words for entry in entries), 'word')} taken out",
              f"{counted(doubtful, 'doubtful word')} left"]  # fmt: skip
    lost = [f"<li>{_text(path)}: {_text(reason)}</li>" for path, reason in failures]
    told = f'<p class="warn">{len(lost)} failed:</p><ul>{"".join(lost)}</ul>' if lost else ""
    page = Template((_HERE / "sheet.html").read_text("utf-8")).substitute(
        title=_text(Path(os.path.abspath(out)).name or "textrm"),
        counts=", ".join(counts),
        failed=told,
        pages="\n".join(_article(out, entry, rank) for rank, entry in enumerate(worst)),
        digest=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        script=script,
    )
    return page.encode()


def _article(out: Path, entry: Entry, rank: int) -> str:
    told, name = entry.told, _text(entry.files.named.relative_to(out).as_posix())
    whole = entry.files.book if isinstance(entry.files, BookPage) else entry.files  # a page of a book is no file
    kind = "book" if isinstance(entry.files, BookPage) else "page"
    picture = _address(entry.files.extras["sheet"], out)
    facts = [f"{counted(told.words, 'word')} taken out"]
    if told.doubtful:
        listed = ", ".join(f"{number} ({score:.2f})" for number, score, _ in told.boxes)
        facts.insert(0, f'<span class="warn">{counted(told.doubtful, "doubtful word")} left:</span> {listed}')
    boxes = "".join(_mark(box, told, "box") for _, _, box in told.boxes)
    boxes += _mark(told.largest, told, "box hole") if told.largest else ""
    side = f'<img src="{picture}" loading="lazy" decoding="async" alt="">'
    style = f"aspect-ratio: {told.width} / {told.height}; max-width: {told.width}px"
    strip = ' class="strip"' if told.height > _STRIP * told.width else ""
    return f"""<article tabindex="-1" data-worst="{rank}" data-page="{entry.place}" data-doubtful="{told.doubtful}">
<h2>{name}</h2>
<div{strip}><div class="frame" style="{style}">
<div class="side">{side}</div><div class="side after">{side}</div>{boxes}<div class="edge"></div>
<input type="range" min="0" max="100" value="50" aria-label="before and after of {name}">
</div></div>
<p>{"; ".join(facts)}</p>
<p class="quiet">{_text(told.how)}{"; " * bool(told.how)}{100 * told.filled:.1f} % of the page changed</p>
<p class="quiet"><a href="{_address(whole.source, out)}">the {kind}</a>, \
<a href="{_address(whole.target, out)}">cleaned</a></p>
</article>"""


def _mark(box: Box, told: Told, kind: str) -> str:
    left, top, right, bottom = box
    across, down = 100 / max(told.width, 1), 100 / max(told.height, 1)
    style = (f"left: {left * across:.2f}%; top: {top * down:.2f}%; width: {(right - left) * across:.2f}%; "
             f"height: {(bottom - top) * down:.2f}%")  # fmt: skip
    return f'<div class="{kind}" style="{style}"></div>'


def _text(text: object) -> str:
    return escape(printable(text))


def _address(path: Path, out: Path) -> str:
    """A file's address on a page in ``out``, also of names that are no text; absolute where no relative one exists."""
    try:
        relative = Path(os.path.relpath(path, out)).as_posix()
    except ValueError:  # another drive of Windows
        return escape(Path(os.path.abspath(path)).as_uri())
    return escape(quote(os.fsencode(relative)))
