"""A manifest from a Danbooru release: ``python -m textrm.importers.danbooru OUT --metadata PATH``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
from click.core import ParameterSource
from rich.console import Console

from textrm.command_line import click_command, written_below
from textrm.errors import UserError
from textrm.importers.danbooru.imports import Options, run_import
from textrm.importers.danbooru.records import CATEGORIES, Filters, tag_name
from textrm.importers.splitting import split_options
from textrm.importers.workers import workers_option

# What only the full metadata can answer; the encoded form has nothing but label numbers.
_OF_METADATA = {
    "category": "--category", "rating": "--rating", "top_tags": "--top-tags", "blacklist": "--blacklist",
    "ignore_tags": "--ignore-tags", "deleted": "--deleted",
}  # fmt: skip


def _chosen(choices: tuple[str, ...]) -> Callable[[click.Context, click.Parameter, str], tuple[str, ...]]:
    """Some of ``choices``, separated by commas; their order does not matter."""

    def parse(context: click.Context, parameter: click.Parameter, text: str) -> tuple[str, ...]:
        names = {name.strip() for name in text.split(",") if name.strip()}
        if not names or names - set(choices):
            raise click.BadParameter(f"{text!r}: expected some of {', '.join(choices)}, separated by commas")
        return tuple(name for name in choices if name in names)

    return parse


def _tags(context: click.Context, parameter: click.Parameter, text: str) -> frozenset[str]:
    try:
        names = Path(text).read_text("utf-8-sig").splitlines() if Path(text).is_file() else text.split(",")
    except (OSError, UnicodeDecodeError) as error:
        raise click.BadParameter(f"{text}: cannot be read ({error}); expected one tag a line in UTF-8") from error
    return frozenset(name for name in map(tag_name, names) if name)


@click_command()
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path, file_okay=False))
@click.argument("more", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--metadata", multiple=True, metavar="PATH...", type=click.Path(path_type=Path),
              help="Files of JSON lines, plain or packed as .gz, .xz or .tar, or folders with such "
              "files.")  # fmt: skip
@click.option("--pictures", type=click.Path(path_type=Path),
              help="Folder that holds the folders 0000 to 0999, or 512px with these in it. Without it only the "
              "selection is written.")  # fmt: skip
@click.option("--encoded", type=click.Path(path_type=Path),
              help="JSON map from id to label numbers, instead of --metadata.")  # fmt: skip
@click.option("--labels", type=click.Path(path_type=Path),
              help="The labels of --encoded, one per line; the first is number 0.")  # fmt: skip
@click.option("--category", default="general", show_default=True, callback=_chosen(tuple(CATEGORIES)),
              help=f"Categories whose tags count, separated by commas: {', '.join(CATEGORIES)}.")  # fmt: skip
@click.option("--rating", default="s", show_default=True, callback=_chosen(("g", "s", "q", "e")),
              help="Ratings to take, separated by commas. Up to 2021 s means safe; later g is general and s "
              "sensitive.")  # fmt: skip
@click.option("--min-tags", type=click.IntRange(0),
              help="Leave out pictures with fewer tags.  [default: 20; 1 with --encoded]")  # fmt: skip
@click.option("--top-tags", default=500, show_default=True, type=click.IntRange(0),
              help="Number of labels: the most frequent tags; 0 = all.")  # fmt: skip
@click.option("--top-pictures", type=click.IntRange(0),
              help="Number of pictures: those with most tags; 0 = all.  [default: 113000; all with "
              "--encoded]")  # fmt: skip
@click.option("--blacklist", default="", callback=_tags,
              help="Leave out pictures with any of these tags: a list, or a file.")  # fmt: skip
@click.option("--ignore-tags", default="", callback=_tags, help="Tags that do not count: a list, or a file.")
@click.option("--deleted", is_flag=True, help="Take deleted and banned pictures too.")
@split_options("0.9,0.05,0.05", "id")
@workers_option
@click.option("--restart", is_flag=True, help="Discard an import that was stopped half-way.")
@click.pass_context
def main(context: click.Context, out: Path, more: tuple[Path, ...], metadata: tuple[Path, ...], pictures: Path | None,
         encoded: Path | None, labels: Path | None, category: tuple[str, ...], rating: tuple[str, ...],
         min_tags: int | None, top_tags: int, top_pictures: int | None, blacklist: frozenset[str],
         ignore_tags: frozenset[str], deleted: bool, shares: tuple[float, float, float], seed: int, workers: int,
         restart: bool) -> None:  # fmt: skip
    """Make OUT/manifest.csv, labels and a report from Danbooru metadata and its folders of 512 px pictures.

    Without --pictures it writes the labels, the report, and pictures.txt, a list of the pictures to fetch. If an import
    is stopped, the same command continues it.
    """
    with written_below(out, "stopped; the same command goes on from here"):
        if bool(metadata) == (encoded is not None) or (more and not metadata):
            raise UserError("give the metadata: either --metadata PATH... or --encoded FILE.json --labels FILE.txt")
        if (encoded is None) != (labels is None):
            raise UserError("--encoded FILE.json and --labels FILE.txt belong together: give both")
        given = [option for name, option in _OF_METADATA.items()
                 if context.get_parameter_source(name) is not ParameterSource.DEFAULT]  # fmt: skip
        if encoded is not None and given:
            raise UserError(f"{given[0]} needs --metadata: the encoded form has label numbers only")
        # The encoded form is a selection already: by default nothing of it is dropped.
        default_tags, default_pictures = (20, 113_000) if encoded is None else (1, 0)
        min_tags = default_tags if min_tags is None else min_tags
        top_pictures = default_pictures if top_pictures is None else top_pictures
        filters = Filters(category, rating, min_tags, blacklist, ignore_tags, deleted)
        options = Options(
            out.resolve(), (*metadata, *more), encoded, labels, pictures, filters, top_tags, top_pictures,
            shares, seed, workers, restart,
        )  # fmt: skip
        written = run_import(options, Console())
    click.echo(written)


if __name__ == "__main__":
    main()
