"""Cleans pages: ``textrm clean PAGE_OR_BOOK_OR_DIR… -o OUT``, also ``python -m textrm.infer`` and ``textrm-infer``."""

from __future__ import annotations

import time
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from rich.console import Console

from textrm.command_line import KindList, Mistake, click_command
from textrm.data.sample import KINDS
from textrm.errors import UserError
from textrm.page.files.books import BookPage, with_pages_of_books
from textrm.page.files.clean_file import Cleaned
from textrm.page.files.clean_pages import CleanPages
from textrm.page.files.defaults import beside_pages, read_defaults
from textrm.page.files.masks_by_hand import with_masks
from textrm.page.files.named_beside import EXTRAS
from textrm.page.files.plan import PageFiles, make_plan
from textrm.page.files.progress import Ending, done_of, ended, messages
from textrm.page.files.remembered import Remembered
from textrm.page.files.sharing import suitable_jobs
from textrm.page.files.strips import with_neighbours
from textrm.page.files.summary import Summary, counted
from textrm.page.files.waiting import Waiting
from textrm.page.filling.fill import FILLS
from textrm.page.finding.segment import TILE
from textrm.page.how_to_clean import METHODS, HowToClean
from textrm.page.kinds.choice import ALL, kinds_that_go
from textrm.page.layers.of_page import FORMATS
from textrm.page.models.model import processors
from textrm.page.models.segmenter import SegmentationModel
from textrm.page.sheet.write import check_place, write_sheet
from textrm.page.tile import MARGIN
from textrm.pictures.read import MAX_PIXELS
from textrm.printable import printable

MASKS = {"masks": "mask", "add": "add", "erase": "erase"}  # options, and what they are called in a page's ByHand
HARMLESS = (
    "threshold",
    "low",
    "grow",
    "fill",
    "format",
    "remove",
    "keep",
)  # what a file beside pages may set: they may be from anywhere
_PROBABILITY = click.FloatRange(0, 1, min_open=True, max_open=True)
_FOLDER = click.Path(path_type=Path)


def _config(context: click.Context, parameter: click.Parameter, path: Path | None) -> None:
    if path is not None:
        try:
            context.default_map = read_defaults(path, context)
        except UserError as error:
            raise Mistake(str(error)) from error


@click_command()
@click.argument("inputs", metavar="PAGE_OR_BOOK_OR_DIR...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="Folder for the results.")
@click.option(
    "--mask", is_flag=True, help="Also write the mask of the lettering, before it is widened (0/255), NAME.mask.png."
)
@click.option("--prob", is_flag=True, help="Also write the probability of lettering (0-255), NAME.prob.png.")
@click.option("--overlay", is_flag=True, help="Also write the page with what was found drawn in, NAME.overlay.png.")
@click.option("--json", is_flag=True, help="Also write the words, and the doubtful ones that were left, NAME.json.")
@click.option("--sheet", is_flag=True, help="Also write OUT/sheet.html: all pages before and after, the worst first.")
@click.option("--layers", type=click.Choice(FORMATS), help="Also write the page's layers, for image editors, NAME.psd "
              "or NAME.ora.")  # fmt: skip
@click.option("--masks", type=_FOLDER, help="Folder of masks to use instead of finding: NAME.mask.png or NAME.png.")
@click.option("--add", type=_FOLDER, help="Folder of masks of what is to go as well.")
@click.option("--erase", type=_FOLDER, help="Folder of masks of what is to stay after all.")
@click.option("--remove", type=KindList((ALL, *KINDS)), help="Kinds of words that go: all, or a list of "
              f"{', '.join(KINDS)}.  [all but credit, watermark]")  # fmt: skip
@click.option("--keep", type=KindList(KINDS), help="Kinds of words that stay.")
@click.option("--threshold", type=_PROBABILITY,
              help="Score above which a word is lettering; less finds more.  [the model's own]")  # fmt: skip
@click.option("--low", type=_PROBABILITY,
              help="Probability above which a pixel belongs to a word that goes.  [the model's own]")  # fmt: skip
@click.option("--grow", type=click.IntRange(0, 64), help="Pixels to widen the mask by.  [by the page's size, 2-8]")
@click.option(
    "--min-area", type=click.IntRange(0), default=12, show_default=True, help="Leave words of fewer pixels alone."
)
@click.option("--fill", type=click.Choice(FILLS), help="How to fill.  [auto]")
@click.option("--format", "kind", type=click.Choice(["same", "png"]), default="same", show_default=True,
              help="PNG gives untouched pixels back bit for bit.")  # fmt: skip
@click.option("--method", type=click.Choice(METHODS), default=METHODS[0], show_default=True,
              help="Find the lettering and fill it, or let one net draw the clean page.")  # fmt: skip
@click.option("--model", type=click.Path(path_type=Path),
              help="ONNX file of a segmenter, or of a cleaning net for end-to-end.  [the released one]")  # fmt: skip
@click.option(
    "--fill-model", type=click.Path(path_type=Path), help="ONNX file of an inpainting net.  [the released one]"
)
@click.option("--jobs", type=click.IntRange(1),
              help="Processes that share the pages and threads.  [by processors, pages and free memory]")  # fmt: skip
@click.option("--threads", type=click.IntRange(1), help="Processor threads of all processes together.  [all]")
@click.option("--tile", type=click.IntRange(2 * MARGIN + 1), default=TILE, show_default=True,
              help="Side of the largest tile in pixels; less needs less memory.")  # fmt: skip
@click.option("--max-pixels", type=click.IntRange(1), default=MAX_PIXELS, show_default=True,
              help="Refuse larger pictures.")  # fmt: skip
@click.option(
    "--overwrite",
    is_flag=True,
    help="Make all results anew, even over the pages themselves, each of which is cleaned once.",
)
@click.option("--backup", is_flag=True, help="With --overwrite: keep what is replaced as NAME.bak.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option("--config", type=click.Path(path_type=Path), is_eager=True, expose_value=False, callback=_config,
              help="TOML file with defaults of these options.")  # fmt: skip
@click.pass_context
def main(context: click.Context, /, inputs: tuple[Path, ...], out: Path, overwrite: bool, **given: Any) -> None:
    """Take the lettering out of pages.

    Writes each page and each book without its lettering into OUT, in the format of the source; folders keep their tree.
    Pages whose results are there already, made with the same options, are passed over: an interrupted run goes on where
    it stopped, also within a book.
    """
    console = messages()
    with ended(console) as ending:
        if given["backup"] and not overwrite:
            raise UserError("--backup is given, but nothing is replaced: give --overwrite")
        given |= _beside(inputs, context, console)
        if given["sheet"]:
            check_place(out)
        if given["layers"] == "psd":
            _need_psd()
        folders = {role: given[name] for name, role in MASKS.items() if given[name] is not None}
        pages = _cleaner(given, out)
        extras = [name for name in EXTRAS if given.get(name) or given["layers"] == name]
        pages.remembered.load()
        suffix, passed_over = ".png" if pages.as_png else "", list(folders.values())
        plan = make_plan(inputs, out, extras, suffix, overwrite, passed_over, pages.remembered, books=True)
        books, notes = with_pages_of_books(plan, extras)
        ending.failures += plan.failures
        plan.failures = ending.failures
        for note in notes + with_masks(plan, out, folders):
            console.print(printable(f"note: {note}"))
        plan.pages = with_neighbours(plan.pages)
        if pages.as_png and any(book.book.keeps_formats for book in books):
            console.print("note: pages in books keep their names and formats, whatever --format says")
        waiting = pages.waiting(plan.pages, overwrite)
        if waiting.changed:
            console.print(f"note: {counted(waiting.changed, 'result')} changed by somebody since: kept (--overwrite "
                          "makes all results anew)")  # fmt: skip
        if given["dry_run"]:
            _tell(waiting, plan.pages, ending)
            return
        _clean(pages, waiting, given, console, ending)
        if given["sheet"] and (path := write_sheet(out, plan.pages, ending.failures)):
            console.print(printable(f"{path} shows the pages before and after, the worst first"))
        if waiting.otherwise:
            ending.done += f", {waiting.otherwise} of them anew for other options than before"
        if done := len(plan.pages) - len(waiting.pages):
            hint = "a page that was replaced is not cleaned twice" if overwrite else "--overwrite makes them anew"
            ending.done += f", {done} were done already ({hint})"


def _need_psd() -> None:
    try:
        import_module("textrm.page.layers.psd")
    except ModuleNotFoundError as error:
        raise UserError(f"--layers psd: {error}") from error


def _beside(inputs: tuple[Path, ...], context: click.Context, console: Console) -> dict[str, Any]:
    """The settings that lie beside the pages, of options that nobody gave otherwise; the user is told of them."""
    path = beside_pages(inputs)
    if path is None:
        return {}
    values = read_defaults(path, context, HARMLESS)
    values = {name: value for name, value in values.items()
              if context.get_parameter_source(name) == ParameterSource.DEFAULT}  # fmt: skip
    told = ", ".join(
        f"{'format' if name == 'kind' else name} = {','.join(value) if isinstance(value, tuple) else value}"
        for name, value in values.items()
    )
    console.print(printable(f"note: {path} sets {told or 'nothing that was not given otherwise'}"))
    return values


def _cleaner(given: dict[str, Any], out: Path) -> CleanPages:
    """How to clean; options that have no value are left to the method."""
    names = ("threshold", "low", "grow", "min_area", "fill", "tile", "remove", "keep")
    options = {name: given[name] for name in names if given[name] is not None}
    kinds_that_go(options.get("remove"), options.get("keep", ()))  # or a mistake, before any page is looked at
    by_hand = tuple(name for name in MASKS if given[name] is not None)
    how = HowToClean(given["method"], given["model"], given["fill_model"], options, by_hand)
    return CleanPages(how, given["kind"] == "png", given["max_pixels"], given["backup"], Remembered(out))


def _clean(pages: CleanPages, waiting: Waiting, given: dict[str, Any], console: Console, ending: Ending) -> None:
    threads = given["threads"] or processors()
    jobs = given["jobs"] or suitable_jobs(len(waiting.pages), threads)
    jobs, total = min(jobs, len(waiting.pages)), len(waiting.pages) + len(waiting.books)
    told = [page.source for page in waiting.pages] + [todo.files.source for todo in waiting.books]
    order = {path: number for number, path in enumerate(told)}
    failed: list[tuple[Path, str]] = []
    written: set[Path] = set()
    summary, start = Summary(), time.monotonic()
    try:
        with closing(pages.work(waiting, jobs, threads)) as attempts:
            for done in done_of(attempts, total, "cleaning", failed, console, console.is_terminal):
                assert done.value is not None
                summary.add(done.value)
                written.add(done.path)
                if isinstance(done.value, Cleaned):
                    failed += [(done.path, reason) for reason in done.value.lost]
                for note in done.value.notes:
                    console.print(printable(f"note: {done.path}: {note}"))
    finally:
        ending.failures += sorted(failed, key=lambda failure: order[failure[0]])
    if summary.by_pixel:
        console.print(f"note: {given['model'] or SegmentationModel.released} looks at a page once: pixels are judged, "
                      "not words, and none is doubtful")  # fmt: skip
    for line in summary.lines(time.monotonic() - start):
        console.print(line)
    pages_taken, books_taken = waiting.taken_away(written)
    if taken := pages_taken + books_taken:
        reason = f"{counted(len(taken), 'result')} taken away while others were made: give the same command again"
        ending.failures.append((taken[0], reason))
    ending.done = f"{counted(summary.pages - len(pages_taken), 'page')} cleaned"
    if waiting.books:
        ending.done += f", {counted(summary.books - len(books_taken), 'book')} written"


def _tell(waiting: Waiting, pages: list[PageFiles], ending: Ending) -> None:
    paths = [(page.source, page.target) for page in waiting.pages if not isinstance(page, BookPage)]
    for source, target in paths + [(todo.files.source, todo.files.target) for todo in waiting.books]:
        click.echo(printable(f"{source} -> {target}"))
    done = len(pages) - len(waiting.pages)
    ending.done = f"dry run: {counted(len(waiting.pages), 'page')} would be cleaned, {done} done already"


if __name__ == "__main__":
    main()
