"""How long an epoch of several processes takes, beside one process with their threads: ``python -m benchmarks.ranks``.

Both train the released tool's net (or whatever the overrides say) on the same batches. The first epoch, in which
processes start and kernels are built, is not counted.
"""

from __future__ import annotations

import json
import logging
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import pytorch_lightning as pl
from pytorch_lightning.callbacks import Callback
from rich.console import Console
from rich.table import Table

from benchmarks.training.loop import configured, crop_options, smallest
from textrm.command_line import click_command
from textrm.errors import UserError
from textrm.train import train

BAR = 1.1  # times the epoch of one process


@click_command()
@click.option("--ranks", default=2, show_default=True, help="Processes, of one thread each.")
@crop_options
@click.option("--steps", default=20, show_default=True, help="Of an epoch.")
@click.option("--epochs", default=2, show_default=True, help="Timed in a round.")
@click.option("--rounds", default=3, show_default=True, help="Each begins with new nets and new processes.")
def main(ranks: int, crop: int, batch: int, steps: int, epochs: int, rounds: int, pages: int,
         overrides: tuple[str, ...]) -> None:  # fmt: skip
    """Print seconds per epoch, training and validation; OVERRIDES are those of textrm.train."""
    logging.disable(logging.WARNING)
    ways = {
        f"1 process, {ranks} threads": [f"threads={ranks}"],
        f"{ranks} processes, 1 thread each": ["threads=1", "trainer=ddp", f"trainer.devices={ranks}"],
    }
    found: dict[str, list[list[float]]] = {way: [] for way in ways}
    with TemporaryDirectory() as name:
        folder = Path(name)
        shared = [
            *smallest(folder, crop, batch, pages, steps),
            "callbacks.progress=null", "callbacks.costs.cpu_threads=null", f"trainer.max_epochs={epochs + 1}",
        ]  # fmt: skip
        try:
            for number in range(rounds):
                for way in list(ways)[:: 1 if number % 2 else -1]:
                    given = [*shared, *ways[way], *overrides]
                    found[way].append(epoch_seconds(given, folder / f"{number}-{way}"))
        except UserError as error:
            sys.exit(f"error: {error}")
    one, several = found.values()
    ratios = [sum(theirs) / sum(its) for its, theirs in zip(one, several, strict=True)]
    table = Table("way", "seconds per epoch, median", "all", title=f"{steps} steps of {batch} crops of {crop}×{crop}")
    for way, times in found.items():
        flat = [seconds for times_of_round in times for seconds in times_of_round]
        table.add_row(way, f"{statistics.median(flat):.2f}", " ".join(f"{seconds:.2f}" for seconds in flat))
    Console(width=None if sys.stdout.isatty() else 120).print(table)
    told = " ".join(f"{ratio:.2f}" for ratio in ratios)
    print(f"{ranks} processes take {statistics.median(ratios):.2f} times as long (rounds: {told}); bar: {BAR}")


def epoch_seconds(overrides: list[str], run: Path) -> list[float]:
    """Of each epoch but the first, with its validation."""
    config = configured(*overrides)
    path = run.with_suffix(".json")
    config.callbacks = {**config.callbacks, "clock": {"_target_": "benchmarks.ranks.EpochClock", "path": str(path)}}
    train(config, run)
    return json.loads(path.read_text())[1:]


class EpochClock(Callback):
    """Writes the seconds of each epoch, training and validation, to ``path``."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)
        self.seconds: list[float] = []

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self.start = time.perf_counter()

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self.seconds.append(time.perf_counter() - self.start)

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if trainer.is_global_zero:
            self.path.write_text(json.dumps(self.seconds))


if __name__ == "__main__":
    main()
