"""Undoes textrm.preprocess: ``python -m textrm.postprocess PREPARED CLEANED OUT``, also ``textrm-postprocess``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path, PurePosixPath

import click

from textrm.command_line import click_command
from textrm.data.manifest import Row, read_manifest
from textrm.errors import UserError
from textrm.files import sweep_below
from textrm.page.files.progress import ended, messages, work_through
from textrm.page.planning.listing import find_pages
from textrm.pictures.read import MAX_PIXELS
from textrm.prepared.record import COLUMNS, IMAGES, MANIFEST, ORIGINALS, read_record
from textrm.prepared.restore import LOSSY_TOLERANCE, restore


@click_command()
@click.argument("prepared", metavar="PREPARED", type=click.Path(path_type=Path))
@click.argument("cleaned", metavar="CLEANED", type=click.Path(path_type=Path))
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option("--tolerance", type=click.IntRange(0, 254), metavar="LEVELS",
              help=f"Ignore differences up to this.  [0; {LOSSY_TOLERANCE} for lossy files]")  # fmt: skip
@click.option("--max-pixels", type=click.IntRange(1), default=MAX_PIXELS, show_default=True,
              help="Refuse larger pictures.")  # fmt: skip
@click.option("--overwrite", is_flag=True, help="Replace files that are in OUT already.")
def main(
    prepared: Path, cleaned: Path, out: Path, tolerance: int | None, max_pixels: int, overwrite: bool
) -> None:  # fmt: skip
    """Put cleaned pictures back into their originals.

    PREPARED is the OUT of textrm prepare. CLEANED holds the same pictures cleaned, under their names in
    PREPARED/image and in any format. OUT receives the folders of the originals: each picture in its own size, mode and
    format, with its metadata, and with every unchanged pixel as it was. Pictures of a manifest are named by their ids,
    not by their files. Pictures that are done already are skipped.
    """
    console = messages()
    passed: list[Path] = []
    with ended(console) as ending:
        rows = _rows(prepared)
        if os.path.lexists(out) and not out.is_dir():
            raise UserError(f"{out} is no folder; expected one for the results")
        real_out = Path(os.path.realpath(out))
        if real_out.is_relative_to(os.path.realpath(prepared)) or real_out == Path(os.path.realpath(cleaned)):
            raise UserError(f"{out} holds the prepared or the cleaned pictures; choose another folder for the results")
        pictures = _cleaned(cleaned, out, ending.failures, rows, prepared / IMAGES)
        tasks = [
            (Path(row.extra["original"].removeprefix(f"{ORIGINALS}/")),
             partial(_restore, row, prepared, cleaned, out, pictures, overwrite, passed,
                     tolerance=tolerance, max_pixels=max_pixels))
            for row in rows
        ]  # fmt: skip
        sweep_below(out)
        done = work_through(tasks, "restoring", ending.failures, console, console.is_terminal)
        ending.done = f"{done - len(passed)} pictures restored"
        if passed:
            ending.done += (
                f", {len(passed)} were done already (--overwrite makes them anew, with the options given now)"
            )


def _rows(prepared: Path) -> tuple[Row, ...]:
    if not (prepared / MANIFEST).is_file():
        raise UserError(f"{prepared} holds no {MANIFEST}; expected the folder that textrm.preprocess wrote")
    rows = tuple(read_manifest(prepared / MANIFEST).rows)
    if not rows:
        raise UserError(f"{prepared / MANIFEST} has no row: there is nothing to restore")
    if missing := [name for name in COLUMNS if name not in rows[0].extra]:
        raise UserError(f"{prepared / MANIFEST} was not made by textrm.preprocess: it lacks {', '.join(missing)}")
    return rows


def _cleaned(
    folder: Path, out: Path, failures: list[tuple[Path, str]], rows: Sequence[Row], images: Path
) -> dict[str, list[Path]]:
    """The pictures in a folder by their path below it, without suffix; at least one is of the set."""
    if not folder.is_dir():
        raise UserError(f"{folder} is no folder; expected the cleaned pictures, named as in PREPARED/{IMAGES}")
    pictures: dict[str, list[Path]] = {}
    bad: list[tuple[Path, str]] = []
    for path, below in find_pages([folder], [out], bad):
        pictures.setdefault(below.with_suffix("").as_posix(), []).append(path)
    if not any(_name(row) in pictures for row in rows):
        raise UserError(f"{folder} holds none of the {len(rows)} pictures of the set; expected the tree of {images}: "
                        f"give what textrm.infer {images} -o wrote")  # fmt: skip
    failures += bad
    return pictures


def _name(row: Row) -> str:
    return PurePosixPath(row.id).as_posix()


def _restore(
    row: Row,
    prepared: Path,
    cleaned: Path,
    out: Path,
    pictures: dict[str, list[Path]],
    overwrite: bool,
    passed: list[Path],
    tolerance: int | None,
    max_pixels: int,
) -> list[str]:
    """Restore the picture of one row, unless a run before did."""
    record = read_record(row)
    found = pictures.get(_name(row), [])
    if len(found) != 1:
        raise UserError(f"both {found[0]} and {found[1]} are its cleaned picture; take one of them away" if found else
                        f"there is no cleaned picture; expected {cleaned / row.id}.png")  # fmt: skip
    target = out / record.path_below()
    if target.exists() and not overwrite:
        if target.stat().st_mtime_ns < found[0].stat().st_mtime_ns:
            raise UserError(
                f"{target} is there already, older than the cleaned picture; give --overwrite to replace it"
            )
        passed.append(target)
        return []
    return restore(row, record, prepared, found[0], target, tolerance, max_pixels)


if __name__ == "__main__":
    main()
