"""The tables say what was measured: every run, means, the best by direction, what is not finished."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from report_runs import make_run
from rich.console import Console

from textrm.report.gather import find_runs
from textrm.report.sweep import Sweep, make_sweep
from textrm.report.table import print_tables, setting_lines, write_markdown, write_runs


def sweep_of(root: Path) -> Sweep:
    figures = {"1": (0.5, 0.2, 30.0), "2": (0.6, 0.1, 40.0)}
    for gamma, (ap, area, seconds) in figures.items():
        for seed in (1, 2):
            last = {"step": 10, "test/false_area": area, "test/F1": 0.7}
            make_run(root / f"{gamma}-{seed}", [f"loss.gamma={gamma}", f"seed={seed}"],
                     [[{"step": 9, "val/AP": ap + seed / 100}, last]], seed=seed, seconds=seconds)  # fmt: skip
    make_run(root / "3-1", ["loss.gamma=3", "seed=1"], [[{"step": 4, "val/AP": 0.9}]], status="failed",
             error="a | b\nfell over")  # fmt: skip
    return make_sweep(root, find_runs(root, root / "report"))


def test_every_run_is_a_line_of_the_csv(tmp_path: Path) -> None:
    lines = list(csv.DictReader(io.StringIO(write_runs(sweep_of(tmp_path)))))
    assert list(lines[0]) == [
        "run", "status", "loss.gamma", "seed", "repeat", "val/AP", "test/F1", "test/false_area", "steps", "seconds",
        "peak_megabytes", "pictures_per_second", "parameters", "gmac_per_megapixel", "cpu_seconds_per_megapixel",
        "commit", "error",
    ]  # fmt: skip
    assert [line["run"] for line in lines] == ["1-1", "1-2", "2-1", "2-2", "3-1"]
    assert lines[1] == {
        "run": "1-2", "status": "finished", "loss.gamma": "1", "seed": "2", "repeat": "1", "val/AP": "0.52",
        "test/F1": "0.7", "test/false_area": "0.2", "steps": "10", "seconds": "30", "peak_megabytes": "802",
        "pictures_per_second": "", "parameters": "", "gmac_per_megapixel": "", "cpu_seconds_per_megapixel": "",
        "commit": "a4c7303", "error": "",
    }  # fmt: skip
    assert (lines[4]["status"], lines[4]["val/AP"], lines[4]["test/F1"]) == ("failed", "0.9", "")
    assert lines[4]["error"] == "a | b fell over"


def test_the_best_is_marked_by_direction_and_the_failed_one_listed(tmp_path: Path) -> None:
    text = write_markdown(sweep_of(tmp_path))
    settings, _, unfinished = text.partition("## Not finished")
    lines = [line for line in settings.splitlines() if line.startswith("|")]
    assert lines[0] == "| loss.gamma | n | val/AP | test/F1 | test/false_area | steps | seconds | peak_megabytes |"
    assert lines[2] == (
        "| 1 | 2 | 0.5150 ± 0.0071 | 0.7000 ± 0.0000 | 0.2000 ± 0.0000 | 10 | 30.00 ± 0.00 | 801.5 ± 0.7 |"
    )
    assert lines[3] == (
        "| 2 | 2 | **0.6150 ± 0.0071** | 0.7000 ± 0.0000 | **0.1000 ± 0.0000** | 10 | 40.00 ± 0.00 | 801.5 ± 0.7 |"
    )
    assert lines[4].startswith("| 3 | 0 of 1 | – |")  # 0.9 of the failed run is not the best
    assert "5 runs: 4 finished, 1 failed" in text
    assert "| 3-1 | failed | a \\| b fell over | 3 | 1 | 5 | 0.9000 |" in unfinished


def test_a_figure_that_some_runs_lack_says_of_how_many_it_is(tmp_path: Path) -> None:
    make_run(tmp_path / "1", ["seed=1"], [[{"step": 9, "val/AP": 0.5, "val/small_recall": 0.25}]], seed=1)
    make_run(tmp_path / "2", ["seed=2"], [[{"step": 9, "val/AP": 0.5, "val/small_recall": float("nan")}]], seed=2)
    lines = setting_lines(make_sweep(tmp_path, find_runs(tmp_path, tmp_path / "report")))
    assert [cell.text for cell in lines.rows[0]][:3] == ["2", "0.5000 ± 0.0000", "0.2500 (1)"]


def test_the_figures_of_the_same_stage_come_first_and_those_of_the_csv_keep_their_order(tmp_path: Path) -> None:
    make_run(tmp_path / "1", [], [[{"step": 9, "val/AP": 0.5, "val/F1": 0.6}, {"step": 10, "test/AP": 0.4}]])
    runs = find_runs(tmp_path, tmp_path / "report")
    costs = ["steps", "seconds", "peak_megabytes"]
    assert setting_lines(make_sweep(tmp_path, runs)).head == ["n", "val/AP", "val/F1", "test/AP", *costs]
    assert setting_lines(make_sweep(tmp_path, runs, "val/F1")).head == ["n", "val/F1", "val/AP", "test/AP", *costs]
    assert setting_lines(make_sweep(tmp_path, runs, "test/AP")).head == ["n", "test/AP", "val/AP", "val/F1", *costs]
    assert write_runs(make_sweep(tmp_path, runs, "val/F1")).split(",")[4:7] == ["val/F1", "test/AP", "val/AP"]


@pytest.mark.parametrize(("width", "all_of_them"), [(40, False), (300, True)])
def test_the_terminal_shows_as_many_figures_as_there_is_room_for(width: int, all_of_them: bool, tmp_path: Path) -> None:
    console = Console(width=width, file=io.StringIO(), color_system=None)
    print_tables(sweep_of(tmp_path), console)
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert "0.6150 ± 0.0071" in text  # the figure that is followed
    assert ("peak_megabytes" in text) == all_of_them
    assert ("in results.md" in text) != all_of_them
    assert "a | b fell over" in text
