"""The chosen figure over the two largest axes of a grid, as a heat map."""

from __future__ import annotations

import math
from itertools import product

import matplotlib
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, Normalize
from matplotlib.patches import Rectangle

from textrm.report.drawing import MOST_PANELS, ORANGE, Plot, direction, finish, pyplot
from textrm.report.figures import LOWER, better, shown
from textrm.report.sweep import Setting, Sweep, brief, order, ranked

MOST_VALUES = 12  # of an axis
WIDTH = 10  # inches of all panels beside each other, where one is not wider: a page shows it in its own size


def is_grid(sweep: Sweep) -> bool:
    """Whether the axes of a heat map have few values, and at least half of its cells were run."""
    if len(sweep.axes) < 2:
        return False
    across, down, panels = layout(sweep)
    columns, rows = len(sweep.values(across)), len(sweep.values(down))
    first = [setting for setting in sweep.settings if setting.repeat == 1]
    return columns <= MOST_VALUES and len(panels) <= MOST_PANELS and 2 * len(first) >= columns * rows * len(panels)


def layout(sweep: Sweep) -> tuple[str, str, list[dict[str, str]]]:
    """The axes with the most values, across and down, and what of the others was run together: a panel for each."""
    across, down, *others = sorted(sweep.axes, key=lambda axis: -len(sweep.values(axis)))
    panels = {
        tuple(order(setting.values[axis]) for axis in others): {axis: setting.values[axis] for axis in others}
        for setting in sweep.settings
    }
    return across, down, [panels[key] for key in sorted(panels)]


def heat_map(sweep: Sweep, metric: str) -> Plot:
    """Two axes with the most values across and down, a panel for each combination of the others."""
    across, down, panels = layout(sweep)
    columns, rows = sweep.values(across), sweep.values(down)
    cells = {
        tuple(order(setting.values[axis]) for axis in (across, down, *panels[0])): setting
        for setting in sweep.settings if setting.repeat == 1
    }  # fmt: skip
    known = ranked(cells.values(), metric)
    means = [setting.spread(metric).mean for setting in known]
    scale = Normalize(min(means), max(means) if max(means) > min(means) else min(means) + 1e-9)
    colours = matplotlib.colormaps["cividis_r" if better(metric) == LOWER else "cividis"]
    breadth = 0.9 + 1.15 * len(columns)
    wide = max(1, min(3, len(panels), int(WIDTH / breadth)))
    tall = math.ceil(len(panels) / wide)
    size = (2.0 + wide * breadth, 0.7 + tall * (0.9 + 0.62 * len(rows)))
    figure, grid = pyplot.subplots(tall, wide, figsize=size, squeeze=False, sharex=True, sharey=True)
    for number, axis in enumerate(grid.flat):
        if number >= len(panels):
            axis.set_visible(False)
            continue
        key = tuple(map(order, panels[number].values()))
        best = next((one for one in known if tuple(order(one.values[name]) for name in panels[number]) == key), None)
        for (row, below), (column, right) in product(enumerate(rows), enumerate(columns)):
            setting = cells.get((order(right), order(below), *key))
            _cell(axis, column, row, setting, metric, scale, colours, setting is best)
        axis.set_xlim(-0.5, len(columns) - 0.5)
        axis.set_ylim(len(rows) - 0.5, -0.5)
        axis.set_xticks(range(len(columns)), [brief(value) for value in columns])
        axis.set_yticks(range(len(rows)), [brief(value) for value in rows])
        axis.tick_params(length=0, labelbottom=number + wide >= len(panels))
        axis.spines[:].set_visible(False)
        axis.set_title(", ".join(f"{sweep.names[name]} = {value}" for name, value in panels[number].items()))
    figure.supxlabel(across, fontsize=10)
    figure.supylabel(down, fontsize=10)
    figure.colorbar(matplotlib.cm.ScalarMappable(scale, colours), ax=list(grid.flat), label=direction(metric),
                    pad=0.02, aspect=25)  # fmt: skip
    title = f"{metric} over {down} and {across}"
    figure.suptitle(title)
    caption = "Mean ± standard deviation over a setting's runs, their number where some are missing. "
    caption += f"The best{' of each panel' * (len(panels) > 1)} is framed."
    if any(setting.repeat > 1 for setting in sweep.settings):
        caption += " Repeated runs are in the table only."
    return finish("metric", title, caption, figure)


def _cell(axis: Axes, column: int, row: int, setting: Setting | None, metric: str, scale: Normalize,
          colours: Colormap, best: bool) -> None:  # fmt: skip
    spread = setting.spread(metric) if setting else None
    corner = (column - 0.48, row - 0.48)
    if setting is None or spread is None or not spread.count:
        axis.add_patch(Rectangle(corner, 0.96, 0.96, facecolor="#f0f0f0"))
        text = "not run" if setting is None else setting.runs[0].status
        axis.text(column, row, text, ha="center", va="center", fontsize=8, color="#555555", style="italic")
        return
    colour = colours(scale(spread.mean))
    light = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2] > 0.5
    axis.add_patch(Rectangle(corner, 0.96, 0.96, facecolor=colour))
    if best:
        axis.add_patch(Rectangle(corner, 0.96, 0.96, fill=False, edgecolor=ORANGE, linewidth=2.5))
    mean, _, deviation = shown(spread.mean, spread.deviation).partition(" ± ")
    missing = f"\n{spread.count} of {len(setting.runs)}" if spread.count < len(setting.runs) else ""
    text = mean + (f"\n± {deviation}" if deviation else "") + missing
    axis.text(column, row, text, ha="center", va="center", fontsize=9, color="black" if light else "white")
