"""What the framework costs: ``python -m benchmarks.overhead [--ranks 2] [--crop 192] [--steps 30] [overrides …]``.

Trains the released tool's net (or whatever the overrides say), the smallest one, beside which everything else weighs
most, with ``textrm.train`` and all its default callbacks and loggers, and in a bare PyTorch loop with the same net,
loader, loss, optimizer, schedule, clipping and precision; with ``--ranks`` in several processes, and PyTorch's DDP. The
two take turns step by step, so that what else the machine does meets both alike. Validation and checkpoints, at the end
of an epoch, are not counted.
"""

from __future__ import annotations

import json
import logging
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import hydra
import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback
from rich.console import Console
from rich.table import Table

from benchmarks.training.loop import bare_steps, configured, crop_options, smallest
from textrm.command_line import click_command
from textrm.errors import UserError
from textrm.train import train

WARM_UP = 3  # steps: kernels are built and the queue is filled
BAR = 0.03  # share of the bare loop's step


@click_command()
@crop_options
@click.option("--steps", default=30, show_default=True, help="Steps timed in a round, after three that are not.")
@click.option("--rounds", default=5, show_default=True, help="Each begins with new nets.")
@click.option("--threads", default=2, show_default=True, help="Of each process.")
@click.option("--ranks", default=1, show_default=True, help="Processes that train together.")
@click.option("--precisions", default="32-true,bf16-mixed", show_default=True)
def main(crop: int, batch: int, steps: int, rounds: int, pages: int, threads: int, ranks: int, precisions: str,
         overrides: tuple[str, ...]) -> None:  # fmt: skip
    """Print a line per precision; OVERRIDES are those of textrm.train."""
    logging.disable(logging.WARNING)
    table = Table("precision", "bare s/step", "textrm s/step", "overhead", "of the rounds", "pictures/s", "waiting",
                  title=f"{batch} crops of {crop}×{crop}, {ranks} × {threads} threads, {rounds} × {steps} steps",
                  caption="pictures/s and the share of time waiting for data are the bare loop's")  # fmt: skip
    try:
        with TemporaryDirectory() as name:
            folder = Path(name)
            shared = [
                *smallest(folder, crop, batch, pages, steps + WARM_UP),
                f"threads={threads}", "trainer.max_epochs=1", "+trainer.limit_val_batches=1",
                *(["trainer=ddp", f"trainer.devices={ranks}"] if ranks > 1 else ()),
            ]  # fmt: skip
            for precision in precisions.split(","):
                given = [*shared, f"trainer.precision={precision}", *overrides]
                table.add_row(precision, *measure(given, folder / precision, rounds, batch))
    except UserError as error:
        sys.exit(f"error: {error}")
    Console(width=None if sys.stdout.isatty() else 120).print(table)
    print(
        f"bar: overhead of at most {BAR:.0%}; torch {torch.__version__}, {' '.join(overrides) or 'net=xception_fast'}"
    )


def measure(overrides: Sequence[str], folder: Path, rounds: int, batch: int) -> list[str]:
    """The cells of one line."""
    pairs: list[dict[str, float]] = []
    shares = []
    for number in range(rounds):
        found = paired_steps(overrides, folder / str(number))
        pairs += found
        shares.append(overhead(found))
    bare, framed = ([pair[way] for pair in pairs] for way in ("bare", "textrm"))
    return [
        f"{statistics.median(bare):.4f}", f"{statistics.median(framed):.4f}", f"{overhead(pairs):+.1%}",
        f"{min(shares):+.1%} … {max(shares):+.1%}", f"{batch * len(bare) / sum(bare):.1f}",
        f"{sum(pair['waited'] for pair in pairs) / sum(bare):.1%}",
    ]  # fmt: skip


def overhead(pairs: Sequence[dict[str, float]]) -> float:
    """How much longer the steps take than the bare ones beside them, as a share of those: of the sums.

    A median would not see what happens in every tenth step only, as logging does.
    """
    return sum(pair["textrm"] for pair in pairs) / sum(pair["bare"] for pair in pairs) - 1


def paired_steps(overrides: Sequence[str], run: Path) -> list[dict[str, float]]:
    """Seconds of the timed steps of one epoch of ``textrm.train``, each with those of a bare step beside it."""
    config = configured(*overrides)
    clock = {"_target_": "benchmarks.overhead.PairedClock", "path": str(run / "steps.json"),
             "overrides": list(overrides)}  # fmt: skip
    config.callbacks = {**config.callbacks, "clock": clock}
    train(config, run)
    return json.loads((run / "steps.json").read_text())[WARM_UP:]


class PairedClock(Callback):
    """Makes a bare step after each step of Lightning, times both and writes the seconds to ``path``.

    A step of Lightning ends where the next one of the bare loop begins, after its own callbacks of the step; what is
    done behind them is counted in its next step.
    """

    def __init__(self, path: str, overrides: Sequence[str]) -> None:
        self.path, self.config = Path(path), configured(*overrides)
        self.pairs: list[dict[str, float]] = []

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self.bare = bare_steps(hydra.utils.instantiate(self.config.task), self.config)
        self.start = time.perf_counter()

    def on_train_batch_end(self, *arguments: Any) -> None:
        seconds = time.perf_counter() - self.start
        step = next(self.bare)
        self.pairs.append({"textrm": seconds, "bare": step.seconds, "waited": step.waited})
        self.start = time.perf_counter()

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        if trainer.is_global_zero:
            self.path.write_text(json.dumps(self.pairs))


if __name__ == "__main__":
    main()
