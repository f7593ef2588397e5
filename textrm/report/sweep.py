"""Runs as a sweep: axes, settings with their spread over seeds, and what belongs in a table.

Without pandas: its ``groupby`` would say ``spread`` and ``make_settings`` in a third of their 25 lines, while what
makes an axis, a tie or a repeat are rules of our own, and a report would need one more large package.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from textrm.errors import UserError
from textrm.report.figures import better, in_order
from textrm.report.gather import Run
from textrm.runs.outcome import Status

COSTS = (
    "steps", "seconds", "peak_megabytes", "pictures_per_second", "parameters", "gmac_per_megapixel",
    "cpu_seconds_per_megapixel",
)  # fmt: skip
Rank = tuple[int, float, str]  # what values are ordered by, and compared: 2 and 2.0 are the same


def order(value: str) -> Rank:
    """Numbers before words, in numeric order."""
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    return (0, number, "") if math.isfinite(number) else (1, 0.0, value)


def is_number(value: str) -> bool:
    """Whether a value is ordered as a number."""
    return order(value)[0] == 0


def brief(value: str) -> str:
    """A value as people read it: 1.0 is 1, and long numbers are cut to six digits that count."""
    return f"{float(value):.6g}" if is_number(value) and (len(value) > 8 or value.endswith(".0")) else value


@dataclass(frozen=True)
class Spread:
    """Mean and sample standard deviation (NaN for fewer than two) of ``count`` known values."""

    mean: float
    deviation: float
    count: int


def spread(values: Iterable[float]) -> Spread:
    """Of the values that are not NaN."""
    known = [value for value in values if not math.isnan(value)]
    mean = statistics.fmean(known) if known else math.nan
    return Spread(mean, statistics.stdev(known) if len(known) > 1 else math.nan, len(known))


@dataclass
class Setting:
    """One combination of the axes' ``values``. ``counted`` of its ``runs`` are in the means."""

    values: dict[str, str]
    repeat: int
    runs: list[Run] = field(default_factory=list)
    counted: list[Run] = field(default_factory=list)

    def spread(self, figure: str) -> Spread:
        """Over the counted runs."""
        return spread(run.figures.get(figure, math.nan) for run in self.counted)

    def label(self, axes: Iterable[str], names: dict[str, str]) -> str:
        """``gamma=0.5, weight=2``, of some axes; ``names`` are what axes are called."""
        words = [f"{names[axis]}={brief(self.values[axis])}" for axis in axes if axis in self.values]
        repeat = f" (repeat {self.repeat})" if self.repeat > 1 else ""
        return (", ".join(words) or "all runs") + repeat


@dataclass
class Sweep:
    """All runs below ``folder``.

    ``columns`` are the keys whose value differs between runs, without the seed; ``axes`` those that make a setting: all
    that differ but ``group`` and the keys of ``tied``, which change only together with the axis or group that ``tied``
    holds for them. ``metric`` is the figure that plots show, None where no run has any. With ``so_far`` no
    run is finished, and the figures of unfinished ones are counted.
    """

    folder: Path
    runs: list[Run]
    group: str
    columns: list[str]
    axes: list[str]
    tied: dict[str, str]
    names: dict[str, str]
    settings: list[Setting]
    figures: list[str]
    metric: str | None
    so_far: bool

    @property
    def unfinished(self) -> list[Run]:
        """Runs that are failed, pruned or unfinished."""
        return [run for run in self.runs if run.status != Status.FINISHED]

    @property
    def shared(self) -> list[str]:
        """The overrides that all runs were given, in the first one's order."""
        first, *others = self.runs
        return [
            f"{key}={value}"
            for key, value in first.overrides.items()
            if key not in (*self.columns, "seed") and all(run.overrides.get(key) == value for run in others)
        ]

    def values(self, axis: str) -> list[str]:
        """The values of an axis in order."""
        return distinct(setting.values[axis] for setting in self.settings)

    def followed(self) -> str | None:
        """The figure of validation whose curve is shown: the metric, or its like, or the monitored one."""
        name = (self.metric or "").replace("test/", "val/")
        logged = {name for run in self.runs for name in run.history}
        return name if name.startswith("val/") and name in logged else monitored(self.runs)


def distinct(values: Iterable[str]) -> list[str]:
    """Values in order; of those that are the same number, the first."""
    found: dict[Rank, str] = {}
    for value in values:
        found.setdefault(order(value), value)
    return [found[rank] for rank in sorted(found)]


def make_sweep(folder: Path, runs: Sequence[Run], metric: str | None = None, group: str = "seed") -> Sweep:
    """Order and group runs; see :class:`Sweep`.

    Raises:
        UserError: no run has the metric, or ``group`` is the same in all runs.
    """
    keys = list(dict.fromkeys(key for run in runs for key in run.overrides if key != "seed"))
    columns = [key for key in keys if len({order(run.value(key)) for run in runs}) > 1]
    if group not in (*columns, "seed"):
        raise UserError(f"--group {group}: expected what differs between runs: {', '.join(('seed', *columns))}")
    tied = tie(runs, [key for key in columns if key != group], group)
    axes = [key for key in columns if key != group and key not in tied]
    if group != "seed" and len({order(run.seed) for run in runs}) > 1:
        axes.append("seed")
    ordered = sorted(runs, key=lambda run: ([order(run.value(key)) for key in columns], order(run.seed), run.name))
    number_repeats(ordered, columns)
    known = {name for run in ordered for name, value in run.figures.items() if not math.isnan(value)}
    if metric is not None and metric not in known:
        raise UserError(f"--metric {metric}: no run has it; there are {', '.join(in_order(known)) or 'none'}")
    measured = known - set(COSTS)
    metric = metric or monitored(ordered) or next(iter(in_order(measured)), None)
    so_far = not any(run.status == Status.FINISHED for run in ordered) and bool(measured)
    return Sweep(
        folder, ordered, group, columns, axes, tied, short_names(axes), make_settings(ordered, axes, so_far),
        in_order(known, metric), metric, so_far,
    )  # fmt: skip


def tie(runs: Sequence[Run], keys: Sequence[str], group: str) -> dict[str, str]:
    """Keys that follow one to one from one before them, or from ``group``: such as the rate that each budget has.

    Values of a search, most of which are tried once, follow from each other by chance and do not count.
    """
    tied: dict[str, str] = {}
    free = [] if group == "seed" else [group]
    for key in keys:
        for other in free:
            pairs = {(order(run.value(key)), order(run.value(other))) for run in runs}
            if len(pairs) == len({one for one, _ in pairs}) == len({two for _, two in pairs}) <= len(runs) / 2:
                tied[key] = other
                break
        else:
            free.append(key)
    return tied


def number_repeats(runs: Sequence[Run], columns: Sequence[str]) -> None:
    """Count runs of the same overrides and seed from 1, the finished ones first."""
    seen: Counter[tuple[Rank, ...]] = Counter()
    for run in sorted(runs, key=lambda run: (run.status != Status.FINISHED, run.name)):
        key = tuple(order(run.value(column)) for column in (*columns, "seed"))
        seen[key] += 1
        run.repeat = seen[key]


def make_settings(runs: Sequence[Run], axes: Sequence[str], so_far: bool) -> list[Setting]:
    """One per combination of the axes, in order; repeats are apart."""
    found: dict[tuple[tuple[Rank, ...], int], Setting] = {}
    for run in runs:
        key = tuple(order(run.value(axis)) for axis in axes), run.repeat
        setting = found.setdefault(key, Setting({axis: run.value(axis) for axis in axes}, run.repeat))
        setting.runs.append(run)
        if run.status == Status.FINISHED or (so_far and run.history):
            setting.counted.append(run)
    return [found[key] for key in sorted(found)]


def monitored(runs: Iterable[Run]) -> str | None:
    """The monitored figure of most runs that logged it."""
    found = Counter(run.monitor for run in runs if run.monitor in run.history)
    return found.most_common(1)[0][0] if found else None


def short_names(keys: Sequence[str]) -> dict[str, str]:
    """The last part of each key, or the whole key where that would be ambiguous."""
    last = Counter(key.rsplit(".", 1)[-1] for key in keys)
    return {key: tail if last[tail := key.rsplit(".", 1)[-1]] == 1 else key for key in keys}


def ranked(settings: Iterable[Setting], figure: str) -> list[Setting]:
    """Settings that have the figure, the best first."""
    known = [setting for setting in settings if setting.spread(figure).count]
    return sorted(known, key=lambda setting: setting.spread(figure).mean, reverse=better(figure) == "higher")
