"""Damaged pictures by the thousand: ``python -m benchmarks.fuzz --seconds 3600``."""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections import Counter
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from benchmarks.fuzz.check import MEGABYTES, SECONDS
from benchmarks.fuzz.work import work
from textrm.command_line import click_command

_SHOWN = 20  # faults


@click_command()
@click.option("--seconds", default=60, show_default=True, type=click.IntRange(1), help="How long.")
@click.option("--cases", type=click.IntRange(1), help="Stop after so many.")
@click.option("--seed", default=1, show_default=True, help="Case i of a seed is always the same file.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1), help="Processes.")
@click.option("--keep", type=click.Path(path_type=Path, file_okay=False), help="Folder for the files with faults.")
def main(seconds: int, cases: int | None, seed: int, workers: int, keep: Path | None) -> None:
    """Damage valid pictures of every format and mode, read them, write them, read them again, and print figures.

    Exit status 1 if a process died or hung, or anything but our own error came, or something was lost unsaid.
    """
    context = multiprocessing.get_context("spawn")
    end, running = time.time() + seconds, []
    for worker in range(workers):
        ours, theirs = context.Pipe(duplex=False)
        current = context.Value("q", -1)
        process = context.Process(target=work, args=(theirs, current, seed, worker, workers, end, cases, keep))
        process.start()
        theirs.close()
        running.append((process, ours, current))
    counts: Counter[str] = Counter()
    faults: list[str] = []
    for process, ours, current in running:
        try:
            if not ours.poll(max(end - time.time(), 0) + 5 * SECONDS + 60):
                process.kill()
            found, wrong = ours.recv()
            counts += found
            faults += wrong
        except EOFError:
            faults.append(f"case {current.value}: the process died or hung")
        process.join()
    table = Table("", "", title=f"seed {seed}, {workers} processes")
    for name in ("files", "read", "cleaned by nets"):
        table.add_row(name, str(counts[name]))
    table.add_row(f"faults (also over {SECONDS:.0f} s, over {MEGABYTES} MB)", str(len(faults)))
    console = Console()
    console.print(table)
    for fault in faults[:_SHOWN]:
        console.print(fault, markup=False, highlight=False, soft_wrap=True)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
