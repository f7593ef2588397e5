"""A manifest from two folders of pictures: ``python -m textrm.importers.pairs RAW_DIR CLEAN_DIR OUT``."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from textrm.command_line import click_command, written_below
from textrm.data.manifest import SPLITS, split_by_group, write_manifest
from textrm.importers.pairing import Account, Options, import_pairs
from textrm.importers.splitting import split_options
from textrm.printable import printable


def _print(account: Account, groups: int, console: Console) -> None:
    for title, notes in (("moved into place", account.moved), ("left out", account.bad)):
        if notes:
            table = Table(
                "file", "what was done" if notes is account.moved else "reason", title=f"{title}: {len(notes)}"
            )
            for name, note in notes.items():
                table.add_row(Text(printable(name)), Text(printable(note)))
            console.print(table)
    pages = Counter(row.split for row in account.rows)
    works = Counter(split for split, _ in {(row.split, row.group) for row in account.rows})
    table = Table("split", "pages", "groups", title=f"{len(account.rows)} pages in {groups} groups")
    for split in SPLITS:
        table.add_row(split, str(pages[split]), str(works[split]))
    console.print(table)
    if groups == 1:
        console.print("All pages are one group and went to train: give --group-by prefix or a regular expression that "
                      "finds the work in the file names, or put each work into a folder of its own.")  # fmt: skip


@click_command()
@click.argument("raw", metavar="RAW_DIR", type=click.Path(path_type=Path))
@click.argument("clean", metavar="CLEAN_DIR", type=click.Path(path_type=Path, allow_dash=True))
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option(
    "--threshold",
    default=0.4,
    show_default=True,
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Difference in brightness that counts as lettering, as a share of the range. Smaller values find faint ink, "
    "larger ones ignore noise.",
)
@click.option("--close", default=3.0, show_default=True, type=click.FloatRange(0, 15),
              help="Close gaps in the mask of up to this many pixels per 512 of page height.")  # fmt: skip
@click.option("--grow", default=5.0, show_default=True, type=click.FloatRange(0, 15),
              help="Widen the mask: side of the square that each pixel becomes, in pixels per 512 of page height, "
              "usually 3 to 7.")  # fmt: skip
@click.option("--masks", type=click.Path(path_type=Path),
              help="Your own masks, white on lettering: NAME.mask.png, as textrm clean --mask writes them, else "
              "NAME.png. CLEAN_DIR may then be -.")  # fmt: skip
@click.option("--invert", is_flag=True, help="Your own masks are black on lettering.")
@click.option("--max-shift", default=16.0, show_default=True, type=click.FloatRange(0),
              help="Leave out pairs that are shifted by more than this many pixels.")  # fmt: skip
@click.option("--max-residual", default=0.2, show_default=True, type=click.FloatRange(0, 1),
              help="Leave out pairs where a larger share of the outlines differs.")  # fmt: skip
@click.option("--keep-empty", is_flag=True, help="Keep pairs with nearly empty masks, as pages without lettering.")
@click.option("--copy", is_flag=True, help="Copy the pictures into OUT instead of pointing at them.")
@click.option(
    "--group-by",
    default="folder",
    show_default=True,
    help="Which work a page belongs to: folder, prefix (the name up to the first _ - . or space), or a regular "
    "expression (its first group, or else all it matches).",
)
@split_options("0.8,0.1,0.1", "work")
@click.option("--source", default="", help="Where the pictures are from, for the manifest.")
@click.option("--licence", default="", help="Their licence, for the manifest.")
def main(raw: Path, clean: Path, out: Path, masks: Path | None, shares: tuple[float, float, float], seed: int,
         **settings: Any) -> None:  # fmt: skip
    """Make OUT/manifest.csv from lettered pictures in RAW_DIR and the same ones without lettering in CLEAN_DIR.

    Pictures are matched by their path below the folders; suffixes may differ. The exit status is 1 if any was left out.
    """
    out = out.resolve()
    with written_below(out, "stopped; no manifest was written"):
        account = import_pairs(raw, None if str(clean) == "-" else clean, out, masks, Options(**settings))
        groups = len({row.group for row in account.rows})
        account.rows = split_by_group(account.rows, shares if groups > 1 else (1.0, 0.0, 0.0), seed)
        if account.rows:
            write_manifest(out / "manifest.csv", account.rows)
    _print(account, groups, Console())
    click.echo(out / "manifest.csv" if account.rows else "no pair was usable: no manifest was written")
    sys.exit(1 if account.bad else 0)


if __name__ == "__main__":
    main()
