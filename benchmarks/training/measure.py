"""Trains one net of the benchmark of training, measures it on held-out pages, and times all on one page."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import hydra
import numpy as np
import torch
from rich.progress import Progress
from torch import nn

from benchmarks.training.loop import Step, bare_steps, configured
from textrm.data.manifest import load_sample, read_manifest
from textrm.evaluate.scoring import choose_rows
from textrm.export.graph import export
from textrm.export.wrappers import exported
from textrm.metrics import PixelCounts, count_pixels
from textrm.page.models.segmenter import SegmentationModel
from textrm.tasks.segmentation import SegmentationTask

PAGE = (1401, 992)  # height and width of the page whose time is taken
RECIPE = ("optimizer=adamw", "scheduler=one_cycle", "scheduler.pct_start=0.25", "trainer.precision=bf16-mixed")
CALLS = 7  # that a time is the median of


@dataclass(frozen=True, slots=True)
class Settings:
    """What all nets have in common; ``test_manifest`` is a text, empty where there is none."""

    manifest: str
    test_manifest: str
    test_split: str
    limit: int
    steps: int
    crop: int
    batch: int
    threads: int

    def plain(self) -> dict[str, Any]:
        """As it is kept on disk."""
        return asdict(self)

    def held_out(self) -> dict[str, tuple[str, str]]:
        """Manifest and split of the pages to measure on, by the name of their columns."""
        sets = {"val": (self.manifest, "val")}
        return sets | ({"test": (self.test_manifest, self.test_split)} if self.test_manifest else {})


def train_and_score(name: str, make: Callable[[], nn.Module], seed: int, rate: float, settings: Settings,
                    progress: Progress, file: Path) -> dict[str, float]:  # fmt: skip
    """Steps per second without waiting for data, last loss, and AP and small-word recall of a net trained from scratch.

    The net is exported to ``file`` unless that is there.
    """
    torch.manual_seed(seed)
    net = make()
    steps = []
    bar = progress.add_task(f"{name}, seed {seed}, rate {rate:g}", total=settings.steps)
    for step in steps_of(net, seed, rate, settings):
        steps.append(step)
        progress.advance(bar)
    people = {
        "steps_per_second": 1 / statistics.median(step.seconds - step.waited for step in steps),
        "loss": statistics.mean(step.loss for step in steps[-20:]),
    }
    net.eval()
    for part, (manifest, split) in settings.held_out().items():
        scores = score(net, Path(manifest), split, settings.limit, progress).scores()
        people |= {f"{part}_{figure}": scores[figure] for figure in ("AP", "small_recall")}
    if not file.exists():
        export(net, file, run=name, threshold=0.5)
    progress.remove_task(bar)
    return people


def steps_of(net: nn.Module, seed: int, rate: float, settings: Settings) -> Iterator[Step]:
    """Train a net in place, at most at ``rate``; what it sees follows from the seed and the settings alone."""
    config = configured(
        "experiment=seg_xception", "data=manifest", f"data.manifest={settings.manifest}", f"data.crop={settings.crop}",
        f"data.batch_size={settings.batch}", f"data.samples_per_epoch={settings.batch * settings.steps}",
        f"seed={seed}", *RECIPE, f"scheduler.max_lr={rate}", f"trainer.max_steps={settings.steps}",
    )  # fmt: skip
    parts = {key: hydra.utils.instantiate(config[key]) for key in ("loss", "optimizer", "scheduler")}
    return bare_steps(SegmentationTask(net, **parts), config)


def score(net: nn.Module, path: Path, split: str, limit: int, progress: Progress) -> PixelCounts:
    """The pooled pixels of whole pages, padded to the stride with their repeated edge.

    Raises:
        UserError: when there is no page; textrm.data.manifest.BadRow when one cannot be read.
    """
    manifest, model = read_manifest(path), exported(net)
    rows = choose_rows(manifest, split, limit)
    bar = progress.add_task(f"  {split} pages", total=len(rows))
    counts = PixelCounts()
    for row in rows:
        sample = load_sample(manifest, row, clean=False)
        height, width = sample.mask.shape
        with torch.inference_mode():
            prob = model(torch.from_numpy(padded(sample.image, model.stride))[None])[0, 0, :height, :width]
        level = (prob * 255).round().byte().numpy()
        counts += count_pixels(level, sample.mask, sample.ignore)
        progress.advance(bar)
    progress.remove_task(bar)
    return counts


def padded(image: np.ndarray, stride: int) -> np.ndarray:
    """H W 3 with its last row and column repeated up to multiples of ``stride``."""
    below, right = (-side % stride for side in image.shape[:2])
    return np.pad(image, ((0, below), (0, right), (0, 0)), mode="edge")


def time_pages(files: Mapping[str, Path], threads: int, progress: Progress) -> dict[str, float]:
    """Seconds of one page by net: the median of several calls after one, all nets in turn, with onnxruntime."""
    image = np.random.default_rng(0).integers(0, 256, (*PAGE, 3), np.uint8)
    models = {name: SegmentationModel(file, threads) for name, file in files.items()}
    times: dict[str, list[float]] = {name: [] for name in models}
    bar = progress.add_task("one page", total=(CALLS + 1) * len(models))
    for _ in range(CALLS + 1):
        for name, model in models.items():
            pixels = padded(image, model.stride)
            start = time.perf_counter()
            model(pixels)
            times[name].append(time.perf_counter() - start)
            progress.advance(bar)
    progress.remove_task(bar)
    return {name: statistics.median(found[1:]) for name, found in times.items()}
