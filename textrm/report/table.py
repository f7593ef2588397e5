"""The tables: every run as CSV, one line per setting as Markdown and on the terminal."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from textrm.printable import cell
from textrm.report.figures import best_of, shown
from textrm.report.sweep import COSTS, Setting, Sweep, brief, is_number
from textrm.runs.outcome import Status


@dataclass(frozen=True)
class Cell:
    """A cell: its text, what it is sorted by, and whether it is the best of its column."""

    text: str
    key: float | str = ""
    best: bool = False


@dataclass(frozen=True)
class Lines:
    """A table: ``head`` names the columns, the first ``words`` of which are not figures."""

    head: list[str]
    rows: list[list[Cell]]
    words: int


def write_runs(sweep: Sweep) -> str:
    """``results.csv``: a line per run, its figures with all their digits; what is not known is empty."""
    figures = [name for name in sweep.figures if name not in COSTS]
    head = ["run", "status", *sweep.columns, "seed", "repeat", *figures, *COSTS, "commit", "error"]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    for run in sweep.runs:
        known = [run.figures.get(name, math.nan) for name in (*figures, *COSTS)]
        numbers = ["" if math.isnan(value) else f"{value:.10g}" for value in known]
        keys = [run.value(key) for key in sweep.columns]
        cells = [run.name, run.status, *keys, run.seed, run.repeat, *numbers, run.commit, run.reason]
        writer.writerow([cell(value) for value in cells])
    return text.getvalue()


def setting_lines(sweep: Sweep) -> Lines:
    """One line per setting: mean ± deviation over its runs, their number, the best of each figure marked.

    The chosen figure is the first, before those of the same stage (test or validation) and the others.
    Settings that a search gave up are not among them: they would be most of the lines.
    """
    repeats = any(setting.repeat > 1 for setting in sweep.settings)
    figures = [name for name in sweep.figures if any(setting.spread(name).count for setting in sweep.settings)]
    stage = (sweep.metric or "").partition("/")[0]
    figures.sort(key=lambda name: name.partition("/")[0] != stage)
    # Losses of different settings may be different functions, and costs follow from what else the machine did.
    unmarked = {name for name in figures if name != sweep.metric and (name in COSTS or name.endswith("loss"))}
    marked = {name: "" if name in unmarked else _best(sweep.settings, name) for name in figures}
    rows = []
    for setting in sweep.settings:
        if all(run.status == Status.PRUNED for run in setting.runs):
            continue
        keys = [_word(setting.values[axis]) for axis in sweep.axes]
        counted, all_runs = len(setting.counted), len(setting.runs)
        number = Cell(str(counted) if counted == all_runs else f"{counted} of {all_runs}", counted)
        cells = [_figure(setting, name, marked[name]) for name in figures]
        rows.append([*keys, *([Cell(str(setting.repeat), setting.repeat)] if repeats else []), number, *cells])
    head = [*sweep.axes, *(["repeat"] if repeats else []), "n"]
    return Lines([*head, *figures], rows, len(head))


def _best(settings: Sequence[Setting], figure: str) -> str:
    """What the best mean looks like; nothing where there is nothing to compare. What looks the same is equally good."""
    means = [spread.mean for setting in settings if (spread := setting.spread(figure)).count]
    best = best_of(figure, means)
    return shown(best) if len({shown(mean) for mean in means}) > 1 and not math.isnan(best) else ""


def _figure(setting: Setting, figure: str, best: str) -> Cell:
    spread = setting.spread(figure)
    if not spread.count:
        return Cell(shown(math.nan))
    text = f"{spread.mean:.0f}" if figure == "steps" else shown(spread.mean, spread.deviation)
    fewer = f" ({spread.count})" if spread.count < len(setting.counted) else ""
    return Cell(text + fewer, spread.mean, shown(spread.mean) == best)


def _word(value: str) -> Cell:
    return Cell(brief(value), float(value) if is_number(value) else value)


def unfinished_lines(sweep: Sweep) -> Lines:
    """One line per run that is failed, pruned or unfinished, with the reason and its figure so far."""
    metric = [sweep.metric] if sweep.metric else []
    rows = []
    for run in sweep.unfinished:
        figures = [run.figures.get(name, math.nan) for name in metric]
        rows.append([
            Cell(run.name, run.name), Cell(run.status, run.status), Cell(run.reason, run.reason),
            *(_word(run.value(key)) for key in sweep.columns), _word(run.seed), Cell(str(run.steps), run.steps),
            *(Cell(shown(value), "" if math.isnan(value) else value) for value in figures),
        ])  # fmt: skip
    head = ["run", "status", "reason", *sweep.columns, "seed"]
    return Lines([*head, "steps", *(f"{name} so far" for name in metric)], rows, len(head))


def counts(sweep: Sweep) -> str:
    """``12 runs: 9 finished, 2 failed, 1 unfinished``."""
    statuses = [run.status for run in sweep.runs]
    others = sorted(set(statuses) - {Status.FINISHED})
    parts = [f"{statuses.count(status)} {status}" for status in (Status.FINISHED, *others)]
    return f"{len(statuses)} run{'s' * (len(statuses) != 1)}: {', '.join(parts)}"


def note(sweep: Sweep) -> str:
    """How the lines of the settings are to be read."""
    if sweep.metric is None:
        return "No run has logged a figure."
    over = "seeds" if sweep.group == "seed" else sweep.group
    text = f"Mean ± standard deviation over {over} (n runs); the best of each column is bold, but for losses and costs."
    text += "".join(f" {key} changes with {axis}." for key, axis in sweep.tied.items())
    if any(setting.repeat > 1 for setting in sweep.settings):
        text += " Runs with the same settings and seed are kept apart: repeat counts them."
    return text + " No run is finished: these are the figures so far." * sweep.so_far


def write_markdown(sweep: Sweep) -> str:
    """``results.md``: the settings, and below them what is not finished."""
    settings, unfinished = setting_lines(sweep), unfinished_lines(sweep)
    parts = [f"# {sweep.folder.resolve().name}", f"{counts(sweep)}. {note(sweep)}", _markdown(settings)]
    if unfinished.rows:
        parts += ["## Not finished", _markdown(unfinished)]
    return "\n\n".join(parts) + "\n"


def _markdown(lines: Lines) -> str:
    def line(words: Sequence[str]) -> str:
        return "| " + " | ".join(words) + " |"

    def plain(text: str) -> str:
        return re.sub(r"([\\|<*`])", r"\\\1", text)

    sides = ["---"] * lines.words + ["---:"] * (len(lines.head) - lines.words)
    rows = [line([f"**{cell.text}**" if cell.best else plain(cell.text) for cell in row]) for row in lines.rows]
    return "\n".join((line([plain(name) for name in lines.head]), line(sides), *rows))


def print_tables(sweep: Sweep, console: Console) -> None:
    """The same on the terminal, with as many figures as there is room for."""
    for title, lines in ((counts(sweep), setting_lines(sweep)), ("not finished", unfinished_lines(sweep))):
        if not lines.rows:
            continue
        columns = len(lines.head)
        while columns > lines.words + 1 and _width(_table(lines, columns), console) > console.width:
            columns -= 1
        table = _table(lines, columns)
        console.width = max(console.width, _width(table, console))  # what must be there is not cut
        console.print(Text(title, style="bold"))
        console.print(table)
        if columns < len(lines.head):
            console.print(Text(f"{len(lines.head) - columns} more in results.md"))
    console.print(Text(note(sweep)))


def _width(table: Table, console: Console) -> int:
    return console.measure(table, options=console.options.update_width(10_000)).maximum


def _table(lines: Lines, columns: int) -> Table:
    table = Table()
    for column, name in enumerate(lines.head[:columns]):
        table.add_column(Text(name), justify="left" if column < lines.words else "right", no_wrap=True)
    for row in lines.rows:
        table.add_row(*(Text(cell.text, style="bold" if cell.best else "") for cell in row[:columns]))
    return table
