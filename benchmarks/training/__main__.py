"""Our segmenters beside those of other libraries: ``python -m benchmarks.training [--test-manifest …] [--only …]``.

All nets are trained from random weights for equally many steps on the same crops: what a seed draws follows from the
seed alone. Loss (focal), optimizer (AdamW), schedule (one cycle of the learning rate over the run), clipping, bf16
autocast and channels-last layout are the same ones. Every net has the best of ``--rates``, by its AP on the drawn
pages (val) with the first seed. Peers get the scaling of the picture, the start of the last bias
and the momentum of BatchNorm's statistics that ours have. Without ``--manifest`` a set is drawn.

The defaults take about two hours on two free cores. What is finished is kept in ``--out`` and not repeated: give
another where a net was changed.
"""

from __future__ import annotations

import json
import logging
import sys
import warnings
from pathlib import Path
from typing import Any

import click
import cv2
import torch
from rich.progress import Progress

from benchmarks.training.measure import Settings, time_pages, train_and_score
from benchmarks.training.nets import OURS, PEERS, costs
from benchmarks.training.table import print_results, verdicts
from experiments.running import chosen
from textrm.command_line import click_command
from textrm.errors import UserError
from textrm.evaluate.scoring import Line, write_csv
from textrm.files import write_whole
from textrm.synth.write import write_set

PAGES, SIDE = 240, 512  # drawn pages of which 0.85 are trained on
NETS = OURS | PEERS


@click_command()
@click.option("--manifest", help="Pages to train on (split train) and to measure on (split val).  [a drawn set]")
@click.option("--test-manifest", default="", help="Further pages to measure on.")
@click.option("--test-split", default="val", show_default=True)
@click.option("--limit", default=24, show_default=True, help="Measure on so many pages of each set, evenly spread.")
@click.option("--steps", default=250, show_default=True)
@click.option("--crop", default=192, show_default=True, help="Side of the crops in pixels.")
@click.option("--batch", default=8, show_default=True, help="Crops in a batch.")
@click.option("--rates", default="0.002,0.006,0.02", show_default=True, help="Learning rates to try for each net.")
@click.option("--seeds", default="1,2,3", show_default=True)
@click.option("--threads", default=2, show_default=True)
@click.option("--only", help=f"Nets, separated by commas: {', '.join(NETS)}.  [all]")
@click.option("--out", default="runs/benchmarks/training", show_default=True, type=click.Path(path_type=Path))
def main(manifest: str | None, test_manifest: str, test_split: str, limit: int, steps: int, crop: int, batch: int,
         rates: str, seeds: str, threads: int, only: str | None, out: Path) -> None:  # fmt: skip
    """Train and measure what is not done yet, then print the table and write results.csv."""
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    torch.set_num_threads(threads)
    cv2.setNumThreads(1)
    names = chosen(only, NETS)
    try:
        numbers, tried = [int(seed) for seed in seeds.split(",")], [float(rate) for rate in rates.split(",")]
    except ValueError:
        sys.exit(f"error: --seeds {seeds} --rates {rates}: expected numbers separated by commas, as 1,2,3")
    try:
        settings = Settings(manifest or drawn(out / "pages"), test_manifest, test_split, limit, steps, crop, batch,
                            threads)  # fmt: skip
        lines = measure(names, numbers, tried, settings, out)
        write_csv(out / "results.csv", lines)
    except (UserError, ModuleNotFoundError) as error:
        sys.exit(f"error: {error}")
    print_results(lines, settings)
    for part in settings.held_out():
        for verdict in verdicts(lines, set(OURS), f"{part}_AP"):
            print(verdict)


def drawn(folder: Path) -> str:
    """The manifest of the drawn set, which is made where it is not there."""
    manifest = folder / "manifest.csv"
    return str(manifest if manifest.exists() else write_set(folder, PAGES, size=SIDE, split=(0.85, 0.15, 0.0)))


def measure(names: list[str], seeds: list[int], rates: list[float], settings: Settings, out: Path) -> list[Line]:
    """A line per net and seed, with the best rate; what has a file in ``out`` is not trained again.

    Raises:
        UserError: when the files in ``out`` were made with other settings, and for data that cannot be used.
    """
    keep(out / "settings.json", settings)
    shared = {name: costs(NETS[name]()) for name in names}  # first: a net that cannot be made shows here
    files = {name: out / "onnx" / f"{name}.onnx" for name in names}
    lines: list[Line] = []
    with Progress() as progress:

        def trained(name: str, seed: int, rate: float) -> dict[str, Any]:
            path = out / "pairs" / f"{name}-{rate:g}-{seed}.json"
            if not path.exists():
                found = train_and_score(name, NETS[name], seed, rate, settings, progress, files[name])
                write_whole(path, json.dumps(found).encode())
            progress.advance(bar)
            return json.loads(path.read_text()) | {"rate": rate}

        bar = progress.add_task("trainings", total=len(names) * (len(rates) - 1 + len(seeds)))
        for name in names:
            first = max((trained(name, seeds[0], rate) for rate in rates), key=lambda found: found["val_AP"])
            rest = {seed: trained(name, seed, first["rate"]) for seed in seeds[1:]}
            lines += [{"net": name, "seed": seed, **shared[name], **found}
                      for seed, found in ({seeds[0]: first} | rest).items()]  # fmt: skip
        times = timed(files, settings.threads, progress, out / "times.json")
    return [line | {"seconds_per_page": times[str(line["net"])]} for line in lines]


def keep(path: Path, settings: Settings) -> None:
    """Write the settings, or see that they are those of before.

    Raises:
        UserError: when they are not.
    """
    now = settings.plain()
    if path.exists() and (before := json.loads(path.read_text())) != now:
        changed = ", ".join(f"{key}={before.get(key)}" for key in before | now if before.get(key) != now.get(key))
        raise UserError(f"{path.parent} was measured with {changed}; give the same, another --out, or remove it")
    write_whole(path, json.dumps(now, indent=1).encode())


def timed(files: dict[str, Path], threads: int, progress: Progress, path: Path) -> dict[str, float]:
    """Seconds per page, all taken in one run; kept in ``path`` and taken anew when a net lacks its own."""
    times: dict[str, float] = json.loads(path.read_text()) if path.exists() else {}
    if not files.keys() <= times.keys():
        others = {name: path.parent / "onnx" / f"{name}.onnx" for name in times}
        times = time_pages(others | files, threads, progress)
        write_whole(path, json.dumps(times, indent=1).encode())
    return times


if __name__ == "__main__":
    main()
