"""A sweep ends with a table of its jobs, the best first."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from hydra_plugins.textrm_sweepers._jobs import Job
from hydra_plugins.textrm_sweepers._table import print_table
from textrm.runs.outcome import Outcome, Status


def test_the_best_job_comes_first_and_unknown_costs_are_left_out(tmp_path: Path) -> None:
    jobs = []
    for value, score, status in ((1, 0.25, Status.FINISHED), (2, None, Status.FAILED), (3, 0.75, Status.FINISHED)):
        folder = tmp_path / str(value)
        folder.mkdir()
        Outcome(status, score=score, monitor="val/AP", seconds=65.0, parameters=1234567).write(folder)
        jobs.append(Job(("experiment=x", f"loss.gamma={value}"), folder))
    text = io.StringIO()
    print_table(jobs, tmp_path, Console(file=text, width=20))
    lines = [
        [cell.strip() for cell in line.strip("│").split("│")] for line in text.getvalue().splitlines() if "│" in line
    ]
    assert lines == [
        ["loss.gamma=3", "finished", "0.7500", "1 min 05 s", "1,234,567"],
        ["loss.gamma=1", "finished", "0.2500", "1 min 05 s", "1,234,567"],
        ["loss.gamma=2", "failed", "–", "1 min 05 s", "1,234,567"],
    ]
    assert "val/AP" in text.getvalue()
    assert text.getvalue().splitlines()[-1] == f"more of it: textrm report {tmp_path}"
