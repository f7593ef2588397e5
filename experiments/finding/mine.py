"""Text-free pages that a finder is wrong about: ``python -m experiments.finding.mine MODEL BARE OUT``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click
from rich.progress import track

from textrm.command_line import click_command
from textrm.data.manifest import BadRow, evenly_spread, load_sample, read_manifest, write_manifest
from textrm.page.finding.segment import segment
from textrm.page.models.segmenter import SegmentationModel

WRONG = 64  # of 255: a quarter of belief is wrong enough to learn from


@click_command()
@click.argument("model", type=click.Path(exists=True, path_type=Path))
@click.argument("bare", type=click.Path(exists=True, path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--limit", default=800, show_default=True, type=click.IntRange(1), help="Pages to look at.")
@click.option("--worst", default=200, show_default=True, type=click.IntRange(1), help="How many of them to choose.")
@click.option("--often", default=4, show_default=True, type=click.IntRange(1), help="How often each is listed.")
@click.option("--threads", default=2, show_default=True, type=click.IntRange(1))
def main(model: Path, bare: Path, out: Path, limit: int, worst: int, often: int, threads: int) -> None:
    """Write OUT: all rows of BARE, and the pages where MODEL sees most lettering ``--often`` times more."""
    manifest = read_manifest(bare)
    pictures = {row.image: row for row in manifest.rows if row.split == "train"}
    segmenter = SegmentationModel(model, threads)
    found = []
    for row in track(evenly_spread(list(pictures.values()), limit), "looking"):
        try:
            share = float((segment(load_sample(manifest, row, clean=False).image, segmenter)[0] > WRONG).mean())
        except BadRow as bad:
            click.echo(str(bad), err=True)
            continue
        found.append((share, row))
    found.sort(key=lambda item: -item[0])
    mined = [replace(row, id=f"{row.id}_mined{copy}") for share, row in found[:worst] if share for copy in range(often)]
    folder = manifest.folder
    rows = [replace(row, image=str(folder / row.image), mask=str(folder / row.mask), clean=str(folder / row.clean))
            for row in (*manifest.rows, *mined)]  # fmt: skip
    write_manifest(out, rows)
    shares = [share for share, _ in found]
    click.echo(f"{len(found)} pages, mean {sum(shares) / max(len(shares), 1):.3%} wrong, "
               f"{sum(share > 0.001 for share in shares)} above 0.1 %; {len(mined)} rows added")  # fmt: skip


if __name__ == "__main__":
    main()
