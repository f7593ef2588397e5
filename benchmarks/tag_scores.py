"""What the metrics of tagging cost: ``python -m benchmarks.tag_scores``.

Scores drawn at random for as many tags as Danbooru's set has, counted batch by batch by our metric and by torchmetrics'
two kinds of average precision, each in a process of its own.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable

import click
import torch
from rich.console import Console
from rich.table import Table
from torchmetrics import Metric
from torchmetrics.classification import MultilabelAveragePrecision

from textrm.command_line import click_command
from textrm.tasks.tag_scores import TagScores

WAYS: dict[str, Callable[[int], Metric]] = {
    "ours, 512 bins of the logit": TagScores,
    "torchmetrics, 512 thresholds": lambda tags: MultilabelAveragePrecision(tags, thresholds=512),
    "torchmetrics, exact": MultilabelAveragePrecision,
}


@click_command()
@click.option("--pictures", default=11_300, show_default=True, help="Danbooru's set has ten times as many.")
@click.option("--tags", default=500, show_default=True)
@click.option("--batch", default=64, show_default=True)
@click.option("--way", type=click.Choice(sorted(WAYS)), help="Measure this one and print; used by the table.")
def main(pictures: int, tags: int, batch: int, way: str | None) -> None:
    """Print seconds, what the state holds, and by how much the process grew."""
    if way is not None:
        print(*measure(WAYS[way](tags), pictures, tags, batch))
        return
    table = Table(
        "metric", "seconds", "state MB", "process grew by MB", "mAP", title=f"{tags} tags, {pictures} pictures"
    )
    for name in WAYS:
        command = [sys.executable, "-m", "benchmarks.tag_scores", "--way", name, "--pictures", str(pictures),
                   "--tags", str(tags), "--batch", str(batch)]  # fmt: skip
        found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        table.add_row(name, *found)
    Console().print(table)


def measure(metric: Metric, pictures: int, tags: int, batch: int) -> tuple[str, str, str, str]:
    generator = torch.Generator().manual_seed(0)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = 0.0
    for start in range(0, pictures, batch):
        logits = 3 * torch.randn(min(batch, pictures - start), tags, generator=generator) - 3
        truth = torch.rand(logits.shape, generator=generator) < logits.sigmoid()
        begin = time.perf_counter()
        metric.update(logits, truth.float() if isinstance(metric, TagScores) else truth.long())
        seconds += time.perf_counter() - begin
    begin = time.perf_counter()
    found = metric.compute()
    seconds += time.perf_counter() - begin
    states = metric.metric_state.values()
    tensors = [tensor for state in states for tensor in (state if isinstance(state, list) else [state])]
    size = sum(tensor.numel() * tensor.element_size() for tensor in tensors) / 1e6
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1e3
    value = found["mAP"] if isinstance(found, dict) else float(found)
    return f"{seconds:.1f}", f"{size:.1f}", f"{grown:.0f}", f"{value:.4f}"


if __name__ == "__main__":
    main()
