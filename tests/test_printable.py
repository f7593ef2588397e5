"""Names from elsewhere neither steer a terminal nor forge a line, nor run in a spreadsheet."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner
from infer_command import run
from PIL import Image

from textrm.command_line import Mistake, click_command
from textrm.evaluate.scoring import csv_of
from textrm.importers import pairs
from textrm.metrics.tagging import tag_table
from textrm.printable import cell, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a b é 頁 (1).png", "a b é 頁 (1).png"), ("a\nfailed: b", "a\\nfailed: b"), ("\x1b[31mred", "\\x1b[31mred"),
     ("gnp.\u202etxt", "gnp.\\u202etxt"), ("a\u2028b\x85c\x00", "a\\u2028b\\x85c\\x00"), ("\udcff.png", "\\udcff.png"),
     ("back\\slash", "back\\slash"), (Path("x\ty"), "x\\ty")],
)  # fmt: skip
def test_what_steers_is_escaped(text: object, shown: str) -> None:
    assert printable(text) == shown


def test_names_forge_no_line(model_file: Path, tmp_path: Path) -> None:
    book = tmp_path / "book"
    book.mkdir()
    (book / "a\nnote: all is well\x1b[2J.png").write_text("no picture")
    Image.new("CMYK", (40, 40)).save(book / "b\r.tif")
    result = run(model_file, book, "-o", tmp_path / "out", "--format", "png")
    assert result.exit_code == 1
    assert "\x1b" not in result.output
    assert "\r" not in result.output
    lines = result.output.splitlines()
    assert f"failed: {book}/a\\nnote: all is well\\x1b[2J.png: not a picture; expected" in "\n".join(lines)
    assert f"note: {book}/b\\r.tif: CMYK is written as RGB" in "\n".join(lines)
    assert not any(line.startswith("note: all") for line in lines)


def test_mistakes_are_told_in_one_line() -> None:
    @click_command()
    def main() -> None:
        raise Mistake("x\ny\x1b: no such folder")

    assert CliRunner().invoke(main).output == "error: x\\ny\\x1b: no such folder\n"
    assert isinstance(main, click.Command)


def test_tables_of_importers_show_names_as_they_are(tmp_path: Path) -> None:
    for folder in ("raw", "clean"):
        (tmp_path / folder).mkdir()
    name = os.fsdecode(b"[red]a\n\x1b\xff")
    (tmp_path / "raw" / f"{name}.png").write_text("no picture")
    (tmp_path / "clean" / "other.png").write_text("no picture")
    arguments = [str(tmp_path / folder) for folder in ("raw", "clean", "out")]
    result = CliRunner().invoke(pairs.main, arguments, env={"COLUMNS": "400"})
    assert isinstance(result.exception, SystemExit), result.exception
    assert "[red]a\\n\\x1b\\udcff.png" in result.output


@pytest.mark.parametrize(
    ("value", "written"),
    [("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("+cmd|x", "'+cmd|x"), ("-2+3", "'-2+3"), ("\t=1", "'\t=1"),
     ("-0.5", "-0.5"), ("+1e-3", "+1e-3"), ("-inf", "-inf"), (-3, -3), ("a=b", "a=b"), ("", "")],
)  # fmt: skip
def test_cells_are_no_formulas(value: object, written: object) -> None:
    assert cell(value) == written


def test_reports_have_such_cells() -> None:
    (line,) = csv.DictReader(io.StringIO(csv_of([{"id": "=HYPERLINK(1)", "psnr": -1.5}]).decode()))
    assert line == {"id": "'=HYPERLINK(1)", "psnr": "-1.5"}
    counts = np.ones((1, 8), np.int64)
    assert tag_table(("=_=",), counts, counts, 4).splitlines()[1].startswith(b"'=_=,")
