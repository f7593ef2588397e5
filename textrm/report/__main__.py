"""Collects runs: ``python -m textrm.report multirun/<name>``."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from textrm.command_line import Mistake, click_command
from textrm.errors import UserError
from textrm.extras import needs_extra
from textrm.files import write_whole

with needs_extra("train", __name__):
    from textrm.report.events import read_all
    from textrm.report.gather import find_runs
    from textrm.report.page import write_page
    from textrm.report.plots import NAMES, plot_all
    from textrm.report.sweep import Sweep, make_sweep
    from textrm.report.table import print_tables, write_markdown, write_runs


@click_command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the report.  [FOLDER/report]")
@click.option("--metric", help="Figure to plot, such as test/AP.  [the one the runs followed]")
@click.option("--group", default="seed", show_default=True, help="Key to average over, such as the seed.")
def main(folder: Path, out: Path | None, metric: str | None, group: str) -> None:
    """Summarise all runs below FOLDER: results.csv, results.md, plots, and a page, index.html."""
    try:
        sweep = report(folder, out or folder / "report", metric, group)
    except UserError as error:
        raise Mistake(str(error)) from error
    print_tables(sweep, Console())
    print(f"report: {(out or folder / 'report') / 'index.html'}")


def report(folder: Path, out: Path, metric: str | None = None, group: str = "seed") -> Sweep:
    """Write the report of the runs below ``folder`` into the folder ``out``.

    Raises:
        UserError: there is no run, none has the metric, or ``out`` cannot be written.
    """
    sweep = make_sweep(folder, find_runs(folder, out), metric, group)
    files = contents(sweep)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            if content:
                write_whole(out / name, content)
            else:  # a plot that an earlier report had
                (out / name).unlink(missing_ok=True)
    except OSError as error:
        raise UserError(f"{out}: cannot be written ({error.strerror}); give --out=<folder>") from error
    return sweep


def contents(sweep: Sweep) -> dict[str, bytes]:
    """The files of the report by name; a plot that there is nothing for is empty."""
    events = read_all([run for setting in sweep.settings for run in setting.counted])
    plots = plot_all(sweep, events)
    return {
        "results.csv": write_runs(sweep).encode(),
        "results.md": write_markdown(sweep).encode(),
        **{f"{name}.png": b"" for name in NAMES},
        **{f"{plot.name}.png": plot.png for plot in plots},
        "index.html": write_page(sweep, plots, events).encode(),
    }


if __name__ == "__main__":
    main()
