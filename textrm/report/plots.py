"""All plots of a report."""

from __future__ import annotations

from collections.abc import Mapping

from textrm.report.curves import plot_curves
from textrm.report.dots import dots
from textrm.report.drawing import STYLE, Plot, pyplot
from textrm.report.events import Events
from textrm.report.heat_map import heat_map, is_grid
from textrm.report.pareto import pareto
from textrm.report.sweep import Sweep, ranked

NAMES = ("metric", "pareto", "learning", "loss", "precision_recall")


def plot_all(sweep: Sweep, events: Mapping[str, Events]) -> list[Plot]:
    """Those of NAMES that there is anything to draw of."""
    with pyplot.rc_context(STYLE):
        over_time = None if sweep.metric is None else pareto(sweep, sweep.metric)
        plots = (plot_metric(sweep), over_time, *plot_curves(sweep, events))
    return [plot for plot in plots if plot is not None]


def plot_metric(sweep: Sweep) -> Plot | None:
    """The heat map or the dots; None where fewer than two runs have the metric."""
    if sweep.metric is None or sum(setting.spread(sweep.metric).count for setting in sweep.settings) < 2:
        return None
    first = [setting for setting in sweep.settings if setting.repeat == 1]  # a heat map shows no repeats
    if is_grid(sweep) and ranked(first, sweep.metric):
        return heat_map(sweep, sweep.metric)
    return dots(sweep, sweep.metric)
