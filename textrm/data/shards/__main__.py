"""The pictures of a manifest into tars: ``python -m textrm.data.shards manifest.csv shards``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from textrm.command_line import Mistake, click_command, written_below
from textrm.data.manifest import read_manifest
from textrm.data.shards.write import pack
from textrm.errors import UserError
from textrm.importers.workers import workers_option
from textrm.printable import printable

SHOWN = 8  # rows that are left out and told


@click_command()
@click.argument("manifest", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path), required=False)
@click.option("--samples", default=1000, show_default=True, type=click.IntRange(1),
              help="Rows of the manifest per tar.")  # fmt: skip
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Seed of the shuffling, which "
              "spreads the pages of a book.")  # fmt: skip
@click.option("--keep-order", is_flag=True, help="Do not shuffle the rows.")
@click.option("--check", is_flag=True, help="Write nothing; compare the tars of MANIFEST, byte for byte, with what was "
              "written.")  # fmt: skip
@workers_option
def main(manifest: Path, out: Path | None, samples: int, seed: int, keep_order: bool, check: bool,
         workers: int) -> None:  # fmt: skip
    """Pack the pictures of MANIFEST, as they are, into tars in the folder OUT, with a manifest.csv that finds them.

    Any command that takes a manifest takes OUT/manifest.csv; to train, give data=shards data.manifest=OUT/manifest.csv.
    The exit status is 1 if any row had to be left out. A stopped run starts anew.
    """
    if check:
        _check(manifest)
        return
    if out is None:
        raise click.UsageError("Missing argument 'OUT'.")
    with written_below(out, "stopped; no manifest was written"):
        lines, bad = pack(manifest, out, samples, None if keep_order else seed, workers)
    for row in bad[:SHOWN]:
        click.echo(f"left out: {printable(row)}", err=True)
    if len(bad) > SHOWN:
        click.echo(f"and {len(bad) - SHOWN} more", err=True)
    held, size = sum(line.samples for line in lines), sum(line.bytes for line in lines)
    click.echo(f"{out / 'manifest.csv'}: {held} samples in {len(lines)} tars, {size / 1e6:.1f} MB")
    sys.exit(1 if bad else 0)


def _check(path: Path) -> None:
    try:
        shards = read_manifest(path).shards
    except (UserError, OSError) as error:
        raise Mistake(str(error)) from error
    if shards is None:
        raise Mistake(f"{path}: is no manifest of tars; give the manifest.csv that this command wrote")
    wrong = list(shards.check())
    for line in wrong:
        click.echo(f"error: {printable(line)}", err=True)
    click.echo(f"{len(shards.listed) - len(wrong)} of {len(shards.listed)} tars are whole")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
