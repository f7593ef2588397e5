"""How fast synthetic pages are drawn, and where the time goes: ``python -m benchmarks.synth``."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import click
import cv2
import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from textrm.command_line import click_command
from textrm.synth import kinds, pages
from textrm.synth.composing import letterer
from textrm.synth.faces.library import find_fonts

STAGES: dict[str, tuple[tuple[Any, str], ...]] = {
    "art": ((kinds, "draw_panel"),),
    "lettering": (
        (letterer, "dialogue"), (letterer, "sound_effect"), (letterer, "note"), (letterer, "caption_meme"),
        (letterer, "paste"),
    ),
    "balloons": ((letterer.bubbles, "random_balloon"), (letterer.bubbles, "paint")),
    "degradation": ((pages, "degrade"),),
}  # fmt: skip


@click_command()
@click.option("--pages", "count", default=100, show_default=True, help="pages to draw")
@click.option("--size", default=512, show_default=True, help="side of a page in pixels")
@click.option("--seed", default=1, show_default=True)
def main(count: int, size: int, seed: int) -> None:
    """Draw pages on one core and print pages per second and every stage's share."""
    cv2.setNumThreads(1)
    fonts = find_fonts()
    spent = dict.fromkeys(STAGES, 0.0)
    for stage, functions in STAGES.items():
        for module, name in functions:
            setattr(module, name, _timed(getattr(module, name), stage, spent))
    for index in range(10):  # warm: fonts are opened and tones are made once per process
        pages.draw_page(seed, 1_000_000 + index, fonts, size=size)
    spent.update(dict.fromkeys(STAGES, 0.0))
    times = []
    for index in track(range(count), "drawing", transient=True):
        start = time.process_time()
        pages.draw_page(seed, index, fonts, size=size)
        times.append(time.process_time() - start)
    total = sum(times)
    table = Table(title=f"{count} pages of {size} x {size} px, one core (CPU time)")
    for column in ("stage", "ms per page", "share"):
        table.add_column(column, justify="left" if column == "stage" else "right")
    for stage, seconds in [*spent.items(), ("everything else", total - sum(spent.values())), ("all", total)]:
        table.add_row(stage, f"{seconds / count * 1000:.1f}", f"{seconds / total:.0%}")
    console = Console()
    console.print(table)
    median, slow = np.quantile(times, [0.5, 0.95]) * 1000
    console.print(f"{count / total:.1f} pages/s per core; median {median:.0f} ms, 95th percentile {slow:.0f} ms a page")


def _timed(function: Callable[..., Any], stage: str, spent: dict[str, float]) -> Callable[..., Any]:
    def timed(*args: Any, **kwargs: Any) -> Any:
        start = time.process_time()
        result = function(*args, **kwargs)
        spent[stage] += time.process_time() - start
        return result

    return timed


if __name__ == "__main__":
    main()
