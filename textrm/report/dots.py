"""The chosen figure of every run over each axis, as dots."""

from __future__ import annotations

import math

from matplotlib.axes import Axes

from textrm.report.drawing import BLUE, GREY, MOST_PANELS, ORANGE, Plot, direction, finish, pyplot
from textrm.report.sweep import Sweep, brief, is_number, order
from textrm.runs.outcome import Status

MOST_NAMES = 12  # values that are written out; more numbers get a scale


def dots(sweep: Sweep, metric: str) -> Plot:
    """A panel per axis with a dot for every run; with one axis of few values also the means."""
    axes = sweep.axes[:MOST_PANELS] or [""]
    wide = min(3, len(axes))
    tall = math.ceil(len(axes) / wide)
    most = max(len(sweep.values(axis)) if axis else 1 for axis in axes)
    width = max(4.2, min(9.0, 1.5 + 0.9 * most)) if len(axes) == 1 else 3.6 * wide
    figure, grid = pyplot.subplots(tall, wide, figsize=(width, 0.6 + 3.2 * tall), squeeze=False, sharey=True)
    for number, axis in enumerate(grid.flat):
        if number < len(axes):
            _dots(axis, sweep, axes[number], metric, means=len(sweep.axes) < 2)
            axis.set_ylabel(direction(metric) if number % wide == 0 else "")
        else:
            axis.set_visible(False)
    handles = {label: line for axis in grid.flat for line, label in zip(*axis.get_legend_handles_labels(), strict=True)}
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=3, frameon=False)
    title = f"{metric} of every run" + (f" over {axes[0]}" if len(sweep.axes) == 1 else "")
    figure.suptitle(title)
    caption = "A dot is a run." + " A line is the mean of a setting's runs." * (len(sweep.axes) < 2)
    if len(axes) > 1:
        caption += " Each panel shows all runs over one axis, whatever their other values."
    return finish("metric", title, caption, figure)


def _dots(axis: Axes, sweep: Sweep, key: str, metric: str, means: bool) -> None:
    values = sweep.values(key) if key else [""]
    numeric = len(values) > MOST_NAMES and all(map(is_number, values))
    across_of = {order(value): float(value) if numeric else float(index) for index, value in enumerate(values)}
    faces = ((Status.FINISHED, BLUE, BLUE), ("not finished", BLUE, "none"), (Status.PRUNED, GREY, "none"))
    for status, colour, face in faces:
        runs = [
            run for run in sweep.runs
            if not math.isnan(run.figures.get(metric, math.nan))
            and (run.status if run.status in (Status.FINISHED, Status.PRUNED) else "not finished") == status
            and order(run.value(key) if key else "") in across_of
        ]  # fmt: skip
        if runs:
            across = [across_of[order(run.value(key) if key else "")] for run in runs]
            axis.scatter(across, [run.figures[metric] for run in runs], s=30, facecolors=face, edgecolors=colour,
                         alpha=0.75, label=status)  # fmt: skip
    if means and not numeric:
        for setting in sweep.settings:
            if (spread := setting.spread(metric)).count:
                centre = across_of[order(setting.values[key]) if key else order("")]
                axis.hlines(
                    spread.mean, centre - 0.25, centre + 0.25, color=ORANGE, linewidth=2, label="mean", zorder=3
                )
    if not numeric:
        axis.set_xticks(range(len(values)), [brief(value) for value in values] if key else ["all runs"])
        axis.set_xlim(-0.6, len(values) - 0.4)
        if max(map(len, values)) * len(values) > 40:
            axis.tick_params(axis="x", rotation=30)
    elif min(across_of.values()) > 0 and max(across_of.values()) >= 30 * min(across_of.values()):
        axis.set_xscale("log")
        axis.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axis.set_xlabel(key)
    axis.grid(axis="y", color="#e6e6e6")
    axis.set_axisbelow(True)
