"""Every command answers to -h, and ends a mistake in one line: they are all made by the one helper."""

from __future__ import annotations

import errno
import os
import re
import signal
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from textrm.command_line import Mistake, click_command, written_below

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


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ([], "missing option '--out'"),
        (["--out", "a", "--size", "wide"], "invalid value for '--size': 'wide' is not a valid integer"),
        (["--out", "a", "b"], "got unexpected extra argument (b)"),
        (["--out", "a", "--kind", "c"], "invalid value for '--kind': 'c' is not one of 'a', 'b'"),
        (["--out", "none"], "an --out that is none"),
    ],
)
def test_words_that_cannot_be_taken_end_in_one_line_and_status_2(words: list[str], line: str) -> None:
    @click_command()
    @click.option("--out", required=True)
    @click.option("--size", type=int)
    @click.option("--kind", type=click.Choice(["a", "b"]))
    def main(out: str, size: int | None, kind: str | None) -> None:
        raise click.UsageError("An --out that is none.")

    result = CliRunner().invoke(main, words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"error: {line} (see main --help)\n"


def test_ctrl_c_before_anything_was_done_is_one_line() -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    @click_command()
    @click.option("--out", callback=interrupted)
    def reading(out: str) -> None:
        raise AssertionError("it was stopped before")

    for command in (reading, click_command()(interrupted)):
        result = CliRunner().invoke(command)
        assert (result.exit_code, result.stdout, result.stderr) == (130, "", "stopped\n")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_sigterm_ends_what_writes_a_folder_as_ctrl_c_does(tmp_path: Path, number: int, status: int) -> None:
    def untouched(*_: object) -> None:
        raise AssertionError("the signal was not taken")

    before = signal.signal(signal.SIGTERM, untouched)
    interrupt = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background ignores it
    try:

        @click_command(help="What it does.")
        def main() -> None:
            with written_below(tmp_path, "stopped; no manifest was written"):
                os.kill(os.getpid(), number)
                signal.sigtimedwait([], 10)

        result = CliRunner().invoke(main)
        assert signal.getsignal(signal.SIGTERM) is untouched
    finally:
        signal.signal(signal.SIGTERM, before)
        signal.signal(signal.SIGINT, interrupt)
    assert (result.exit_code, result.stderr) == (status, "stopped; no manifest was written\n")


def test_what_a_killed_command_left_half_written_is_swept(tmp_path: Path) -> None:
    (tmp_path / "clean").mkdir()
    (tmp_path / "clean" / ".0123456789abcdef.part").write_bytes(b"half")
    (tmp_path / "clean" / "1.png").write_bytes(b"whole")
    with written_below(tmp_path, "stopped"):
        assert sorted(path.name for path in tmp_path.rglob("*.*")) == ["1.png"]


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "{}: No space left on device; make room or give another"),
        (FileNotFoundError(errno.ENOENT, "No such file", "raw"), "raw: No such file\n"),
        (OSError("odd"), "{}: odd\n"),
    ],
)
def test_what_the_system_refuses_is_told_in_words(tmp_path: Path, raised: OSError, said: str) -> None:
    @click_command(help="What it does.")
    def main() -> None:
        with written_below(tmp_path, "stopped"):
            raise raised

    result = CliRunner().invoke(main)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"error: {said.format(tmp_path)}")
    assert result.stderr.count("\n") == 1


def test_no_command_is_made_otherwise() -> None:
    made = {
        path.relative_to(ROOT).as_posix()
        for folder in ("textrm", "benchmarks", "experiments")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"click\.(command|group)\(", path.read_text(encoding="utf-8"))
    }
    assert made == {"textrm/command_line.py"}
