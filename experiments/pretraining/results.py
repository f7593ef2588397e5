"""The tables and the plot of the study, from what the runs left."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from statistics import mean, stdev

import matplotlib

FIGURES = ("AP", "F1", "F1tol", "small_recall")  # of segmentation, by textrm.evaluate


def collect(out: Path, path: Path) -> None:
    """One CSV of all runs: stage, start, seed, figure, value."""
    lines = [*tagging_lines(out / "tagging"), *segmentation_lines(out / "segmentation")]
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("stage", "start", "seed", "figure", "value"))
        writer.writerows(lines)
    for (stage, start, figure), values in grouped(path).items():
        spread = f" ± {stdev(values):.4f}" if len(values) > 1 else ""
        print(
            f"{stage:13} {start:11} {figure:13} {mean(values):.4f}{spread}  ({', '.join(f'{v:.4f}' for v in values)})"
        )


def tagging_lines(folder: Path) -> Iterator[tuple[str, str, str, str, str]]:
    """The last validation of every tagger."""
    for run in sorted(done.parent for done in folder.glob("*-*/finished")):
        start, _, seed = run.name.rpartition("-")
        validated = []
        for path in (*sorted(run.glob("metrics.*.csv")), run / "metrics.csv"):  # of its parts, where it was resumed
            with path.open(newline="") as file:
                validated += [line for line in csv.DictReader(file) if line.get("val/mAP")]
        if validated:
            for figure in ("mAP", "mAP_micro", "CF1", "OF1", "prior"):
                yield "tagging", start, seed, figure, validated[-1][f"val/{figure}"]


def segmentation_lines(folder: Path) -> Iterator[tuple[str, str, str, str, str]]:
    """What textrm.evaluate found for every segmenter."""
    for table in sorted(folder.glob("*-*/judged/summary.csv")):
        start, _, seed = table.parent.parent.name.rpartition("-")
        with table.open(newline="") as file:
            line = next(csv.DictReader(file))
        for figure in FIGURES:
            yield "segmentation", start, seed, figure, line[figure]


def grouped(path: Path) -> dict[tuple[str, str, str], list[float]]:
    """The values of all seeds by stage, start and figure."""
    values: dict[tuple[str, str, str], list[float]] = {}
    with path.open(newline="") as file:
        for line in csv.DictReader(file):
            values.setdefault((line["stage"], line["start"], line["figure"]), []).append(float(line["value"] or "nan"))
    return values


def plot(path: Path, picture: Path) -> None:
    """Every seed as a dot and the mean as a line: mAP of the taggers, AP of the segmenters."""
    matplotlib.use("Agg")
    from matplotlib import pyplot  # here, because the backend is chosen first

    values = grouped(path)
    panels = [("tagging", "mAP", "mAP of tags, drawn pages"), ("segmentation", "AP", "AP of lettering, real pages")]
    figure, axes = pyplot.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    for axis, (stage, name, title) in zip(axes, panels, strict=True):
        starts = [start for s, start, f in values if (s, f) == (stage, name)]
        for across, start in enumerate(starts):
            found = values[stage, start, name]
            axis.scatter([across] * len(found), found, s=42, color="#1f6fb4", zorder=3)
            axis.hlines(mean(found), across - 0.25, across + 0.25, color="#d1495b", linewidth=2)
        axis.set_xticks(range(len(starts)), starts)
        axis.set_xlim(-0.6, len(starts) - 0.4)
        axis.set_title(title, fontsize=11)
        axis.grid(axis="y", alpha=0.3)
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(picture, dpi=120)
    pyplot.close(figure)
