"""Memes lettered on text-free pictures: ``python -m textrm.importers.captioned PICTURES OUT``."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import click
import numpy as np
from rich.console import Console

from textrm.command_line import click_command, written_below
from textrm.data.manifest import SPLITS, Row, split_by_group, write_manifest
from textrm.errors import UserError
from textrm.importers.backgrounds import Task, find_pictures, read_background, share_out
from textrm.importers.rendering import rendering_options
from textrm.importers.splitting import split_options
from textrm.importers.workers import in_order, progress_bar
from textrm.printable import printable
from textrm.synth.memes.faces import find_caption_faces
from textrm.synth.memes.files import Finish, write_meme
from textrm.synth.memes.meme import letter_meme
from textrm.synth.memes.texts import compose_captions, read_captions
from textrm.synth.memes.windows import random_window

SHOWN = 8  # refused captions that are printed


@dataclass(frozen=True, slots=True)
class Recipe:
    """What every meme follows from, beside its number; see the options of the command."""

    out: Path
    seed: int
    size: int
    empty: float
    finish: Finish
    captions: tuple[tuple[str, ...], ...]
    fonts: tuple[str, ...]


@dataclass(slots=True)
class Made:
    """The rows of a task, the captions that were refused, how many rows carry none, and why nothing came of it."""

    rows: list[Row] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    plain: int = 0
    bad: str = ""


def make_memes(recipe: Recipe, task: Task) -> Made:
    """Letter one picture as often as the task says and write the files; nothing depends on other tasks."""
    made = Made()
    try:
        picture = read_background(Path(task.picture))
    except UserError as error:
        made.bad = str(error)
        return made
    for number in task.numbers:
        rng = np.random.default_rng([recipe.seed, number])
        window = random_window(rng, picture, recipe.size)
        given = recipe.captions[int(rng.integers(len(recipe.captions)))] if recipe.captions else compose_captions(rng)
        faces = find_caption_faces(recipe.fonts)
        meme = letter_meme(rng, window, () if rng.random() < recipe.empty else given, faces)
        made.refused += meme.refused
        made.plain += not meme.style
        id = f"{task.row.id}_{number:06d}"
        row = Row(id, task.row.split, task.row.group, "", source=task.row.source, licence=task.row.licence)
        made.rows.append(write_meme(rng, meme, recipe.out, recipe.finish, row))
    return made


@click_command()
@click.argument("pictures", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--captions", type=click.Path(path_type=Path), help="Text file with one meme per line and | between its "
              "captions; an empty caption leaves its place empty.  [captions are made up]")  # fmt: skip
@click.option("--n", "count", type=click.IntRange(1), help="Number of memes, shared out "
              "evenly; a picture that cannot be used gives none.  [one for each picture]")  # fmt: skip
@click.option(
    "--size", default=720, show_default=True, type=click.IntRange(96, 4096), help="Longest side of a meme in pixels."
)
@click.option(
    "--empty", default=0.1, show_default=True, type=click.FloatRange(0, 1), help="Share of memes without lettering."
)
@rendering_options
@split_options("0.9,0.1,0", "picture")
@click.option("--source", default="", help="Where the pictures of a folder are from, for the manifest.")
@click.option("--licence", default="", help="Their licence, for the manifest.")
def main(pictures: Path, out: Path, captions: Path | None, count: int | None, size: int, empty: float, worn: float,
         jpeg: float, fonts: tuple[str, ...], workers: int, shares: tuple[float, float, float], seed: int,
         source: str, licence: str) -> None:  # fmt: skip
    """Turn text-free pictures, from a folder or a manifest.csv, into memes, and write OUT/manifest.csv.

    Pictures of a manifest keep their split, group, source and licence; --split is for folders. A stopped run starts
    anew. The exit status is 1 if any picture could not be used.
    """
    out = out.resolve()
    with written_below(out, "stopped; no manifest was written"):
        given = tuple(tuple(line) for line in read_captions(captions)) if captions else ()
        found = find_pictures(pictures, out)
        find_caption_faces(fonts)  # what is wrong with them shows here, not in a worker
        tasks = share_out(found, count or len(found), seed)
        recipe = Recipe(out, seed, size, empty, Finish(worn, jpeg), given, fonts)
        rows, bad, refused, plain = _run(recipe, tasks, workers)
        if rows and not pictures.is_file():
            rows = split_by_group([replace(row, source=source, licence=licence) for row in rows], shares, seed)
        if rows:
            write_manifest(out / "manifest.csv", rows)
    _print(Console(), rows, bad, refused, plain, count or len(found))
    click.echo(out / "manifest.csv" if rows else "no picture was usable: no manifest was written")
    sys.exit(1 if bad else 0)


def _run(recipe: Recipe, tasks: list[Task], workers: int) -> tuple[list[Row], list[str], list[str], int]:
    rows: list[Row] = []
    bad: list[str] = []
    refused: list[str] = []
    plain = 0
    with progress_bar("memes", sum(len(task.numbers) for task in tasks)) as show:
        for _, made in in_order(partial(make_memes, recipe), tasks, min(workers, len(tasks))):
            rows += made.rows
            refused += made.refused
            plain += made.plain
            bad += [made.bad] if made.bad else []
            show(len(rows))
    return sorted(rows, key=lambda row: row.id), bad, refused, plain


def _print(console: Console, rows: list[Row], bad: list[str], refused: list[str], plain: int, asked: int) -> None:
    for title, lines in (("pictures left out", bad), ("captions refused", refused)):
        if lines:
            console.print(f"{title}: {len(lines)}", highlight=False)
        for line in lines if lines is bad else lines[:SHOWN]:
            console.print(printable(f"  {line}"), markup=False, highlight=False, soft_wrap=True)
    splits = Counter(row.split for row in rows)
    counted = ", ".join(f"{splits[split]} {split}" for split in SPLITS)
    groups = len({row.group for row in rows})
    console.print(f"{len(rows)} memes of {groups} groups ({counted}), {plain} without lettering", highlight=False)
    if len(rows) < asked:
        console.print(
            f"{asked - len(rows)} of {asked} memes could not be made: they were those of the pictures left out",
            highlight=False,
        )


if __name__ == "__main__":
    main()
