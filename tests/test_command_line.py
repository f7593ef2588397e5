"""Every command answers to -h, and ends a mistake in one line: they are all made by the one helper."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner

from textrm.command_line import Mistake, click_command

ROOT = Path(__file__).resolve().parent.parent


def test_the_short_option_prints_the_help() -> None:
    @click_command(help="What it does.")
    def main() -> None:
        raise AssertionError("-h runs nothing")

    short, long = (CliRunner().invoke(main, [option]) for option in ("-h", "--help"))
    assert short.exit_code == 0
    assert "What it does." in short.output
    assert "-h, --help" in short.output
    assert short.output == long.output


def test_a_mistake_ends_in_one_line_and_status_1() -> None:
    @click_command(help="What it does.")
    def main() -> None:
        raise Mistake("raw: no such folder; expected a folder of pictures")

    result = CliRunner().invoke(main)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == "error: raw: no such folder; expected a folder of pictures\n"


def test_no_command_is_made_otherwise() -> None:
    made = {
        path.relative_to(ROOT).as_posix()
        for folder in ("textrm", "benchmarks", "experiments")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"click\.(command|group)\(", path.read_text(encoding="utf-8"))
    }
    assert made == {"textrm/command_line.py"}
