"""Run folders as training leaves them, without training."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
import yaml
from torch.utils.tensorboard import SummaryWriter

Row = Mapping[str, float]


def make_run(
    folder: Path,
    overrides: Sequence[str],
    parts: Sequence[Sequence[Row]] = (),
    *,
    status: str = "finished",
    seed: int = 1,
    error: str | None = None,
    config: Mapping[str, object] | None = None,
    monitor: str = "val/AP",
    seconds: float = 60.0,
) -> Path:
    """A run whose ``parts`` are rows of metrics: the last is ``metrics.csv``, those before it are numbered."""
    folder.mkdir(parents=True)
    pictures = {"pictures": {"_target_": "textrm.callbacks.pictures.SegmentationPictures"}}
    (folder / "resolved.yaml").write_text(yaml.safe_dump({"seed": seed, "callbacks": pictures, **(config or {})}))
    outcome = {
        "status": status, "overrides": list(overrides), "seed": seed, "commit": "a4c7303", "seconds": seconds,
        "started": "2026-11-22T01:02:03+00:00", "peak_megabytes": 800.0 + seed, "monitor": monitor, "score": None,
        "error": error,
    }  # fmt: skip
    (folder / "outcome.json").write_text(json.dumps(outcome))
    for number, rows in enumerate(parts, 1):
        names = ["step", *sorted({name for row in rows for name in row} - {"step"})]
        name = "metrics.csv" if number == len(parts) else f"metrics.{number}.csv"
        with (folder / name).open("w", newline="") as file:
            writer = csv.DictWriter(file, names, restval="")
            writer.writeheader()
            writer.writerows(rows)
    return folder


def learning(best: float, steps: int = 100, every: int = 10, seed: int = 1) -> list[dict[str, float]]:
    """Rows of a training whose AP rises to ``best``, and of its test."""
    generator = np.random.default_rng(seed)
    rows: list[dict[str, float]] = []
    for step in range(every - 1, steps, every):
        part = 1 - np.exp(-4 * step / steps)
        rows.append({"step": step, "train/loss": float(1 - 0.8 * part + 0.05 * generator.normal())})
        rows.append(
            {"step": step, "val/AP": best * part, "val/loss": 1 - 0.7 * part, "val/small_recall": best * part / 2}
        )
    return [*rows, {"step": steps, "test/AP": best - 0.02, "test/false_area": 0.01 / best, "test/loss": 0.4}]


def write_events(folder: Path, precision: float, step: int = 99, curve: str = "test/PR", shade: float = 0.5) -> None:
    """A PR curve of four thresholds, precision 1 at recall 0.5 and ``precision`` at recall 1, and two pages."""
    lettering, found = 100, torch.tensor([100.0, 100.0, 50.0, 0.0])
    false = torch.tensor([100 / precision - 100, 100 / precision - 100, 0.0, 0.0])
    with SummaryWriter(str(folder)) as writer:
        writer.add_pr_curve_raw(
            curve, found, false, 300 - false, lettering - found, found / (found + false).clamp(min=1),
            found / lettering, global_step=step, num_thresholds=4,
        )  # fmt: skip
        for page in range(2):
            for then, light in ((step - 10, 0.0), (step, shade)):
                picture = torch.full((3, 60, 400), light)
                picture[:, 20:40, 40 * page + 20 : 40 * page + 180] = 1 - light
                writer.add_image(f"val_pictures/{page}", picture, then)
