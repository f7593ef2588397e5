"""How fast pictures are read out of tars, beside loose files: ``python -m benchmarks.shards``."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import cv2
import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from textrm.command_line import click_command
from textrm.data.datamodule import DataModule
from textrm.data.dataset import ManifestDataset
from textrm.data.manifest import Row, write_manifest
from textrm.data.sample import Sample
from textrm.data.shards.write import pack

KINDS = {"JPEG": ".jpg", "stored pixels": ".bmp"}


@click_command()
@click.option("--pages", default=200, show_default=True)
@click.option("--height", default=1024, show_default=True, help="in px; pages are three quarters as wide")
@click.option("--rounds", default=15, show_default=True, help="each reads all pages, of files and of tars in turn")
@click.option("--workers", default=1, show_default=True, help="worker processes, 0 = in the main process")
def main(pages: int, height: int, rounds: int, workers: int) -> None:
    """Print samples per second per worker and per second of processor time, and how tars stand to files.

    Ratios are medians over the rounds, of pairs that were measured one right after the other. Processor time is that of
    reading in the main process, which other programs on the machine do not disturb.
    """
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    table = Table(
        "pictures", "from", "samples/s per worker", "tars / files", "samples/CPU-s", "tars / files",
        title=f"{pages} pages of {height} x {height * 3 // 4} px, {workers} workers, medians of {rounds} rounds",
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        for kind, suffix in KINDS.items():
            files = _write(Path(folder) / suffix[1:], pages, height, suffix)
            pack(files, files.parent / "tars", samples=pages // 4, seed=0, workers=1)
            sets = {"files": files, "tars": files.parent / "tars" / "manifest.csv"}
            rows = [_rates(sets, rounds, _of_workers(pages, workers)), _rates(sets, rounds, _of_main)]
            for name in sets:
                cells = [
                    cell
                    for rates in rows
                    for cell in (
                        f"{statistics.median(rates[name]):.1f}",
                        f"{statistics.median(map(_ratio, rates['tars'], rates['files'])):.3f}"
                        if name == "tars"
                        else "",
                    )
                ]
                table.add_row(kind, name, *cells)
    Console().print(table)


def _rates(sets: dict[str, Path], rounds: int, rate: Callable[[Path], float]) -> dict[str, list[float]]:
    """The rate of each set in each round; the first round warms up, and which comes first alternates."""
    found: dict[str, list[float]] = {name: [] for name in sets}
    for number in range(rounds + 1):
        for name in list(sets)[:: 1 if number % 2 else -1]:
            value = rate(sets[name])
            if number:
                found[name].append(value)
    return found


def _ratio(one: float, other: float) -> float:
    return one / other


def _of_workers(pages: int, workers: int) -> Callable[[Path], float]:
    """Samples per second and worker of a loader, without the start of its processes."""

    def rate(path: Path) -> float:
        module = DataModule({"pages": _data(path)}, batch_size=4, workers=workers)
        batches = iter(module.train_dataloader())
        next(batches)
        begin = time.perf_counter()
        count = sum(len(batch["id"]) for batch in batches)
        return count / (time.perf_counter() - begin) / max(workers, 1)

    return rate


def _of_main(path: Path) -> float:
    data = _data(path)
    data[0]
    begin = time.process_time()
    for draw in DataModule({"pages": data}).sampler:
        data.item(draw.item)
    return len(data) / (time.process_time() - begin)


def _data(path: Path) -> ManifestDataset:
    return ManifestDataset(path, "train", _small, clean=False, need_mask=False, window=2)


def _small(sample: Sample, rng: np.random.Generator) -> dict[str, Any]:
    """Nearly nothing of a picture: reading is what is measured."""
    return {"id": sample.id, "image": torch.from_numpy(sample.image[:8, :8].copy())}


def _write(folder: Path, pages: int, height: int, suffix: str) -> Path:
    """Pages with smooth tones, sharp edges and some noise."""
    (folder / "image").mkdir(parents=True)
    rows, width = [], height * 3 // 4
    for number in range(pages):
        rng = np.random.default_rng(number)
        page = cv2.resize(rng.integers(0, 256, (12, 9, 3), np.uint8), (width, height), interpolation=cv2.INTER_CUBIC)
        for _ in range(60):
            corner, size = rng.integers(0, height, 2), rng.integers(8, 90, 2)
            page[corner[0] : corner[0] + size[0], corner[1] : corner[1] + size[1]] = rng.integers(0, 256, 3)
        page = cv2.add(page, rng.integers(0, 12, page.shape, np.uint8))
        name = f"image/{number:06d}{suffix}"
        cv2.imwrite(str(folder / name), page, [cv2.IMWRITE_JPEG_QUALITY, 90] if suffix == ".jpg" else [])
        rows.append(Row(f"p{number}", "train", f"g{number // 20}", name))
    write_manifest(folder / "manifest.csv", rows)
    return folder / "manifest.csv"


if __name__ == "__main__":
    main()
