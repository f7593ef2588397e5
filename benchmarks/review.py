"""From a stroke to the mended picture on the screen: ``python -m benchmarks.review [--strokes 40]``.

Two pages of 1654 x 2339 pixels are drawn and opened in the system's Chromium; the mouse paints strokes of 200 px at
1:1, over art and lettering alike, one of four with the eraser. The time runs from the mouse button's release until all
that is in sight shows the page as it is then. On a machine that others use only the processor time tells something.
"""

from __future__ import annotations

import math
import random
import shutil
import statistics
import tempfile
import threading
import time
from pathlib import Path

import click
import cv2
from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.table import Table

from textrm.command_line import Mistake, click_command
from textrm.page.segment_and_fill import SegmentAndFill
from textrm.review.begin import WORK, begin
from textrm.review.book import ReviewedBook
from textrm.review.serve import bound, make_server
from textrm.review.strokes import read_strokes
from textrm.synth.write import write_set

HEIGHT, WIDTH = 2339, 1654
LENGTH, RADIUS = 200, 12  # pixels of the page
BAR = 0.3  # seconds, of the median
_MARGIN = 260  # pixels from the page's edges to the middle of a stroke

# Notes for each release of the button how long it takes until everything in sight is drawn.
_WATCH = """async () => {
  const { view, queue } = await import("./main.js");
  window.lasted = [];
  addEventListener("pointerup", () => {
    const start = performance.now();
    const look = () => {
      if (queue.idle && !view.strokes.length && view.tiles.settled && !view.waiting) {
        window.lasted.push((performance.now() - start) / 1000);
      } else requestAnimationFrame(look);
    };
    look();
  });
}"""
_SHOW = """async ([x, y]) => {
  const { view } = await import("./main.js");
  view.zoom(1);
  view.x = x - view.width / 2;
  view.y = y - view.height / 2;
  view.keep();
}"""
_READY = """async (number) => {
  const { view, queue } = await import("./main.js");
  return Boolean(view.page?.number === number && view.tiles.settled && queue.idle && !view.waiting);
}"""


@click_command()
@click.option("--strokes", default=40, show_default=True, help="Strokes on each page.")
@click.option("--threads", default=2, show_default=True)
@click.option("--chromium", default="chromium", show_default=True, help="The browser's command.")
def main(strokes: int, threads: int, chromium: str) -> None:
    """Print how long a stroke takes in a browser, and without one."""
    found = shutil.which(chromium)
    if found is None:
        raise Mistake(f"{chromium} is not installed: on Debian apt-get install chromium")
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        write_set(home / "drawn", 2, seed=5, size=(HEIGHT, WIDTH), workers=1, split=(0.0, 1.0, 0.0), sheet=False)
        cleaning = SegmentAndFill.opened(threads=threads)
        lasting: dict[str, list[float]] = {}
        for way in ("in the browser", "mending and saving alone"):
            out = home / way
            (out / WORK).mkdir(parents=True)
            book, _ = begin(home / "drawn" / "image", out, cleaning, HEIGHT * WIDTH)
            for number in range(len(book.entries)):
                book.look_at(number)
            if way == "in the browser":
                lasting[way] = _in_browser(book, found, strokes)
            else:
                lasting[way], lasting[f"{way}, processor time"] = _alone(book, strokes)
    title = f"{strokes} strokes of {LENGTH} px on each of 2 pages, {WIDTH} x {HEIGHT}, {threads} threads"
    table = Table("seconds from a stroke", "median", "slowest of ten", "slowest", "bar of the median", title=title)
    for way, times in lasting.items():
        tenth = statistics.quantiles(times, n=10)[-1]
        bar = f"{BAR}" if way == "in the browser" else ""
        table.add_row(way, f"{statistics.median(times):.3f}", f"{tenth:.3f}", f"{max(times):.3f}", bar)
    console = Console()
    console.width = max(console.width, 110)
    console.print(table)


def _places(strokes: int, seed: int) -> list[tuple[float, float, float, bool]]:
    """The middle and the direction of each stroke, and whether it takes out."""
    rng = random.Random(seed)
    return [
        (
            rng.uniform(_MARGIN, WIDTH - _MARGIN),
            rng.uniform(_MARGIN, HEIGHT - _MARGIN),
            rng.uniform(0, math.tau),
            number % 4 != 3,
        )
        for number in range(strokes)
    ]


def _in_browser(book: ReviewedBook, chromium: str, strokes: int) -> list[float]:
    lasting: list[float] = []
    with bound(0) as listening, sync_playwright() as playwright:
        server, address = make_server(book, listening)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        browser = playwright.chromium.launch(executable_path=chromium)
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto(address)
        page.select_option("#order", "book")
        page.evaluate(_WATCH)
        for number in range(len(book.entries)):
            page.locator("#pages button").nth(number).click()
            _wait(page, _READY, number)
            for x, y, direction, adds in _places(strokes, number):
                page.keyboard.press("p" if adds else "e")
                page.evaluate(_SHOW, [x, y])
                _wait(page, _READY, number)
                count = page.evaluate("window.lasted.length")
                _paint(page, direction)
                _wait(page, f"window.lasted.length > {count}")
            lasting += page.evaluate("window.lasted.splice(0)")
        browser.close()
        server.should_exit = True
        thread.join()
    return lasting


def _paint(page: Page, direction: float) -> None:
    """A stroke through the middle of the canvas."""
    box = page.locator("#canvas").bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    steps = 20
    for step in range(steps + 1):
        far = LENGTH * (step / steps - 0.5)
        page.mouse.move(middle[0] + far * math.cos(direction), middle[1] + far * math.sin(direction))
        if not step:
            page.mouse.down()
    page.mouse.up()


def _wait(page: Page, test: str, given: object = None) -> None:
    while not page.evaluate(test, given):
        time.sleep(0.05)


def _alone(book: ReviewedBook, strokes: int) -> tuple[list[float], list[float]]:
    lasting, worked = [], []
    for number in range(len(book.entries)):
        book.opened(number)
        for x, y, direction, adds in _places(strokes, number):
            far = [LENGTH * (step / 20 - 0.5) for step in range(21)]
            points = [[x + way * math.cos(direction), y + way * math.sin(direction), RADIUS] for way in far]
            start, work = time.perf_counter(), time.process_time()
            book.paint(number, book.ask(number, read_strokes([{"adds": adds, "points": points}])))
            lasting.append(time.perf_counter() - start)
            worked.append(time.process_time() - work)
    return lasting, worked


if __name__ == "__main__":
    main()
