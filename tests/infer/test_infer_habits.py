"""Habits of the command: several processes, defaults from files, trial runs, backups, and going on."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from infer_command import check_interrupted, contents, files, run, start
from PIL import Image
from standin_model import lettered_page

from textrm import infer
from textrm.pictures.read import read


def test_two_processes_write_the_same_bytes_and_tell_the_same(model_file: Path, book: Path, tmp_path: Path) -> None:
    (book / "0.png").write_text("no picture")
    (book / "9.png").touch()
    said = {}
    for jobs in (1, 2):
        result = run(model_file, book, "-o", tmp_path / str(jobs), "--mask", "--json", "--jobs", jobs)
        assert result.exit_code == 1
        said[jobs] = [line for line in result.output.splitlines() if "per minute" not in line]
    assert contents(tmp_path / "1") == contents(tmp_path / "2")
    assert len(contents(tmp_path / "1")) == 9
    assert sorted(said[1]) == sorted(said[2])  # notes come as pages are done
    assert said[1][-1] == said[2][-1] == "3 pages cleaned, 2 failed"


def test_a_model_that_cannot_be_used_is_told_once_by_several_processes(book: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.onnx").write_bytes(b"\x08\x07 not a model")
    result = run(tmp_path / "bad.onnx", book, "-o", tmp_path / "out", "--jobs", 2)
    assert result.exit_code == 1
    assert result.output.startswith("error: ")
    assert result.output.count("\n") == 1


@pytest.mark.slow
def test_an_interruption_ends_all_processes_with_one_line(model_file: Path, tmp_path: Path) -> None:
    page = np.random.default_rng(0).integers(0, 256, (500, 500, 3), dtype=np.uint8)
    (tmp_path / "in").mkdir()
    for index in range(400):
        Image.fromarray(page).save(tmp_path / "in" / f"{index}.bmp")
    process = start(model_file, tmp_path / "in", "-o", tmp_path / "out", "--format", "png", "--fill", "white",
                    "--jobs", 2, group=True)  # fmt: skip
    check_interrupted(process, tmp_path / "out", 400, lambda: os.killpg(process.pid, signal.SIGINT))


def test_the_summary_counts_words(model_file: Path, book: Path, tmp_path: Path) -> None:
    Image.new("RGB", (60, 60), "white").save(book / "4.png")
    lines = run(model_file, book, "-o", tmp_path / "out").output.splitlines()
    assert lines[-3] == "3 words taken out; 1 page had none"
    assert lines[-2].endswith("pages per minute")
    assert lines[-1] == "4 pages cleaned"


def test_other_options_make_a_page_anew_and_the_same_do_not(model_file: Path, book: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(model_file, book, "-o", out)
    assert run(model_file, book, "-o", out).output.endswith("0 pages cleaned, 3 were done already (--overwrite makes "
                                                            "them anew)\n")  # fmt: skip
    grown = run(model_file, book, "-o", out, "--grow", 6).output
    assert grown.endswith("3 pages cleaned, 3 of them anew for other options than before\n")
    assert files(out) == ["1.png", "2.jpg", "two/3.png"]  # nothing beside the pages remembers it
    with_mask = run(model_file, book, "-o", out, "--grow", 6, "--mask")
    assert "3 pages cleaned" in with_mask.output
    assert "0 pages cleaned, 3 were done" in run(model_file, book, "-o", out, "--grow", 6).output
    run(model_file, book, "-o", out)
    # The masks there are those of another run.
    assert "3 pages cleaned" in run(model_file, book, "-o", out, "--mask").output


def test_a_result_that_somebody_changed_is_kept(model_file: Path, book: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(model_file, book, "-o", out)
    (out / "1.png").write_bytes(b"touched up by hand")
    result = run(model_file, book, "-o", out, "--grow", 6)
    assert "note: 1 result changed by somebody since: kept" in result.output
    assert "2 pages cleaned" in result.output
    assert (out / "1.png").read_bytes() == b"touched up by hand"


def test_a_trial_run_tells_and_writes_nothing(model_file: Path, book: Path, tmp_path: Path) -> None:
    run(model_file, book / "1.png", "-o", tmp_path / "out")
    result = run(model_file, book, tmp_path / "none.png", "-o", tmp_path / "out", "--dry-run")
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert [line for line in lines if " -> " in line] == [
        f"{book / name} -> {tmp_path / 'out' / name}" for name in ("2.jpg", "two/3.png")
    ]
    assert lines[-1] == "dry run: 2 pages would be cleaned, 1 done already, 1 failed"
    assert files(tmp_path / "out") == ["1.png"]


def test_backups_keep_what_is_replaced(model_file: Path, book: Path) -> None:
    before = contents(book)
    assert run(model_file, book, "-o", book, "--overwrite", "--backup").exit_code == 0
    after = contents(book)
    for name, content in before.items():
        assert after[f"{name}.bak"] == content != after[name]
    # Again: what is replaced is what is written, and no backup is needed; the pages of before are still there.
    assert run(model_file, book, "-o", book, "--overwrite", "--backup", "--format", "same").exit_code == 0
    assert {name: content for name, content in contents(book).items() if ".png" in name} == {
        name: content for name, content in after.items() if ".png" in name
    }
    Image.fromarray(lettered_page(100, 90)).save(book / "1.png")
    drawn = (book / "1.png").read_bytes()
    run(model_file, book / "1.png", "-o", book, "--overwrite", "--backup")
    assert (book / "1.png.bak").read_bytes() == before["1.png"]
    assert (book / "1.png.bak.2").read_bytes() == drawn


def test_a_backup_needs_overwrite(model_file: Path, book: Path, tmp_path: Path) -> None:
    result = run(model_file, book, "-o", tmp_path / "out", "--backup")
    assert (result.exit_code, result.output) == (
        1,
        "error: --backup is given, but nothing is replaced: give --overwrite\n",
    )


def clean(*arguments: object) -> str:
    result = CliRunner().invoke(infer.main, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.output


def test_a_file_gives_defaults_and_the_command_line_wins(model_file: Path, book: Path, tmp_path: Path) -> None:
    config = tmp_path / "usual.toml"
    config.write_text(f"""
        out = "{tmp_path / "out"}"
        model = "{model_file}"
        mask = true
        min-area = 1
        threads = 1
        grow = 6
        format = "png"
    """)
    assert "3 pages cleaned" in clean(book, "--config", config)
    assert "2.png" in files(tmp_path / "out")
    assert "1.mask.png" in files(tmp_path / "out")
    clean(book, "--config", config, "-o", tmp_path / "other", "--format", "same")
    assert "2.jpg" in files(tmp_path / "other")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("grow = 'much'", "grow = 'much'; expected a whole number"),
        ("grow = true", "grow = True; expected a whole number"),
        ("grow = 99", "grow = 99: 99 is not in the range 0<=x<=64."),
        ("fill = 'magic'", "fill = 'magic': 'magic' is not one of"),
        ("mask = 1", "mask = 1; expected true or false"),
        ("threshold = 2", "threshold = 2: 2.0 is not in the range"),
        ("config = 'other.toml'", "config cannot be set there; expected one of add, address,"),
        ("colour = 1", "colour cannot be set there; expected one of add,"),
        ("threshhold = 0.3", "threshhold cannot be set there; did you mean threshold? expected one of add,"),
        ("grow: 4", "is no TOML"),
    ],
)
def test_wrong_defaults_are_told_in_one_line(book: Path, tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "usual.toml").write_text(text)
    said = clean(book, "-o", tmp_path / "out", "--config", tmp_path / "usual.toml")
    assert said.startswith(f"error: {tmp_path / 'usual.toml'}")
    assert words in said
    assert said.count("\n") == 1
    assert "cannot be read: No such file" in clean(book, "-o", tmp_path, "--config", tmp_path / "none.toml")


def test_settings_beside_the_pages_are_used_and_told(model_file: Path, book: Path, tmp_path: Path) -> None:
    (book / "textrm.toml").write_text('format = "png"\ngrow = 3\nfill = "flat"\n')
    result = run(model_file, book, "-o", tmp_path / "out", "--fill", "white")
    assert f"note: {book / 'textrm.toml'} sets format = png, grow = 3\n" in result.output
    assert files(tmp_path / "out") == ["1.png", "2.png", "two/3.png"]
    config = tmp_path / "usual.toml"
    config.write_text('format = "same"')
    result = run(model_file, book / "2.jpg", "-o", tmp_path / "same", "--config", config)
    assert f"note: {book / 'textrm.toml'} sets grow = 3, fill = flat\n" in result.output
    assert (read(tmp_path / "same" / "2.jpg").image > 240).all()


@pytest.mark.parametrize("line", ["out = '/tmp/x'", "model = 'evil.onnx'", "overwrite = true", "masks = '/'",
                                  "fill-model = 'x'", "min-area = 4", "config = 'x'", "jobs = 64"])  # fmt: skip
def test_settings_beside_the_pages_set_nothing_that_could_harm(book: Path, tmp_path: Path, line: str) -> None:
    (book / "textrm.toml").write_text(line)
    said = clean(book, "-o", tmp_path / "out")
    known = "fill, format, grow, keep, low, remove, threshold"
    expected = f"{line.split()[0]} cannot be set there; expected one of {known}"
    assert said == f"error: {book / 'textrm.toml'}: {expected}\n"
    assert not (tmp_path / "out").exists()


def test_settings_beside_the_pages_cannot_speak_to_the_terminal(book: Path, tmp_path: Path) -> None:
    (book / "textrm.toml").write_text('"\\u001b[2J" = 1')
    assert "'\\x1b[2J' cannot be set there" in clean(book, "-o", tmp_path / "out")


def test_settings_hold_for_the_pages_that_they_lie_beside(model_file: Path, book: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    Image.fromarray(lettered_page()).save(other / "1.png")
    (book / "textrm.toml").write_text("grow = 3")
    result = run(model_file, book, other, "-o", tmp_path / "out")
    assert result.output == (
        f"error: {book / 'textrm.toml'} does not hold for the pages of {other}, which are given too: clean one after "
        "the other\n"
    )
    (other / "textrm.toml").write_text("grow = 3")
    assert run(model_file, book, other, "-o", tmp_path / "out").exit_code == 0
