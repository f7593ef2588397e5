"""Pages by the thousand: ``python -m benchmarks.scale [--pages N] [--listed N] [--many N]``, needs the extra ``ray``.

Plans a tree of files, waits for the first page of it, cleans small pages in processes and on Ray, and kills a machine
of a simulated cluster while it cleans; of many tiny pages it tells the memory. A shared machine makes all but the first
figure longer.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import click
import cv2
import numpy as np
import psutil
from ray.cluster_utils import Cluster
from rich.console import Console
from rich.table import Table

from textrm.command_line import click_command
from textrm.page.planning.plan import Planning

_SIDE = (240, 320)  # height and width of a page
_TINY = (64, 80)
_FOLDER = 1000  # files of a folder
_LINKS = 30_000  # of a file: a file system allows no more than 65,000 or so
_STARTED = 3  # pages that are done when a machine is killed


@click_command()
@click.option("--pages", default=400, show_default=True, help="Pages that are cleaned, each time.")
@click.option("--listed", default=20_000, show_default=True, help="Files that are planned.")
@click.option("--clean/--no-clean", default=True, show_default=True, help="Also clean.")
@click.option("--many", default=0, show_default=True, help="Tiny pages that are cleaned on Ray.")
def main(pages: int, listed: int, clean: bool, many: int) -> None:
    """Measure how planning and cleaning grow."""
    table = Table("what", "figure")
    with tempfile.TemporaryDirectory(prefix="textrm-scale-") as name:
        folder = Path(name)
        tree = _tree(folder / "tree", listed)
        table.add_row(f"plan of {listed} files", f"{_plan(tree, folder / 'out'):.2f} CPU-s")
        table.add_row(f"first page of {listed}", f"{_first_page(tree, folder / 'first'):.2f} s")
        table.add_row("first page of 1", f"{_first_page(_tree(folder / 'one', 1), folder / 'first-of-one'):.2f} s")
        if clean:
            book = _tree(folder / "book", pages)
            for what, arguments in _WAYS.items():
                seconds, taken = _seconds(book, folder / what.replace(" ", "-"), arguments)
                told = "" if "ray" in arguments else f", {taken / pages:.3f} CPU-s each"  # Ray's are not our children
                table.add_row(f"{pages} pages, {what}", f"{seconds:.1f} s, {pages / seconds:.1f} pages/s{told}")
            table.add_row(f"{pages} pages, a machine killed", _killed(book, folder, pages))
        if many:
            table.add_row(f"{many} tiny pages, Ray, two actors", _memory(_tree(folder / "tiny", many, _TINY), folder))
    Console(width=120).print(table)


_WAYS = {
    "one process": ["--jobs", "1", "--threads", "1"],
    "two processes": ["--jobs", "2", "--threads", "2"],
    "Ray, one actor": ["--engine", "ray", "--jobs", "1", "--threads", "1"],
    "Ray, two actors": ["--engine", "ray", "--jobs", "2", "--threads", "2"],
}


def _tree(root: Path, files: int, side: tuple[int, int] = _SIDE) -> Path:
    """So many pages of one word, most of them links to the same file."""
    height, width = side
    page = np.full((*side, 3), 255, np.uint8)
    cv2.putText(page, "HELLO", (width * 3 // 16, height * 13 // 24), cv2.FONT_HERSHEY_DUPLEX, width / 200, (0, 0, 0),
                max(1, width // 100), cv2.LINE_AA)  # fmt: skip
    content = cv2.imencode(".png", page)[1].tobytes()
    first = root
    for number in range(files):
        path = root / f"{number // _FOLDER:05}" / f"{number % _FOLDER:03}.png"
        if number % _LINKS == 0:
            path.parent.mkdir(parents=True)
            path.write_bytes(content)
            first = path
            continue
        if number % _FOLDER == 0:
            path.parent.mkdir()
        os.link(first, path)
    return root


def _plan(tree: Path, out: Path) -> float:
    start = time.process_time()
    for _ in Planning(out, books=True).parts([tree]):
        pass
    return time.process_time() - start


def _command(book: Path, out: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "textrm.infer", str(book), "-o", str(out), *arguments]


def _first_page(tree: Path, out: Path) -> float:
    start = time.monotonic()
    with subprocess.Popen(_command(tree, out, "--jobs", "1"), stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and not any(out.rglob("[0-9]*.png")):
            time.sleep(0.01)
        seconds = time.monotonic() - start
        process.terminate()
    return seconds


def _seconds(book: Path, out: Path, arguments: list[str]) -> tuple[float, float]:
    """Of the clock, and of processors."""
    start, before = time.monotonic(), os.times()
    subprocess.run(_command(book, out, *arguments), stderr=subprocess.DEVNULL, check=True)
    after = os.times()
    taken = after.children_user + after.children_system - before.children_user - before.children_system
    return time.monotonic() - start, taken


def _killed(book: Path, folder: Path, pages: int) -> str:
    """Clean on two machines of a simulated cluster, one of which is killed; says whether each page is there once."""
    out, record = folder / "killed", folder / "record.jsonl"
    os.environ.setdefault("RAY_worker_niceness", "0")  # as of the others
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    here = {"object_store_memory": 80 << 20, "include_dashboard": False}
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, **here})
    try:
        other = cluster.add_node(num_cpus=1, object_store_memory=80 << 20)
        cluster.wait_for_nodes()
        arguments = ["--engine", "ray", "--address", cluster.address, "--jobs", "2", "--record", str(record)]
        start = time.monotonic()
        with subprocess.Popen(_command(book, out, *arguments), stderr=subprocess.PIPE, text=True) as process:
            while process.poll() is None and (not record.exists() or len(record.read_bytes().splitlines()) < _STARTED):
                time.sleep(0.05)
            cluster.remove_node(other, allow_graceful=False)
            assert process.stderr is not None
            last = process.stderr.read().splitlines()[-1]
        seconds = time.monotonic() - start
    finally:
        cluster.shutdown()
    rows = Counter(json.loads(line)["page"] for line in record.read_bytes().splitlines())
    once = sum(count == 1 for count in rows.values())
    results = sum(1 for _ in out.rglob("[0-9]*.png"))
    return f"{seconds:.1f} s: {last}; {results} of {pages} results, {once} of {pages} pages with one row"


def _memory(book: Path, folder: Path) -> str:
    """What the command and an actor hold when a tenth of the pages are done, and in the end."""
    record, pages = folder / "many.jsonl", sum(1 for _ in book.rglob("*.png"))
    arguments = ["--engine", "ray", "--jobs", "2", "--threads", "2", "--record", str(record)]
    start, told = time.monotonic(), {}
    with subprocess.Popen(_command(book, folder / "many", *arguments)) as process:
        command = psutil.Process(process.pid)
        while process.poll() is None:
            with suppress(psutil.Error, OSError):
                done = record.read_bytes().count(b"\n")
                if actors := [one.memory_info().rss for one in command.children(recursive=True) if _is_actor(one)]:
                    held = f"{command.memory_info().rss / 1e6:.0f} and {max(actors) / 1e6:.0f} MB"
                    told["a tenth" if done <= pages / 10 else "the end"] = held
            time.sleep(0.5)
    results = sum(1 for _ in (folder / "many").rglob("[0-9]*.png"))
    memory = ", ".join(f"at {when} {held}" for when, held in told.items())
    return f"{time.monotonic() - start:.0f} s, {results} results; command and actor {memory}"


def _is_actor(process: psutil.Process) -> bool:
    return process.cmdline()[:1] != [] and process.cmdline()[0].startswith("ray::_Work")


if __name__ == "__main__":
    main()
