"""The chosen figure over what a net costs on a CPU: which settings no other one beats in both."""

from __future__ import annotations

import math
from collections.abc import Sequence

from textrm.report.drawing import BLUE, GREY, ORANGE, Plot, direction, finish, pyplot
from textrm.report.figures import HIGHER, better
from textrm.report.sweep import Sweep

COST = "cpu_seconds_per_megapixel"
Point = tuple[float, float, str]  # cost, figure, name of the setting
_MOST_NAMES = 20


def pareto(sweep: Sweep, metric: str) -> Plot | None:
    """A dot for each setting and the line of the best; None where fewer than two differ in their cost."""
    points: list[Point] = []
    for setting in sweep.settings:
        cost, value = setting.spread(COST).mean, setting.spread(metric).mean
        if not (math.isnan(cost) or math.isnan(value)):
            points.append((cost, value, setting.label(sweep.axes, sweep.names)))
    if len({cost for cost, _, _ in points}) < 2:
        return None
    best = front(points, better(metric) == HIGHER)
    figure, axes = pyplot.subplots(figsize=(6.4, 4.2))
    axes.scatter([cost for cost, _, _ in points], [value for _, value, _ in points], color=GREY, s=30, label="setting")
    costs, values = [cost for cost, _, _ in best], [value for _, value, _ in best]
    axes.step(costs, values, where="post", color=ORANGE, linewidth=1.5, zorder=1)
    axes.scatter(costs, values, color=BLUE, s=36, zorder=3, label="none is better in both")
    for cost, value, name in best[:_MOST_NAMES]:
        axes.annotate(name, (cost, value), xytext=(4, 4), textcoords="offset points", fontsize=8)
    if costs[0] > 0 and max(cost for cost, _, _ in points) >= 10 * costs[0]:
        axes.set_xscale("log")
    threads = sorted({str(run.cpu_threads) for setting in sweep.settings for run in setting.counted if run.cpu_threads})
    axes.set_xlabel(f"CPU seconds per megapixel, ONNX Runtime on {' or '.join(threads) or '?'} threads")
    axes.set_ylabel(direction(metric))
    axes.grid(color="#e6e6e6")
    axes.set_axisbelow(True)
    axes.legend(frameon=False)
    title = f"{metric} over time"
    figure.suptitle(title)
    caption = "A dot is the mean of a setting's runs. No other setting is both faster and better than the blue ones."
    return finish("pareto", title, caption, figure)


def front(points: Sequence[Point], higher: bool) -> list[Point]:
    """The points that no other one beats in both, by their cost."""
    found: list[Point] = []
    for point in sorted(points, key=lambda point: (point[0], -point[1] if higher else point[1])):
        if not found or (point[1] > found[-1][1] if higher else point[1] < found[-1][1]):
            found.append(point)
    return found
