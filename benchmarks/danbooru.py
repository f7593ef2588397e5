"""How fast Danbooru metadata of full size is imported: ``python -m benchmarks.danbooru``."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import click
import numpy as np
import psutil
from rich.console import Console
from rich.progress import track
from rich.table import Table

from textrm.command_line import click_command

SHARDS = 20
GENERAL = 30_000
OTHERS = {"1": 20_000, "3": 5_000, "4": 20_000, "5": 300}  # artists, works, characters, meta: vocabulary by category
GENERAL_TAGS = 27  # a picture, on the average, beside one artist, one work, one or two characters, two meta tags
BODIES = 20_000  # different records of a shard; they come again with other ids, since drawing them takes long
IDS_PER_LINE = 1.6  # not every id is a picture that still exists
FIELD = ("2017 metadata, as its users tell", "", "", "2400", "", "8.0", "8 cores")


@click_command()
@click.option("--lines", default=3_000_000, show_default=True, help="records of metadata")
@click.option("--workers", default=2, show_default=True, help="processes of the importer, and of the making of data")
@click.option("--folder", type=click.Path(path_type=Path), help="where to work instead of a temporary folder")
@click.option("--suffix", type=click.Choice(["gz", "none"]), default="gz", show_default=True, help="packing of shards")
def main(lines: int, workers: int, folder: Path | None, suffix: str) -> None:
    """Make metadata in the real shape, import it with the real command, and print time and peak memory of all of it."""
    with tempfile.TemporaryDirectory(dir=folder) as work:
        metadata = Path(work) / "metadata"
        metadata.mkdir()
        size = make_metadata(metadata, lines, suffix == "gz", workers)
        on_disk = sum(path.stat().st_size for path in metadata.iterdir())
        command = [sys.executable, "-m", "textrm.importers.danbooru", f"{work}/out", "--metadata", str(metadata)]
        load = os.getloadavg()[0]
        seconds, cpu, peak = measure([*command, "--workers", str(workers)])
    table = Table(
        "metadata", "GB", "GB on disk", "seconds", "lines/s", "peak GB RSS", "processor",
        title=f"import of {lines:,} lines; load of the machine before: {load:.1f}",
    )  # fmt: skip
    table.add_row(
        f"{SHARDS} shards, {suffix}", f"{size / 1e9:.2f}", f"{on_disk / 1e9:.2f}", f"{seconds:.0f}",
        f"{lines / seconds:,.0f}", f"{peak / 1e9:.2f}", f"{workers} workers, {cpu:.0f} s of CPU",
    )  # fmt: skip
    table.add_row(*FIELD)
    Console(width=None if sys.stdout.isatty() else 160).print(table)


def make_metadata(folder: Path, lines: int, packed: bool, workers: int) -> int:
    """Write the shards; returns the bytes of their text."""
    parts = [len(part) for part in np.array_split(np.empty(lines, bool), SHARDS)]
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        sizes = pool.map(partial(write_shard, folder, packed), range(SHARDS), parts)
        return sum(track(sizes, "making metadata", total=SHARDS, console=Console(stderr=True)))


def write_shard(folder: Path, packed: bool, shard: int, lines: int) -> int:
    """Write one shard of ``lines`` records whose ids no other shard has; returns the bytes of its text."""
    rng = np.random.default_rng([20, shard])
    span = int(lines * IDS_PER_LINE)
    ids = shard * span + 1 + rng.choice(span, lines, replace=False)
    general, others = vocabulary()
    bodies = record_bodies(rng, min(lines, BODIES), general, others)
    order = rng.integers(0, len(bodies), lines)
    path = folder / f"{2021 * 10**12 + shard}{'.gz' if packed else ''}"
    size = 0
    with gzip.open(path, "wb", 1) if packed else path.open("wb") as file:
        for first in range(0, lines, 5_000):
            some = zip(ids[first : first + 5_000].tolist(), order[first : first + 5_000].tolist(), strict=True)
            content = "".join(f'{{"id": "{id}", {bodies[body]}' for id, body in some).encode()
            size += len(content)
            file.write(content)
    return size


def vocabulary() -> tuple[list[str], dict[str, list[str]]]:
    """Tags as they stand in a record, in order of use: the general ones, and the others by category."""
    rng = np.random.default_rng(20)
    syllables = [a + b for a in "bdghjklmnprstwyz" for b in ("a", "e", "i", "o", "u", "air", "ow")]

    def tags(category: str, count: int) -> list[str]:
        words = ["".join(syllables[i] for i in row[: 2 + row[0] % 3]) for row in rng.integers(0, 112, (2 * count, 4))]
        return [
            json.dumps({"id": str(1000 + i), "name": f"{words[2 * i]}_{words[2 * i + 1]}_{i}", "category": category})
            for i in range(count)
        ]

    return tags("0", GENERAL), {category: tags(category, count) for category, count in OTHERS.items()}


def record_bodies(rng: np.random.Generator, n: int, general: list[str], others: dict[str, list[str]]) -> list[str]:
    """Records with the fields of 2021 behind the id, in their order, up to the line's end; numbers are strings."""
    # Common tags come up several times in the draws of one record, so that more are drawn than are left.
    draws = np.maximum(rng.lognormal(np.log(GENERAL_TAGS * 1.25), 0.45, n).astype(int), 1)
    drawn = np.split(common_ones_first(rng, GENERAL, int(draws.sum())), np.cumsum(draws)[:-1])
    more = {category: common_ones_first(rng, len(tags), 2 * n).reshape(n, 2) for category, tags in others.items()}
    counts = rng.integers(1, 3, (n, 2))  # of characters and of meta tags
    numbers = rng.integers(1, 600_000, (n, 6))
    favs = [json.dumps([str(user) for user in row]) for row in rng.integers(1, 900_000, (64, 15))]
    rating = rng.choice(["s", "q", "e"], n, p=[0.76, 0.14, 0.1])
    suffix = rng.choice(["jpg", "png", "gif", "zip", "mp4"], n, p=[0.72, 0.26, 0.01, 0.006, 0.004])
    deleted = rng.random(n) < 0.06
    lines = []
    for i, few in enumerate(drawn):
        uploader, pixiv, size, side, score, fan = numbers[i].tolist()
        tags = [general[tag] for tag in sorted(set(few.tolist()))]
        for category, take in (("1", 1), ("3", 1), ("4", counts[i, 0]), ("5", counts[i, 1])):
            tags += [others[category][tag] for tag in dict.fromkeys(more[category][i, :take].tolist())]
        date = f"20{5 + side % 16:02d}-{1 + side % 12:02d}-{1 + side % 28:02d} 04:{side % 60:02d}:42.02344 UTC"
        lines.append(
            f'"created_at": "{date}", "uploader_id": "{uploader}", "score": "{score % 60}", '
            f'"source": "https://i.pximg.net/img-original/img/2020/05/05/00/00/00/{pixiv}_p0.png", '
            f'"md5": "{pixiv**7 % 2**128:032x}", "last_commented_at": "1970-01-01 00:00:00 UTC", '
            f'"rating": "{rating[i]}", "image_width": "{500 + side % 2000}", "image_height": "{500 + side % 1777}", '
            f'"is_note_locked": false, "file_ext": "{suffix[i]}", "last_noted_at": "1970-01-01 00:00:00 UTC", '
            f'"is_rating_locked": false, "parent_id": "0", "has_children": false, "approver_id": "0", '
            f'"file_size": "{size * 3}", "is_status_locked": false, "up_score": "{score % 60}", "down_score": "0", '
            f'"is_pending": false, "is_flagged": false, "is_deleted": {"true" if deleted[i] else "false"}, '
            f'"updated_at": "{date}", "is_banned": false, "pixiv_id": "{pixiv}", "tags": [{", ".join(tags)}], '
            f'"pools": [], "favs": {favs[fan % 64]}}}\n'
        )
    return lines


def common_ones_first(rng: np.random.Generator, count: int, size: int) -> np.ndarray:
    """Draws of 0 to count - 1 whose frequency falls nearly as one over the rank, as that of tags does."""
    weights = 1 / (np.arange(count) + 4.0)
    return np.searchsorted(np.cumsum(weights) / weights.sum(), rng.random(size)).clip(0, count - 1)


def measure(command: list[str]) -> tuple[float, float, int]:
    """Wall and CPU seconds of the command with all its processes, and the largest sum of their resident memory."""
    start, peak = time.perf_counter(), 0
    before = sum(psutil.Process().cpu_times()[2:4])  # of children that have ended
    process = subprocess.Popen(command)
    watched = psutil.Process(process.pid)
    while process.poll() is None:
        total = 0
        for one in (watched, *watched.children(recursive=True)):
            try:
                total += one.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        peak = max(peak, total)
        time.sleep(0.1)
    if process.returncode:
        sys.exit(f"error: the importer ended with status {process.returncode}")
    seconds = time.perf_counter() - start
    return seconds, sum(psutil.Process().cpu_times()[2:4]) - before, peak


if __name__ == "__main__":
    main()
