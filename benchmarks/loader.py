"""How fast training batches are made: ``python -m benchmarks.loader --manifest <manifest.csv>``."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click
import cv2
import torch
from rich.console import Console
from rich.table import Table

from textrm.command_line import click_command
from textrm.data.datamodule import DataModule, TrainingSet
from textrm.data.dataset import ManifestDataset
from textrm.data.synthetic import SyntheticDataset
from textrm.data.transforms import TrainTransform
from textrm.errors import UserError

WARM_UP = 2


@click_command()
@click.option(
    "--manifest", type=click.Path(path_type=Path), required=True, help="manifest.csv with masks and clean pages"
)
@click.option("--crop", default=512, show_default=True, help="side of a crop in px")
@click.option("--batch-size", default=8, show_default=True)
@click.option("--batches", default=12, show_default=True, help="batches to time, after two of warm-up")
@click.option(
    "--workers", default="0,1,2", show_default=True, help="numbers of worker processes, 0 = in the main process"
)
def main(manifest: Path, crop: int, batch_size: int, batches: int, workers: str) -> None:
    """Print how many crops a second the data sets give, in all and per worker process."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    console = Console()
    table = Table(
        "data",
        "workers",
        "crops/s",
        "crops/s per worker",
        title=f"{manifest}: crops of {crop} x {crop} px, batches of {batch_size}",
    )
    try:
        sources = _sources(manifest, crop)
    except UserError as error:
        sys.exit(f"error: {error}")
    for name, source in sources.items():
        for count in (int(number) for number in workers.split(",")):
            rate = _rate(source, count, batch_size, batches)
            table.add_row(name, str(count), f"{rate:.1f}", f"{rate / max(count, 1):.1f}")
    console.print(table)


def _sources(manifest: Path, crop: int) -> dict[str, TrainingSet]:
    transform = TrainTransform(crop)

    def pages(clean: bool, cache: float) -> ManifestDataset:
        return ManifestDataset(manifest, "train", transform, clean, replace_bad=True, cache_gigabytes=cache)

    cached = pages(False, 2.0)
    for index in range(len(cached)):
        cached.item(index)  # forked workers inherit the full cache
    return {
        "pages": pages(False, 0.0),
        "pages with clean": pages(True, 0.0),
        "pages, cached": cached,
        "art lettered on the fly": SyntheticDataset(1000, crop, transform, art=manifest, art_fraction=1.0),
        "drawn on the fly": SyntheticDataset(1000, crop, transform),
    }


def _rate(source: TrainingSet, workers: int, batch_size: int, batches: int) -> float:
    """Items per second after two batches of warm-up; nothing else uses the batches, so none lie ready when it ends."""
    samples = batch_size * (batches + WARM_UP)
    loader = DataModule(
        {"only": source}, None, batch_size=batch_size, workers=workers, samples_per_epoch=samples
    ).train_dataloader()
    start = 0.0
    for number, _ in enumerate(loader, 1):
        if number == WARM_UP:
            start = time.perf_counter()
    return batch_size * batches / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
