"""The table and the plot of the study, from what evaluation left."""

from __future__ import annotations

import csv
from pathlib import Path

import matplotlib

FIGURES = ("psnr", "psnr_near", "left", "change", "leak", "seconds")


def collect(judged: Path, path: Path) -> None:
    """One CSV of all methods: method, set, and the figures of textrm.evaluate."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("method", "set", *FIGURES))
        for table in sorted(judged.glob("*@*/summary.csv")):
            method, _, tested = table.parent.name.partition("@")
            with table.open(newline="") as summary:
                line = next(csv.DictReader(summary))
            values = [line[figure] for figure in FIGURES]
            writer.writerow((method, tested, *values))
            shown = (f"{name} {value[:7]}" for name, value in zip(FIGURES, values, strict=True))
            print(f"{method:20} {tested:16}", *shown)


def plot(path: Path, picture: Path) -> None:
    """PSNR of every method on the two sets as bars."""
    matplotlib.use("Agg")
    from matplotlib import pyplot  # here, because the backend is chosen first

    with path.open(newline="") as file:
        lines = list(csv.DictReader(file))
    sets = sorted({line["set"] for line in lines})
    found = {(line["method"], line["set"]): float(line["psnr"] or "nan") for line in lines}
    methods = sorted({line["method"] for line in lines}, key=lambda method: found.get((method, sets[-1]), 0.0))
    figure, axis = pyplot.subplots(figsize=(8, 0.6 + 0.45 * len(methods)), layout="constrained")
    for number, (name, colour) in enumerate(zip(sets, ("#9db4c0", "#1f6fb4"), strict=False)):
        rows = [row + 0.4 * (number - 0.5) for row in range(len(methods))]
        bars = axis.barh(rows, [found.get((method, name), 0.0) for method in methods], 0.36, color=colour, label=name)
        axis.bar_label(bars, fmt="%.1f", padding=3, fontsize=8)
    axis.set_yticks(range(len(methods)), methods)
    axis.set_xlabel("PSNR over the page, dB")
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(frameon=False, loc="lower right")
    figure.savefig(picture, dpi=120)
    pyplot.close(figure)
