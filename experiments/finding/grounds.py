"""The grounds of the finder's pages: ``python -m experiments.finding.grounds OUT --drawings MANIFEST …``."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import click
import numpy as np

from textrm.command_line import click_command
from textrm.data.manifest import Row, read_manifest, write_manifest
from textrm.files import write_whole
from textrm.pictures.plain import read_srgb
from textrm.pictures.write import encode_plain
from textrm.synth.art import find_art

SCENES = 4  # how often a page of panels stands in the list for one single picture


@click_command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--drawings", multiple=True, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--art", multiple=True, type=click.Path(exists=True, path_type=Path), help="Further text-free pictures.")
@click.option("--comics", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--photos", required=True, type=click.Path(exists=True, path_type=Path),
              help="CSV whose column 'file' names photographs; those that are not there are passed over.")  # fmt: skip
def main(out: Path, drawings: tuple[Path, ...], art: tuple[Path, ...], comics: Path, photos: Path) -> None:
    """Write OUT/grounds.csv, text-free pictures to letter, OUT/bare.csv, the same to leave alone, and OUT/photos.csv.

    Pages of panels count four times, text-free pages of the comics three times. Rows of split train alone are taken.
    """
    rows = [row for manifest in (*drawings, *art) for row in _text_free(manifest, SCENES)]
    rows += _text_free(comics, 3)
    write_manifest(out / "grounds.csv", rows)
    write_manifest(out / "bare.csv", [_bare(row, out) for row in rows])
    with photos.open(newline="") as file:
        found = [Path(line["file"]) for line in csv.DictReader(file) if Path(line["file"]).is_file()]
    write_manifest(out / "photos.csv", [Row(f"photo_{n}", "train", f"photo_{n}", str(p)) for n, p in enumerate(found)])
    click.echo(f"{len(rows)} grounds, {len(found)} photographs")


def _text_free(manifest: Path, often: int) -> list[Row]:
    """The text-free pictures of a manifest by absolute paths; those of panels, and all of a comic, several times."""
    styles = {row.id: row.extra.get("style") for row in read_manifest(manifest).rows}
    found = []
    art = find_art(manifest, "train")
    for row in art.rows:
        copies = 1 if styles[row.id] == "single" or row.id.startswith("drawings_") else often
        picture = str(art.folder / row.image)
        own = replace(row, image=picture, clean=picture, tags="", extra={})
        found += [replace(own, id=f"{manifest.parent.name}_{row.id}_{copy}") for copy in range(copies)]
    return found


def _bare(row: Row, out: Path) -> Row:
    """The row with a mask that marks nothing, one file for each size."""
    height, width = read_srgb(Path(row.image)).shape[:2]
    mask = out / "empty" / f"{width}x{height}.png"
    if not mask.exists():
        write_whole(mask, encode_plain(np.zeros((height, width), np.uint8)))
    return replace(row, mask=str(mask.resolve()), width=width, height=height)


if __name__ == "__main__":
    main()
