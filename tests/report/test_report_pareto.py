"""The plot of figures over time: which settings are best, and when there is no plot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from report_runs import make_run

from textrm.report.gather import find_runs
from textrm.report.pareto import front, pareto
from textrm.report.sweep import Sweep, make_sweep


def sweep_of(root: Path, costs: list[float | None]) -> Sweep:
    for number, cost in enumerate(costs):
        run = make_run(root / str(number), [f"net.width={number}"], [[{"step": 9, "val/AP": 0.5 + number / 10}]])
        outcome = json.loads((run / "outcome.json").read_text())
        outcome |= {"cpu_seconds_per_megapixel": cost, "cpu_threads": 2}
        (run / "outcome.json").write_text(json.dumps(outcome))
    return make_sweep(root, find_runs(root, root / "report"))


def test_the_front_is_what_no_other_beats_in_both() -> None:
    points = [(3.0, 0.7, "c"), (1.0, 0.5, "a"), (2.0, 0.4, "b"), (4.0, 0.7, "d"), (1.0, 0.3, "e"), (5.0, 0.9, "f")]
    assert [name for _, _, name in front(points, higher=True)] == ["a", "c", "f"]
    assert [name for _, _, name in front(points, higher=False)] == ["e"]


def test_settings_of_different_cost_are_drawn(tmp_path: Path) -> None:
    plot = pareto(sweep_of(tmp_path, [0.1, 0.2, 2.5]), "val/AP")
    assert plot is not None
    assert plot.name == "pareto"
    assert plot.png.startswith(b"\x89PNG")


@pytest.mark.parametrize("costs", [[0.1, 0.1], [0.1, None], [None, None]])
def test_there_is_no_plot_without_two_costs(tmp_path: Path, costs: list[float | None]) -> None:
    assert pareto(sweep_of(tmp_path, costs), "val/AP") is None
