"""The table shows every figure of every part, and a dash for what is not known."""

from __future__ import annotations

from rich.console import Console
from test_summary import PAGES

from textrm.evaluate.scoring import Line
from textrm.evaluate.summary import summarise, summarise_kinds
from textrm.evaluate.table import WIDTH, score_table


def shown(lines: list[Line], kinds: list[Line] | None = None) -> list[list[str]]:
    """The cells of each line of text."""
    console = Console(width=WIDTH)
    with console.capture() as text:
        console.print(score_table("pages", lines, kinds))
    return [
        [cell.strip() for cell in line.strip("│┃ ").replace("┃", "│").split("│")] for line in text.get().splitlines()
    ]


def test_every_block_has_a_row_per_part() -> None:
    rows = shown([{"method": "m", **line} for line in summarise(PAGES)])
    assert [row[1] for row in rows if row[0] == "m"] == ["x", "y", "z", "all"] * 3
    (harm,) = [row for row in rows if row[0] == "method" and "half erased" in row]
    cells = dict(zip(harm, [row for row in rows if row[0] == "m"][4], strict=True))
    assert cells == {
        "method": "m", "part": "x", "pages": "2", "art lost": "20.000%", "worst page": "30.00% b", "words": "8",
        "half erased": "12.5%", "kept whole": "75.0%", "false": "50.000%", "text-free": "0", ">0.1 %": "–",
        ">1 %": "–", ">5 %": "–",
    }  # fmt: skip
    (heights,) = [row for row in rows if "<12 px" in row]
    cells = dict(zip(heights, [row for row in rows if row[0] == "m"][8], strict=True))
    assert (cells["<12 px"], cells[">150 px"], cells["all words"]) == ("0.500 / 0.500 of 8", "–", "0.500")


def test_text_free_sets_have_dashes() -> None:
    rows = shown(summarise(PAGES[2:4]), [])
    (part,) = [row for row in rows if row[0] == "part" and "F1 2px" in row]
    cells = dict(zip(part, next(row for row in rows if row[0] == "y"), strict=True))
    assert [name for name, cell in cells.items() if cell == "–"] == [
        "AP", "recall", "per page", "small", "PSNR", "near", "left", "change", "s/page",
    ]  # fmt: skip
    assert any("nothing in the manifest tells" in row[0] for row in rows)


def test_kinds_are_a_block_of_their_own() -> None:
    rows = shown(summarise(PAGES), summarise_kinds(PAGES))
    heading = next(heading for heading, row in enumerate(rows) if row[0] == "kind")
    assert rows[heading][:4] == ["kind", "pages", "recall", "words"]
    assert rows[heading + 3] == ["sign", "2", "0.167", "6", "0.167", "16.7%", "75.0%"]
