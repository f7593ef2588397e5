"""Runs ``textrm.infer`` on a small book, with a stand-in for the trained weights."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from click import Command
from click.testing import CliRunner, Result
from PIL import Image
from standin_model import lettered_page

from textrm import infer

ROOT = Path(__file__).resolve().parents[3]


def make_book(folder: Path) -> Path:
    """Three pages, one of them in a chapter of its own."""
    (folder / "two").mkdir(parents=True)
    for name in ("1.png", "2.jpg", "two/3.png"):
        Image.fromarray(lettered_page()).save(folder / name, **({"quality": 95} if name.endswith("jpg") else {}))
    return folder


def run(model: Path, *arguments: object, main: Command = infer.main) -> Result:
    command = [str(argument) for argument in (*arguments, "--model", model, "--threads", 1)]
    result = CliRunner().invoke(main, command)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in files(folder)}


def check_reasons(lines: list[str], reasons: dict[str, str]) -> None:
    """Every file is told among ``lines``, as "failed: PATH: REASON", with words of its reason."""
    told = {line.split(": ")[1].rsplit("/")[-1]: line for line in lines if "failed: " in line}
    for name, words in reasons.items():
        assert words in told[name]


def start(model: Path, *arguments: object, limit: str = "", group: bool = False) -> subprocess.Popen[str]:
    """The command as a process of its own; with ``group`` it leads a group, as one that a terminal runs does."""
    command = " ".join(
        [limit, "exec", sys.executable, "-m", "textrm.infer", *map(str, arguments), "--model", str(model)]
    )
    # A suite that a shell runs in the background ignores Ctrl-C, and so would all that it starts.
    heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    return subprocess.Popen(["bash", "-c", command], cwd=ROOT, stderr=subprocess.PIPE, text=True, preexec_fn=heed,
                            start_new_session=group)  # fmt: skip


def check_interrupted(process: subprocess.Popen[str], out: Path, pages: int, interrupt: Callable[[], None]) -> None:
    """Interrupted once a PNG is there, it says so in one line, before the last of its pages, and leaves whole files."""
    while not list(out.glob("*.png")) and process.poll() is None:
        time.sleep(0.01)
    interrupt()
    _, errors = process.communicate()
    assert process.returncode == 130
    assert errors.startswith("stopped")
    assert errors.count("\n") == 1
    written = files(out)
    assert 0 < len(written) < pages
    assert all(name.endswith(".png") for name in written)
    for name in written:
        with Image.open(out / name) as picture:
            picture.load()
