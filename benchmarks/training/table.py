"""What the benchmark of training prints: means over seeds, and ours against the best peer that is not slower."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Sequence

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.training.measure import Settings
from textrm.evaluate.scoring import Line

COLUMNS = {  # heading and format, by column of results.csv
    "seconds_per_page": ("s/page", "{:.3f}"),
    "parameters": ("M par.", "{:.2f}"),
    "GMAC": ("GMAC", "{:.1f}"),
    "rate": ("rate", "{:g}"),
    "steps_per_second": ("steps/s", "{:.2f}"),
    "loss": ("loss", "{:.4f}"),
    "val_AP": ("AP val", "{:.3f}"),
    "val_small_recall": ("small val", "{:.3f}"),
    "test_AP": ("AP test", "{:.3f}"),
    "test_small_recall": ("small test", "{:.3f}"),
}
CONSTANT = ("seconds_per_page", "parameters", "GMAC", "rate")  # of a net, whatever its seed


def print_results(lines: Sequence[Line], settings: Settings) -> None:
    """One line per net by its time for a page, mean ± standard deviation over seeds."""
    shown = {column: heading for column, heading in COLUMNS.items() if column in lines[0]}
    pages = " × ".join(map(str, (settings.batch, settings.crop, settings.crop)))
    table = Table("net", *(heading for heading, _ in shown.values()),
                  title=f"{settings.steps} steps of {pages} px, {settings.threads} threads; GMAC of 1024 × 1024 px, "
                  "seconds of 992 × 1401 px")  # fmt: skip
    for name in by_time(lines):
        own = [line for line in lines if line["net"] == name]
        cells = []
        for column, (_, form) in shown.items():
            values = [float(line[column]) for line in own]
            cells.append(form.format(values[0]) if column in CONSTANT else spread(values, form))
        table.add_row(name, *cells)
    Console(width=None if sys.stdout.isatty() else 180).print(table)


def verdicts(lines: Sequence[Line], ours: Collection[str], figure: str) -> Iterator[str]:
    """For each net of ours: the best peer at equal or lower time for a page, and the paired difference in ``figure``.

    Where no peer is as fast, the fastest one stands in, and the line says so.
    """
    values = {(str(line["net"]), line["seed"]): float(line[figure]) for line in lines}
    seconds = {str(line["net"]): float(line["seconds_per_page"]) for line in lines}
    order = by_time(lines)
    peers = [name for name in order if name not in ours]
    for name in (name for name in order if name in ours and peers):
        rivals = [peer for peer in peers if seconds[peer] <= seconds[name]]
        best = max(rivals or peers[:1], key=lambda peer: np.mean([v for (net, _), v in values.items() if net == peer]))
        kind = "best peer that is not slower" if rivals else "no peer is as fast; the fastest"
        seeds = [seed for net, seed in values if net == name and (best, seed) in values]
        gains = [values[name, seed] - values[best, seed] for seed in seeds]
        yield (f"{figure}: {name} ({seconds[name]:.3f} s), {kind}: {best} ({seconds[best]:.3f} s); "
               f"difference {spread(gains, '{:+.4f}')} over {len(gains)} seeds")  # fmt: skip


def by_time(lines: Sequence[Line]) -> list[str]:
    """The nets by their time for a page."""
    seconds = {str(line["net"]): float(line["seconds_per_page"]) for line in lines}
    return sorted(seconds, key=lambda name: seconds[name])


def spread(values: Sequence[float], form: str) -> str:
    """Mean ± standard deviation; the mean alone of one."""
    shown = form.format(np.mean(values))
    return f"{shown} ± {form.format(np.std(values, ddof=1)).lstrip('+')}" if len(values) > 1 else shown
