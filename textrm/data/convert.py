"""A manifest as another kind of table: ``python -m textrm.data.convert manifest.csv manifest.arrow``."""

from __future__ import annotations

import os
from pathlib import Path

import click

from textrm.command_line import click_command, written_below
from textrm.data.manifest import extra_columns, read_manifest, write_rows
from textrm.data.tables.arrow_table import SUFFIXES
from textrm.errors import UserError

KINDS = (".csv", *SUFFIXES)


@click_command()
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path))
def main(source: Path, target: Path) -> None:
    """Convert the manifest SOURCE to TARGET, whose suffix says to what: CSV, Parquet (.parquet, .pq) or Arrow (.arrow,
    .feather).

    The paths in a manifest begin at its folder, so TARGET must be in the folder of SOURCE.
    """
    with written_below(target.parent, "stopped; nothing was written"):
        if target.suffix.lower() not in KINDS:
            raise UserError(f"{target}: the suffix tells no kind of table; expected one of {', '.join(KINDS)}")
        if os.path.realpath(target.parent) != os.path.realpath(source.parent):
            raise UserError(f"{target}: the paths of the manifest begin at its folder; give a file in {source.parent}")
        rows = read_manifest(source).rows
        write_rows(target, rows, extra_columns(rows))
    click.echo(f"{target}: {len(rows)} rows")


if __name__ == "__main__":
    main()
