"""Curves of the settings: a figure over the steps, the training loss, precision over recall."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from textrm.report.drawing import MOST_PANELS, Plot, direction, finish, pyplot
from textrm.report.events import Curve, Events, common_curve
from textrm.report.gather import Run
from textrm.report.sweep import Setting, Sweep, order, ranked

# Okabe and Ito's colours, told apart by colour-blind eyes too.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8a8a8a")
DASHES = ("-", "--", "-.", ":", "-", "--", "-.", ":")
POINTS = 40  # a training loss is averaged down to about as many
Panels = dict[str, dict[str, Setting]]  # title -> label -> setting


def plot_curves(sweep: Sweep, events: Mapping[str, Events]) -> list[Plot | None]:
    """Learning curve, training loss and precision-recall curve, None where there is nothing to draw."""
    band = "Mean of a setting's runs as far as all of them go, in a band from the least to the greatest."
    loss = f"{band} Long runs are smoothed. The losses of different settings of the loss are not comparable."
    equal = "Mean precision of a setting's runs at equal recall, in a band from the least to the greatest."
    followed = sweep.followed()
    tag = common_curve([events[run.name] for setting in sweep.settings for run in setting.counted])

    def learning(run: Run) -> Curve | None:
        return _steps(run, followed or "")

    def training(run: Run) -> Curve | None:
        return smoothed(_steps(run, "train/loss"))

    def precision(run: Run) -> Curve | None:
        return events[run.name].curves.get(tag or "")

    title = f"Precision over recall, {'test' if tag == 'test/PR' else 'last validation'}"
    return [
        _plot(sweep, learning, "learning", f"{followed} while training", ("step", direction(followed or "")), band),
        _plot(sweep, training, "loss", "Training loss", ("step", "train/loss"), loss),
        _plot(sweep, precision, "precision_recall", title, ("recall", "precision"), equal),
    ]


def _steps(run: Run, name: str) -> Curve | None:
    values = {step: value for step, value in run.history.get(name, {}).items() if math.isfinite(value)}
    return (np.array(list(values), float), np.array(list(values.values()))) if values else None


def smoothed(curve: Curve | None) -> Curve | None:
    """Means of neighbouring values, about POINTS of them; a shorter curve stays as it is."""
    if curve is None or len(curve[0]) < 2 * POINTS:
        return curve
    starts = np.arange(0, len(curve[0]), len(curve[0]) // POINTS)
    sizes = np.diff([*starts, len(curve[0])])
    return np.add.reduceat(curve[0], starts) / sizes, np.add.reduceat(curve[1], starts) / sizes


def mean_curve(curves: Sequence[Curve]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Places, mean, least and greatest over the range that all curves cover; between their points they are straight."""
    first, last = max(curve[0][0] for curve in curves), min(curve[0][-1] for curve in curves)
    steps = np.unique(np.concatenate([curve[0] for curve in curves]))
    steps = steps[(steps >= first) & (steps <= last)]
    values = np.stack([np.interp(steps, *curve) for curve in curves])
    return steps, values.mean(0), values.min(0), values.max(0)


def panels_of(sweep: Sweep, settings: Sequence[Setting]) -> tuple[Panels, list[Setting]]:
    """Settings to draw in colour, by panels of few lines each, and those that are drawn in grey."""
    most = len(COLOURS)
    if len(settings) <= most:
        return {"": {setting.label(sweep.axes, sweep.names): setting for setting in settings}}, []
    for axis in sorted(sweep.axes, key=lambda axis: len(sweep.values(axis))):
        others = [other for other in sweep.axes if other != axis]
        panels: Panels = {}
        for value in sweep.values(axis):
            here = [setting for setting in settings if order(setting.values[axis]) == order(value)]
            panels[f"{axis} = {value}"] = {setting.label(others, sweep.names): setting for setting in here}
        if len(panels) <= MOST_PANELS and len({label for lines in panels.values() for label in lines}) <= most:
            return {title: lines for title, lines in panels.items() if lines}, []
    best = ranked(settings, sweep.metric or "")[:most]
    return {"": {setting.label(sweep.axes, sweep.names): setting for setting in best}}, [
        setting for setting in settings if not any(setting is other for other in best)
    ]


def looks(labels: Sequence[str], panels: Iterable[Mapping[str, Setting]], sweep: Sweep) -> dict[str, tuple[str, str]]:
    """Colour and dash of every label: a scale where the lines differ in one number, else colours far apart."""
    settings = {label: lines[label] for lines in panels for label in lines}
    varied = [axis for axis in sweep.axes if any(f"{sweep.names[axis]}=" in label for label in labels)]
    numbers = {order(setting.values[varied[0]]) for setting in settings.values()} if len(varied) == 1 else set()
    if len(numbers) == len(labels) > 2 and all(kind == 0 for kind, _, _ in numbers):
        scale = matplotlib.colormaps["viridis"]
        shades = [scale(0.88 * number / (len(labels) - 1)) for number in range(len(labels))]
        return {label: (matplotlib.colors.to_hex(shade), "-") for label, shade in zip(labels, shades, strict=True)}
    return {label: (COLOURS[number], DASHES[number]) for number, label in enumerate(labels)}


def _plot(sweep: Sweep, curve: Callable[[Run], Curve | None], name: str, title: str, words: tuple[str, str],
          caption: str) -> Plot | None:  # fmt: skip
    """One line per setting; None where no run has a curve."""
    drawn: dict[int, list[Curve]] = {}
    for setting in sweep.settings:
        found = [one for run in setting.counted if (one := curve(run)) is not None and len(one[0])]
        if found:
            drawn[id(setting)] = found
    settings = [setting for setting in sweep.settings if id(setting) in drawn]
    if not settings:
        return None
    panels, grey = panels_of(sweep, settings)
    labels = list(dict.fromkeys(label for lines in panels.values() for label in lines))
    look = looks(labels, panels.values(), sweep)
    wide = 2 if len(panels) == 4 else min(3, len(panels))
    tall = math.ceil(len(panels) / wide)
    across = 7.5 if wide == 1 else 3.9 * wide  # inches
    columns = max(1, min(len(labels), int(13 * across / (8 + max(map(len, labels))))))
    under = 0.22 * math.ceil(len(labels) / columns) * (len(labels) > 1)
    size = across, 0.9 + under + (3.8 if tall == wide == 1 else 3.1 * tall)
    figure, grid = pyplot.subplots(tall, wide, figsize=size, squeeze=False, sharey=True, sharex=True)
    for axis in list(grid.flat)[len(panels) :]:
        axis.set_visible(False)
    for number, (axis, (heading, lines)) in enumerate(zip(grid.flat, panels.items(), strict=False)):
        for setting in grey:
            axis.plot(*mean_curve(drawn[id(setting)])[:2], color="#cccccc", linewidth=0.8)
        for label, setting in lines.items():
            _line(axis, drawn[id(setting)], label, *look[label])
        axis.set_title(heading)
        lowest = number + wide >= len(panels)
        axis.tick_params(labelbottom=lowest)
        axis.set(xlabel=words[0] if lowest else "", ylabel=words[1] if number % wide == 0 else "")
        axis.grid(color="#e6e6e6")
        axis.set_axisbelow(True)
        if name == "precision_recall":
            axis.set(xlim=(0, 1.02), ylim=(0, 1.02))
        else:
            axis.xaxis.set_major_locator(MaxNLocator("auto", integer=True, steps=[1, 2, 5, 10]))
    figure.suptitle(title)
    handles = {label: line for axis in grid.flat for line, label in zip(*axis.get_legend_handles_labels(), strict=True)}
    if len(handles) > 1:
        figure.legend(
            [handles[label] for label in labels], labels, loc="outside lower center", ncols=columns, frameon=False
        )
    if grey:
        caption += f" The best {len(labels)} settings are in colour, the other {len(grey)} in grey."
    return finish(name, title, caption, figure)


def _line(axis: Axes, curves: Sequence[Curve], label: str, colour: str, dash: str) -> None:
    steps, mean, least, greatest = mean_curve(curves)
    axis.plot(steps, mean, dash, color=colour, label=label, linewidth=1.6, marker="o" if len(steps) < 3 else "")
    if len(curves) > 1:
        axis.fill_between(steps, least, greatest, color=colour, alpha=0.12, linewidth=0)
