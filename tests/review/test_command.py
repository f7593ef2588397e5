"""``textrm review`` as a process: its address, its end, and what keeps it from beginning."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image
from review_server import Asker, line
from standin_model import lettered_page

from textrm.review.__main__ import main

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.slow


@contextmanager
def started(*words: object) -> Iterator[tuple[subprocess.Popen[str], Asker]]:
    """The command, and who asks it."""
    command = [sys.executable, "-m", "textrm", "review", *map(str, words)]
    heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                               env=environment, preexec_fn=heed)  # fmt: skip
    try:
        assert process.stdout is not None
        yield process, Asker(process.stdout.readline().strip())
    finally:
        process.kill()
        process.communicate()


def refused(*words: object) -> str:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == 1, result.output
    return result.stderr.splitlines()[-1]


def test_a_kill_loses_nothing_and_the_same_command_goes_on(model_file: Path, book: Path) -> None:
    options = (book, "--model", model_file, "--threads", 1)
    with started(*options) as (process, asker):
        assert asker.post("pages/0/strokes", {"strokes": [line(50, 60, 60, 60, 6)]}).json["box"]
        assert asker.post("pages/2/word", {"word": 0, "goes": False, "version": 0}).status == 200
        process.send_signal(signal.SIGKILL)
        process.wait()
    with started(*options) as (process, asker):
        assert asker.get("pages/0/facts").json["words"][0]["goes"]
        assert asker.post("pages/0/strokes", {"strokes": [line(50, 60, 60, 60, 5)]}).json["box"] is None  # it is there
        assert not asker.get("pages/2/facts").json["words"][0]["goes"]
    assert sorted(path.name for path in book.parent.iterdir() if path != model_file.parent) == ["book", "book.review"]


def test_kinds_are_chosen_as_in_cleaning(model_file: Path, book: Path, tmp_path: Path) -> None:
    options = (book, "--model", model_file, "--threads", 1)
    with started(*options, "-o", tmp_path / "one") as (_, asker):
        (word,) = asker.get("pages/0/facts").json["words"]
        assert word["goes"]
    for kinds, goes in ((("--keep", word["kind"]), False), (("--remove", "all"), True)):
        with started(*options, "-o", tmp_path / kinds[0], *kinds) as (_, asker):
            (other,) = asker.get("pages/0/facts").json["words"]
            assert (other["kind"], other["goes"]) == (word["kind"], goes)
    result = CliRunner().invoke(main, [str(book), "--remove", "smell"])
    assert (result.exit_code, "there is no kind 'smell'" in result.stderr) == (2, True)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_it_ends_in_one_line(number: int, status: int, model_file: Path, book: Path, tmp_path: Path) -> None:
    with started(book, "-o", tmp_path / "o", "--model", model_file, "--threads", 1) as (process, asker):
        assert asker.get("api/book").status == 200
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == status
        assert errors.splitlines() == [f"3 pages of {book}; the work is kept in {tmp_path}/o",
                                       "stopped; all work is kept, and the same command goes on from here"]  # fmt: skip


def test_it_waits_for_the_page_that_is_being_cleaned(model_file: Path, tmp_path: Path) -> None:
    """A process that ends while a net works in it would be killed by the system."""
    (tmp_path / "large").mkdir()
    for number in range(3):
        Image.fromarray(lettered_page(2000, 1500)).save(tmp_path / "large" / f"{number}.png")
    with started(tmp_path / "large", "--model", model_file, "--threads", 2) as (process, _):
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=120)
        assert (process.returncode, errors.splitlines()[-1][:8]) == (143, "stopped;")


def test_two_commands_on_one_book_and_a_taken_port(model_file: Path, book: Path, tmp_path: Path) -> None:
    options = ("--model", model_file, "--threads", 1)
    with started(book, "-o", tmp_path / "o", *options) as (_, asker):
        told = refused(book, "-o", tmp_path / "o", *options)
        assert told == f"error: {tmp_path}/o is open in another review: go on there, or stop it first"
        told = refused(book, "-o", tmp_path / "p", "--port", asker.port, *options)
        assert told == (f"error: port {asker.port} cannot be had (Address already in use): give another one, or leave "
                        "out --port")  # fmt: skip


def test_what_cannot_be_reviewed_is_told_in_one_line(model_file: Path, book: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    options = ("--model", model_file)
    assert (
        refused(tmp_path / "no", *options)
        == f"error: {tmp_path}/no has no page to look at: there is no such file or folder"
    )
    assert refused(tmp_path / "empty", *options).startswith(
        f"error: {tmp_path}/empty has no page to look at: the folder"
    )
    (tmp_path / "file").write_text("x")
    assert refused(book, "-o", tmp_path / "file", *options) == f"error: {tmp_path}/file is no folder; -o expects one"
    assert "file/x" in refused(book, "-o", tmp_path / "file" / "x", *options)
    assert refused(book, "--model", tmp_path / "none.onnx").startswith("error: ")


def test_a_missing_extra_is_named(book: Path) -> None:
    code = f"""if True:
        import sys
        from textrm.__main__ import main

        class Absent:
            @staticmethod
            def find_spec(name, path=None, target=None):
                if name == "starlette":
                    raise ModuleNotFoundError("No module named 'starlette'", name=name)

        sys.meta_path.insert(0, Absent)
        main(["review", {str(book)!r}], prog_name="textrm")
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stderr.strip()) == (
        1, "error: this needs starlette, which is not installed: pip install 'textrm[web]'")  # fmt: skip


def test_only_this_machine_is_served(model_file: Path, book: Path) -> None:
    with started(book, "--model", model_file, "--threads", 1) as (_, asker):
        others = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1"}
        for other in others:
            with socket.socket() as connection:
                assert connection.connect_ex((str(other), asker.port)) != 0
        assert asker.get("api/book").status == 200
