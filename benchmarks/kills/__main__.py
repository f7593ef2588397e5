"""What the same command makes of what a killed one left: ``python -m benchmarks.kills``."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from benchmarks.kills.cases import CASES, Case, Contents, make_input, place
from textrm.command_line import click_command

_OTHER = Path("/dev/shm")  # usually another file system than that of the run's folder
_TRIES = 4  # runs for each kill that is asked for: some end before they are killed


@click_command()
@click.option("--case", "names", multiple=True, type=click.Choice(list(CASES)), help="Only these.  [all]")
@click.option("--kills", default=20, show_default=True, type=click.IntRange(1), help="Of each command.")
@click.option("--seed", default=1, show_default=True, help="Of the moments.")
@click.option("--work", type=click.Path(path_type=Path, file_okay=False), help="Folder to work in.  [a temporary one]")
def main(names: tuple[str, ...], kills: int, seed: int, work: Path | None) -> None:
    """Kill commands at random moments, give them again, and compare what is there then with an unbroken run's.

    Two in three are killed, the third gets SIGTERM. The folder for temporary files of all of them lies on another file
    system where this machine has one. Exit status 1 if any ended in other bytes.
    """
    console, bad = Console(), 0
    table = Table("command", "killed", "same bytes", "SIGTERM", "same bytes", "seconds unbroken")
    with tempfile.TemporaryDirectory(dir=work) as name:
        made = make_input(Path(name, "made"))
        for case in names or CASES:
            told, wrong = _killed(CASES[case], made, Path(name, "runs"), kills, random.Random(f"{seed} {case}"))
            table.add_row(case, *told)
            bad += len(wrong)
            for line in wrong:
                console.print(f"{case}: {line}", markup=False, highlight=False)
    console.print(table)
    sys.exit(1 if bad else 0)


def _killed(case: Case, made: Path, work: Path, kills: int, rng: random.Random) -> tuple[list[str], list[str]]:
    expected, begun, whole = _unbroken(case, made, work / "unbroken")
    told_times = f"{begun:.1f} to {whole:.1f}"
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for attempt in range(_TRIES * kills):
        if counts["SIGKILL"] + counts["SIGTERM"] == kills:
            break
        number = signal.SIGTERM if attempt % 3 == 2 else signal.SIGKILL
        folder, delay = work / str(attempt), rng.uniform(0.8 * begun, whole)
        given = place(case, made, folder / "out")
        process = _start(case.command(given, folder / "out", False), folder)
        start = time.monotonic()
        try:
            process.wait(delay)
            share = min((time.monotonic() - start) / whole, 1.0)  # the machine has less to do than it had
            begun, whole = begun * share, whole * share
        except subprocess.TimeoutExpired:
            if number == signal.SIGKILL:
                os.killpg(process.pid, number)
            else:
                process.send_signal(number)
            process.wait()
            counts[number.name] += 1
            again = _start(case.command(given, folder / "out", True), folder)
            found = {"exit status": str(again.wait())} | case.contents(folder / "out")
            counts[f"{number.name} same"] += found == expected
            if found != expected:
                wrong.append(f"{number.name} after {delay:.2f} s: {_difference(expected, found)}; {_last_line(folder)}")
        shutil.rmtree(folder)
    told = [str(counts[word]) for word in ("SIGKILL", "SIGKILL same", "SIGTERM", "SIGTERM same")]
    return [*told, told_times], wrong


def _unbroken(case: Case, made: Path, folder: Path) -> tuple[Contents, float, float]:
    """What an unbroken run leaves, when it begins to write, and when it ends, in seconds."""
    given = place(case, made, folder / "out")
    before, begun, start = _stamps(folder / "out"), 0.0, time.monotonic()
    process = _start(case.command(given, folder / "out", False), folder)
    while process.poll() is None:
        if not begun and _stamps(folder / "out") != before:
            begun = time.monotonic() - start
        time.sleep(0.02)
    whole = time.monotonic() - start
    expected = {"exit status": str(process.returncode)} | case.contents(folder / "out")
    if len(expected) == 1:
        raise click.ClickException(f"an unbroken run left nothing, status {process.returncode}: {_last_line(folder)}")
    shutil.rmtree(folder)
    return expected, begun, whole


def _start(command: list[str], folder: Path) -> subprocess.Popen[bytes]:
    folder.mkdir(parents=True, exist_ok=True)
    elsewhere = {"TMPDIR": str(_OTHER)} if _OTHER.is_dir() else {}
    environment = os.environ | elsewhere | {"XDG_STATE_HOME": str(folder / "state")}
    with (folder / "said").open("wb") as said:
        return subprocess.Popen(command, stdout=said, stderr=said, env=environment, start_new_session=True)


def _stamps(folder: Path) -> list[tuple[str, int]]:
    found = []
    for where, _, names in os.walk(folder):
        for name in names:
            try:
                found.append((os.path.join(where, name), os.stat(os.path.join(where, name)).st_mtime_ns))
            except OSError:  # renamed since
                continue
    return sorted(found)


def _difference(expected: Contents, found: Contents) -> str:
    names = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
    return f"{len(names)} differ, {', '.join(names[:3])}"


def _last_line(folder: Path) -> str:
    lines = (folder / "said").read_text(errors="replace").splitlines()
    return lines[-1] if lines else "nothing was said"


if __name__ == "__main__":
    main()
