"""Tags pages: ``python -m textrm.tag PAGE_OR_DIR…``, also installed as ``textrm-tag``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click
import cv2
import numpy as np
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from textrm.command_line import click_command
from textrm.errors import UserError
from textrm.files import sweep, write_whole
from textrm.page.files.progress import ended, messages, work_through
from textrm.page.looks import draw_looks
from textrm.page.models.session import CPU, DEVICES
from textrm.page.models.tagger import TaggingModel
from textrm.page.planning.listing import find_pages
from textrm.page.planning.named_beside import LOOKS
from textrm.page.planning.page_files import located
from textrm.page.planning.plan import make_plan
from textrm.pictures.colour import to_srgb
from textrm.pictures.read import MAX_PIXELS, read
from textrm.pictures.write import encode_plain
from textrm.printable import printable

_SEPARATORS = {ord(mark): printable(mark) for mark in "\t\n\r\x1b"}
Scores = list[tuple[str, float]]  # tags with their probabilities, falling


@dataclass(frozen=True, slots=True)
class Answer:
    """What is told of one page: its tags, and for each look its box in pixels and those of the tags it raised."""

    page: Path
    tags: Scores
    boxes: np.ndarray
    looks: list[Scores]


@click_command()
@click.argument("inputs", metavar="PAGE_OR_DIR...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--model", type=click.Path(path_type=Path), help="ONNX file of a tagger.  [the released one]")
@click.option("--threshold", type=click.FloatRange(0, 1, max_open=True),
              help="Probability above which a tag is printed.  [the model's own]")  # fmt: skip
@click.option("--top", type=click.IntRange(1), metavar="N", help="Print at most the N most probable of these.  [all]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per page, each on a line.")
@click.option("--looks", is_flag=True, help="Also write NAME.looks.png: where the model looked and what it saw.")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder for the pictures that --looks writes.")
@click.option("--threads", type=click.IntRange(1), help="Processor threads.  [all]")
@click.option("--device", type=click.Choice(list(DEVICES)), default=CPU, show_default=True,
              help="What runs the nets; others than cpu need a build of onnxruntime for them.")  # fmt: skip
@click.option("--max-pixels", type=click.IntRange(1), default=MAX_PIXELS, show_default=True,
              help="Refuse larger pictures.")  # fmt: skip
def main(
    inputs: tuple[Path, ...],
    model: Path | None,
    threshold: float | None,
    top: int | None,
    as_json: bool,
    looks: bool,
    out: Path | None,
    threads: int | None,
    device: str,
    max_pixels: int,
) -> None:
    """Print what pages show: tags with their probabilities, the most probable first.

    Folders are searched with all folders in them. On a terminal each page is a block of lines. Into a pipe or file goes
    one line per page: its path, then name:score for each tag, separated by tabs.

    --json prints {"page": PATH, "tags": {NAME: SCORE, ...}, "looks": [{"box": [X0, Y0, X1, Y1], "tags": {...}}, ...]},
    with boxes in pixels of the upright page. Look 0 is the whole page; a tag belongs to the look that is surest of it.

    Pages that fail are listed on standard error at the end; the exit status is 1 then.
    """
    console = messages()
    cv2.setNumThreads(1)  # its work is many small calls, which wait longer for threads than they gain
    on_terminal = sys.stdout.isatty()
    tell = _tell_json if as_json else partial(_tell_block, Console(highlight=False)) if on_terminal else _tell_line
    with ended(console, stopped="stopped") as ending:
        if looks != (out is not None):
            raise UserError("--looks is given, but no folder for what it draws: give -o OUT" if looks else
                            f"-o {out} is given, but nothing is written: give --looks")  # fmt: skip
        pages = _pages(inputs, out, ending.failures)
        tagger = TaggingModel(model, threads, device)
        sweep({target.parent for _, target in pages if target is not None})
        tasks = [
            (page, partial(_tag, page, target, tagger, threshold, top, max_pixels, tell)) for page, target in pages
        ]
        # Where the tags appear on the same terminal, they are progress enough.
        tagged = work_through(tasks, "tagging", ending.failures, console, console.is_terminal and not on_terminal)
        ending.done = f"{tagged} pages tagged"


def _pages(
    inputs: Sequence[Path], out: Path | None, failures: list[tuple[Path, str]]
) -> list[tuple[Path, Path | None]]:
    """Each page once, with the file for its looks."""
    if out is None:
        found: dict[Path, Path] = {}
        for page, _ in find_pages(inputs, [], failures):
            found.setdefault(located(page), page)
        return [(page, None) for page in found.values()]
    plan = make_plan(inputs, out, suffix=LOOKS)
    failures += plan.failures
    return [(page_files.source, page_files.target) for page_files in plan.pages]


def _tag(
    page: Path,
    target: Path | None,
    tagger: TaggingModel,
    threshold: float | None,
    top: int | None,
    max_pixels: int,
    tell: Callable[[Answer], None],
) -> list[str]:
    """Tag one page, draw its looks into ``target`` and tell its tags, in this order: what is told is done."""
    image = to_srgb(read(page, max_pixels))
    tags = tagger(image)
    least = tagger.threshold if threshold is None else threshold
    given = tags.above(least)[:top]
    looks = [[tag for tag in raised if tag in given] for raised in tags.raised(least)]
    if target is not None:
        texts = [[f"{name} {score:.2f}" for name, score in raised] for raised in looks]
        write_whole(target, encode_plain(draw_looks(image, tags.boxes, texts)))
    tell(Answer(page, given, tags.boxes, looks))
    return []


def _tell_line(answer: Answer) -> None:
    page = str(answer.page)
    # Byte for byte, whatever the locale; what would forge a line or a field is escaped, and --json has it as it is.
    page = page.translate(_SEPARATORS)
    fields = [page, *(f"{name}:{score:.4f}" for name, score in answer.tags)]
    click.echo("\t".join(fields).encode(errors="surrogateescape"))


def _tell_json(answer: Answer) -> None:
    looks = [
        {"box": np.round(box, 1).tolist(), "tags": _rounded(tags)}
        for box, tags in zip(answer.boxes, answer.looks, strict=True)
    ]
    line = json.dumps({"page": str(answer.page), "tags": _rounded(answer.tags), "looks": looks}, ensure_ascii=False)
    click.echo(line.encode(errors="backslashreplace"))  # a path's bytes that are no text become \udc.., as JSON has it


def _tell_block(console: Console, answer: Answer) -> None:
    """The path, and below it the tags in lines that the terminal holds; no line parts a tag from its score."""
    console.print(Text(printable(answer.page), "bold"), soft_wrap=True)
    lines = [Text("  ")]
    for name, score in answer.tags:
        if lines[-1].plain.strip() and cell_len(f"{lines[-1].plain}{name} 0.00") > console.width:
            lines.append(Text("  "))
        lines[-1].append(name).append(f" {score:.2f}  ", "cyan")
    for line in lines if answer.tags else [Text("  no tag", "dim")]:
        line.rstrip()
        console.print(line, soft_wrap=True)


def _rounded(tags: Scores) -> dict[str, float]:
    return {name: round(score, 4) for name, score in tags}


if __name__ == "__main__":
    main()
