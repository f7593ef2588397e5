"""What a large manifest costs, in processor time and memory: ``python -m benchmarks.manifest``."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import cv2
import numpy as np
import psutil
from rich.console import Console
from rich.table import Table

from textrm.command_line import click_command
from textrm.data.datamodule import DataModule
from textrm.data.dataset import ManifestDataset
from textrm.data.manifest import read_manifest
from textrm.data.transforms import EvalTransform

FOLDERS = 100
HEADER = "id,split,group,image,clean,mask,tags,width,height,source,licence,language\n"


@click_command()
@click.option("--rows", default=1_000_000, show_default=True)
@click.option("--kind", default="csv", show_default=True, help="of table: csv, parquet or arrow")
@click.option("--items", default=128_000, show_default=True, help="how many a worker process reads")
def main(rows: int, kind: str, items: int) -> None:
    """Read a manifest, make a data set of it, and read items in a worker process.

    Memory is anonymous memory: pages of files, which all processes share, are not counted.
    """
    table = Table("what", "CPU, s", "main, MB", "worker, MB", title=f"a manifest of {rows} rows, {kind}")
    with tempfile.TemporaryDirectory() as folder:
        path = _write(Path(folder), rows, kind)
        begin = _anonymous()

        def row(name: str, what: Callable[[], Any]) -> Any:
            before = time.process_time()
            result = what()
            seconds = time.process_time() - before
            table.add_row(name, f"{seconds:.2f}", f"+{_anonymous() - begin:.0f}", _workers())
            return result

        manifest = row("read_manifest", lambda: read_manifest(path))
        del manifest
        data = row("data set", lambda: ManifestDataset(path, "train", EvalTransform(), clean=False))
        module = DataModule({"pages": data}, batch_size=64, workers=1)
        loader: Any = iter(module.train_dataloader())
        row(f"{items} items", lambda: [next(loader) and None for _ in range(items // 64)])
        loader.close()
    Console().print(table)


def _write(folder: Path, rows: int, kind: str) -> Path:
    """A manifest in which each of some folders' pictures, of 8 pixels, is many rows."""
    for number in range(FOLDERS):
        for role in ("img", "msk"):
            (folder / role / f"{number:02d}").mkdir(parents=True)
            cv2.imwrite(str(folder / role / f"{number:02d}" / "0.png"), np.full((8, 8), 99, np.uint8))
    with (folder / "manifest.csv").open("w") as file:
        file.write(HEADER)
        for number in range(rows):
            place = f"{number * FOLDERS // rows:02d}/0.png"
            split = "val" if number % 100 == 0 else "train"
            file.write(f"page{number:07d},{split},work{number // 200},img/{place},,msk/{place},1girl solo smile,8,8,"
                       "Someone,CC BY,ja\n")  # fmt: skip
    path = folder / f"manifest.{kind}"
    if kind != "csv":  # in a process of its own: what it holds is not counted
        subprocess.run(
            [sys.executable, "-m", "textrm.data.convert", str(folder / "manifest.csv"), str(path)], check=True
        )
    return path


def _anonymous() -> float:
    """What this process holds, whether or not it shares it with those that it forked."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1e3


def _workers() -> str:
    """What those alone hold that this process forked."""
    children = [child.memory_full_info().uss / 1e6 for child in psutil.Process().children()]
    return ", ".join(f"{held:.0f}" for held in children)


if __name__ == "__main__":
    main()
