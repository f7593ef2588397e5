"""What a run logged: the parts of its ``metrics.csv`` joined, and the figures that count in the end."""

from __future__ import annotations

import csv
import math
from itertools import count, takewhile
from pathlib import Path

from textrm.report.figures import best_of

History = dict[str, dict[int, float]]  # name -> step -> value, steps rising


def read_history(folder: Path) -> History:
    """The figures over steps of a run that was possibly continued; empty where nothing was logged.

    Earlier parts are ``metrics.1.csv``, ``metrics.2.csv`` … and the last is ``metrics.csv``. A part begins at a
    checkpoint; what the part before it logged later than that was thrown away with a killed process.
    """
    numbered = (folder / f"metrics.{number}.csv" for number in count(1))
    parts = [*takewhile(Path.is_file, numbered), folder / "metrics.csv"]
    joined: list[tuple[int, str, float]] = []
    for part in filter(Path.is_file, parts):
        rows = _read_part(part)
        start = min((step for step, _, _ in rows), default=math.inf)
        joined = [row for row in joined if row[0] <= start] + rows
    history: History = {}
    for step, name, value in joined:
        history.setdefault(name, {})[step] = value
    return {name: dict(sorted(values.items())) for name, values in history.items()}


def _read_part(path: Path) -> list[tuple[int, str, float]]:
    found = []
    with path.open(newline="", errors="replace") as file:
        for line in csv.DictReader(file):
            try:
                step = int(line["step"])
                figures = [(name, float(text)) for name, text in line.items() if text and name not in ("step", "epoch")]
            except (KeyError, TypeError, ValueError):
                continue  # the last line of a killed process may be cut off
            found += [(step, name, value) for name, value in figures]
    return found


def final_figures(history: History, monitor: str | None) -> dict[str, float]:
    """``val/*`` at the first step with the best value of ``monitor``, or the last without it; ``test/*`` as logged."""
    found = {name: list(values.values())[-1] for name, values in history.items() if name.startswith(("val/", "test/"))}
    followed = history.get(monitor or "", {})
    best = best_of(monitor or "", followed.values())
    step = next((step for step, value in followed.items() if value == best), None)
    if step is not None:
        found |= {name: history[name].get(step, math.nan) for name in found if name.startswith("val/")}
    return found


def steps_trained(history: History) -> int:
    """Optimiser steps; Lightning counts them from 0."""
    return max((step + 1 for name, values in history.items() if not name.startswith("test/") for step in values),
               default=0)  # fmt: skip
