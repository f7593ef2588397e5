"""Training throughput on this machine: ``python -m benchmarks.training [--crop 512] [--batch 4] [overrides …]``.

Trains the full-width slim Xception (or whatever the overrides say) for a few steps on a drawn set and prints pictures
per second and the share of the time that the training loop waited for data.
"""

from __future__ import annotations

import logging
import time
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import hydra
import torch
from hydra import compose, initialize_config_dir
from rich.console import Console
from rich.table import Table

from textrm.config import CONFIG_FOLDER
from textrm.data.synth.write import write_set


@click.command()
@click.option("--crop", default=512, show_default=True, help="Side of the crops in pixels.")
@click.option("--batch", default=4, show_default=True, help="Pictures in a batch.")
@click.option("--steps", default=10, show_default=True, help="Steps that are timed, after two that are not.")
@click.option("--pages", default=32, show_default=True, help="Drawn pages to train on.")
@click.argument("overrides", nargs=-1)
def main(crop: int, batch: int, steps: int, pages: int, overrides: tuple[str, ...]) -> None:
    """Print a line per precision."""
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    table = Table("precision", "pictures/s", "s/step", "waiting for data", title=f"{batch} crops of {crop}×{crop}")
    with TemporaryDirectory() as folder:
        manifest = write_set(Path(folder), pages, size=max(crop, 512), split=(0.9, 0.1, 0.0), sheet=False)
        for precision in ("float32", "bfloat16"):
            seconds, waited = measure(manifest, crop, batch, steps, precision == "bfloat16", overrides)
            table.add_row(
                precision, f"{batch * steps / seconds:.2f}", f"{seconds / steps:.2f}", f"{waited / seconds:.1%}"
            )
    Console().print(table)
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, {' '.join(overrides) or 'net=xception'}")


def measure(
    manifest: Path, crop: int, batch: int, steps: int, bfloat16: bool, overrides: tuple[str, ...]
) -> tuple[float, float]:
    """Seconds for ``steps`` steps, and how many of them were spent waiting for the loader."""
    with initialize_config_dir(str(CONFIG_FOLDER), version_base="1.3"):
        config = compose(
            "train",
            ["experiment=seg_xception", "data=manifest", f"data.manifest={manifest}", f"data.crop={crop}",
             f"data.batch_size={batch}", f"data.samples_per_epoch={batch * (steps + 2)}", *overrides],
        )  # fmt: skip
    torch.manual_seed(0)
    task: Any = hydra.utils.instantiate(config.task)
    batches = iter(hydra.utils.instantiate(config.data).train_dataloader())
    optimizer = task.make_optimizer(task.net.parameters())
    start = waited = 0.0
    for step in range(steps + 2):
        if step == 2:  # one step to build the kernels, one to fill the queue
            start, waited = time.perf_counter(), 0.0
        asked = time.perf_counter()
        item = next(batches)
        waited += time.perf_counter() - asked
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            logits = task(item["image"])
        loss = task.loss(logits, item["mask"], item["ignore"])
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(task.net.parameters(), 1.0)
        optimizer.step()
    return time.perf_counter() - start, waited


if __name__ == "__main__":
    main()
