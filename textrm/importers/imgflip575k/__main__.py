"""The command: from a copy of ImgFlip575K to a manifest."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import click
from rich.console import Console

from textrm.command_line import click_command, written_below
from textrm.data.manifest import Row, split_by_group, write_manifest
from textrm.errors import UserError
from textrm.importers.imgflip575k.account import Account
from textrm.importers.imgflip575k.choices import out_of_domain, parse_styles, read_boxes
from textrm.importers.imgflip575k.layout import Layout, read_layout
from textrm.importers.imgflip575k.pairs import Recipe, make_pairs
from textrm.importers.rendering import rendering_options
from textrm.importers.splitting import split_options
from textrm.importers.workers import in_order, progress_bar
from textrm.synth.memes.faces import find_caption_faces
from textrm.synth.memes.files import Finish
from textrm.synth.memes.meme import STYLES


@click_command()
@click.argument("dataset", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--pictures", type=click.Path(path_type=Path), help="Folder of meme pictures, named as in their url. "
              "They are aligned with their templates; other memes are rendered.")  # fmt: skip
@click.option("--per-template", default=20, show_default=True, type=click.IntRange(1),
              help="Memes per template, at most.")  # fmt: skip
@click.option("--styles", help="Shares of the styles, such as outline=0.7,band=0.3, of " + ", ".join(STYLES) + ".")
@click.option("--boxes", type=click.Path(path_type=Path),
              help='JSON with the boxes of captions: {"Two-Buttons": [[x0, y0, x1, y1], …]} from 0 to 1.')  # fmt: skip
@click.option("--out-of-domain", "unseen", metavar="NAMES|FILE|SHARE", help="Templates whose memes all go to test.")
@click.option("--threshold", default=0.15, show_default=True, type=click.FloatRange(0, 1, min_open=True, max_open=True),
              help="In aligned memes: difference that counts as lettering, as a share of the range.")  # fmt: skip
@click.option("--max-residual", default=0.5, show_default=True, type=click.FloatRange(0, 1),
              help="In aligned memes: share of the template's outlines that may differ.")  # fmt: skip
@rendering_options
@split_options("0.8,0.1,0.1", "template")
def main(dataset: Path, out: Path, pictures: Path | None, per_template: int, styles: str | None, boxes: Path | None,
         unseen: str | None, threshold: float, max_residual: float, worn: float, jpeg: float, fonts: tuple[str, ...],
         workers: int, shares: tuple[float, float, float], seed: int) -> None:  # fmt: skip
    """Make OUT/manifest.csv with pairs of meme and template from DATASET, a copy of ImgFlip575K.

    A stopped run starts anew. The exit status is 1 if any file or meme picture was bad.
    """
    out = out.resolve()
    with written_below(out, "stopped; no manifest was written"):
        if out.is_relative_to(dataset.resolve()):
            raise UserError(f"{out} lies in {dataset}, which is read: choose an output folder outside of it")
        layout = read_layout(dataset)
        names = [template.name for template in layout.templates]
        kept_out = out_of_domain(unseen, names, seed) if unseen else frozenset()
        recipe = Recipe(
            out, seed, per_template, parse_styles(styles) if styles else STYLES,
            read_boxes(boxes, names) if boxes else {}, _find_pictures(pictures) if pictures else {},
            Finish(worn, jpeg), fonts, max_residual, threshold,
        )  # fmt: skip
        find_caption_faces(fonts)  # what is wrong with them shows here, not in a worker
        account = _run(recipe, layout, workers)
        account.rows = _split(account.rows, shares, seed, kept_out)
        settings = {"seed": seed, "per_template": per_template, "styles": dict(recipe.styles), "split": list(shares),
                    "out_of_domain": sorted(kept_out), "pictures": len(recipe.pictures)}  # fmt: skip
        account.write(out, settings)
        if account.rows:
            write_manifest(out / "manifest.csv", account.rows)
    account.show(Console())
    click.echo(out / "manifest.csv" if account.rows else "no pair could be made: no manifest was written")
    sys.exit(1 if account.bad or not account.rows else 0)


def _run(recipe: Recipe, layout: Layout, workers: int) -> Account:
    account = Account(bad=list(layout.bad), notes=list(layout.notes))
    account.counts["templates"] = len(layout.templates)
    rows: list[Row] = []
    with progress_bar("templates", len(layout.templates)) as show:
        made_of = in_order(partial(make_pairs, recipe), layout.templates, min(workers, len(layout.templates)))
        for done, (_, made) in enumerate(made_of, 1):
            rows += made.rows
            account.counts += made.counts
            account.bad += made.bad
            account.refused += made.refused
            show(done)
    account.rows = rows
    return account


def _split(rows: Sequence[Row], shares: tuple[float, float, float], seed: int, unseen: frozenset[str]) -> list[Row]:
    """Splits by template; the unseen ones are test whatever the shares."""
    others = split_by_group([row for row in rows if row.group not in unseen], shares, seed)
    kept_out = [replace(row, split="test") for row in rows if row.group in unseen]
    told = [replace(row, extra={**row.extra, "out_of_domain": "true" if row.group in unseen else ""})
            for row in [*others, *kept_out]]  # fmt: skip
    return sorted(told, key=lambda row: row.id)


def _find_pictures(folder: Path) -> dict[str, Path]:
    """Files by name and by ``sub-folder/name``."""
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder; expected meme pictures named as in their url")
    found: dict[str, Path] = {}
    for path in sorted(path for path in folder.resolve().rglob("*") if path.is_file()):
        found.setdefault(path.name, path)
        found.setdefault(f"{path.parent.name}/{path.name}", path)
    return found


if __name__ == "__main__":
    main()
