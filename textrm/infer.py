"""Cleans pages: ``textrm clean PAGE_OR_BOOK_OR_DIR… -o OUT``, also ``python -m textrm.infer`` and ``textrm-infer``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource
from rich.console import Console

from textrm.command_line import KindList, Mistake, click_command
from textrm.data.sample import KINDS
from textrm.errors import UserError
from textrm.extras import import_extra
from textrm.page.files.clean_pages import CleanPages
from textrm.page.files.connected import cluster_jobs, connected
from textrm.page.files.defaults import beside_pages, read_defaults
from textrm.page.files.progress import Ending, ended, messages
from textrm.page.files.record import recorded
from textrm.page.files.run import clean_all
from textrm.page.files.sharing import suitable_jobs
from textrm.page.files.summary import counted
from textrm.page.filling.fill import FILLS
from textrm.page.finding.segment import TILE
from textrm.page.how_to_clean import METHODS, HowToClean
from textrm.page.kinds.choice import ALL, kinds_that_go
from textrm.page.layers.of_page import FORMATS
from textrm.page.models.model import processors
from textrm.page.models.segmenter import SegmentationModel
from textrm.page.models.session import CPU, DEVICES
from textrm.page.planning.books import BookPage
from textrm.page.planning.inputs import Inputs
from textrm.page.planning.masks_by_hand import with_masks
from textrm.page.planning.named_beside import EXTRAS
from textrm.page.planning.plan import Planning
from textrm.page.planning.remembered import Remembered
from textrm.page.planning.shard import Shard
from textrm.page.planning.to_do import ToDo
from textrm.page.sheet.write import check_place, write_sheet
from textrm.page.tile import MARGIN
from textrm.pictures.read import MAX_PIXELS
from textrm.printable import printable

MASKS = {"masks": "mask", "add": "add", "erase": "erase"}  # options, and what they are called in a page's ByHand
# What a file beside pages may set: they may be from anywhere.
HARMLESS = ("threshold", "low", "grow", "fill", "format", "remove", "keep")
_PROBABILITY = click.FloatRange(0, 1, min_open=True, max_open=True)
_FOLDER = click.Path(path_type=Path)


def _config(context: click.Context, parameter: click.Parameter, path: Path | None) -> None:
    if path is not None:
        try:
            context.default_map = read_defaults(path, context)
        except UserError as error:
            raise Mistake(str(error)) from error


@click_command()
@click.argument("inputs", metavar="PAGE_OR_BOOK_OR_DIR...", nargs=-1, type=click.Path(path_type=Path))
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="Folder for the results.")
@click.option(
    "--mask", is_flag=True, help="Also write NAME.mask.png: the mask of the lettering before it is widened (0/255)."
)
@click.option("--prob", is_flag=True, help="Also write NAME.prob.png: the probability of lettering (0-255); where "
              "words are judged, as by the released net, above 127 in those that go and nowhere else.")  # fmt: skip
@click.option("--overlay", is_flag=True, help="Also write NAME.overlay.png: the page with what was found outlined.")
@click.option("--json", is_flag=True, help="Also write NAME.json: a list of the words, with those that stay.")
@click.option("--sheet", is_flag=True, help="Also write OUT/sheet.html: all pages before and after, the worst first.")
@click.option("--layers", type=click.Choice(FORMATS), help="Also write NAME.psd or NAME.ora: the page as "
              "layers, for image editors.")  # fmt: skip
@click.option("--masks", type=_FOLDER, help="Folder with masks to use instead of looking for lettering: NAME.png.")
@click.option("--add", type=_FOLDER, help="Folder with masks of what is to be removed as well.")
@click.option("--erase", type=_FOLDER, help="Folder with masks of what is to stay after all.")
@click.option("--remove", type=KindList((ALL, *KINDS)), help="Kinds of words to remove: all, or some of "
              f"{', '.join(KINDS)}.  [all but credit, watermark]")  # fmt: skip
@click.option("--keep", type=KindList(KINDS), help="Kinds of words to leave.")
@click.option("--threshold", type=_PROBABILITY,
              help="Score above which a word is removed, or of a net that looks once, probability above which a pixel "
              "is; lower values remove more. With --method end-to-end it decides what --mask and --json show, not what "
              "is removed.  [the model's own]")  # fmt: skip
@click.option("--low", type=_PROBABILITY,
              help="Probability above which a pixel belongs to a removed word.  [the model's own]")  # fmt: skip
@click.option("--grow", type=click.IntRange(0, 64), help="Pixels to widen the mask by.  [2-8, by the page's size]")
@click.option(
    "--min-area", type=click.IntRange(0), default=12, show_default=True, help="Leave words with fewer pixels."
)
@click.option("--fill", type=click.Choice(FILLS), help="How to fill in what was behind the lettering.  [auto]")
@click.option("--format", "kind", type=click.Choice(["same", "png"]), default="same", show_default=True,
              help="Format of the results; PNG keeps every other pixel bit for bit.")  # fmt: skip
@click.option("--method", type=click.Choice(METHODS), default=METHODS[0], show_default=True,
              help="Find the lettering and fill its place, or let one net draw the clean page.")  # fmt: skip
@click.option("--model", type=click.Path(path_type=Path),
              help="ONNX file of a segmenter, or of a cleaning net for end-to-end.  [the released one]")  # fmt: skip
@click.option(
    "--fill-model", type=click.Path(path_type=Path), help="ONNX file of an inpainting net.  [the released one]"
)
@click.option("--jobs", type=click.IntRange(1),
              help="How many processes share the work.  [by processors, pages and free memory]")  # fmt: skip
@click.option("--threads", type=click.IntRange(1), help="How many processor threads they share.  [all]")
@click.option("--device", type=click.Choice(list(DEVICES)), default=CPU, show_default=True,
              help="What runs the nets; others than cpu need a build of onnxruntime for them.")  # fmt: skip
@click.option("--tile", type=click.IntRange(2 * MARGIN + 1), default=TILE, show_default=True,
              help="Side of the largest tile in pixels; smaller tiles need less memory.")  # fmt: skip
@click.option("--max-pixels", type=click.IntRange(1), default=MAX_PIXELS, show_default=True,
              help="Refuse larger pictures.")  # fmt: skip
@click.option(
    "--overwrite",
    is_flag=True,
    help="Make all results anew. In the pages' own folder this replaces the pages.",
)
@click.option("--backup", is_flag=True, help="With --overwrite: keep what is replaced as NAME.bak.")
@click.option("--dry-run", is_flag=True, help="Print what would be done, and write nothing.")
@click.option("--from-list", metavar="FILE", help="Clean the pages and books that FILE lists, one path per line, or in "
              "the column page of a .parquet; - reads standard input. PAGE_OR_BOOK_OR_DIR is then the folder they are "
              "in.  [this folder]")  # fmt: skip
@click.option("-0", "--null", is_flag=True, help="With --from-list: paths end with NUL, as find -print0 writes them.")
@click.option("--shard", metavar="i/n", help="Clean part i of n; together the parts 1 to n are everything, once.")
@click.option("--engine", type=click.Choice(["processes", "ray"]), default="processes", show_default=True,
              help="Clean in processes on this machine, or on a Ray cluster.")  # fmt: skip
@click.option("--address", metavar="HOST:PORT", help="With --engine ray: the cluster, in a trusted network, or auto "
              "for the one that this machine belongs to.  [starts Ray on this machine]")  # fmt: skip
@click.option("--record", type=click.Path(path_type=Path), help="Also write a row for each page into FILE.jsonl or "
              "FILE.parquet: what was done, doubtful words, seconds, error.")  # fmt: skip
@click.option("--config", type=click.Path(path_type=Path), is_eager=True, expose_value=False, callback=_config,
              help="TOML file with defaults for these options.")  # fmt: skip
@click.pass_context
def main(context: click.Context, /, inputs: tuple[Path, ...], out: Path, overwrite: bool, **given: Any) -> None:
    """Remove the lettering from pages and books.

    The clean copies go into OUT, in the format of the source, and folders keep their tree. Pages that are done already
    with the same options are skipped, so an interrupted run continues where it stopped, even in the middle of a book.
    """
    console = messages()

    def tell(note: object) -> None:
        console.print(printable(f"note: {note}"))

    with ended(console) as ending:
        _check(given, overwrite)
        shard = Shard.of_text(given["shard"]) if given["shard"] else None
        found = Inputs(inputs, given["from_list"], given["null"], shard)
        given |= _beside(inputs, context, tell)
        if given["sheet"]:
            check_place(out)
        pages = _cleaner(given, Remembered(out, given["shard"].replace("/", "-") if given["shard"] else ""))
        pages.remembered.load()
        extras = [name for name in EXTRAS if given.get(name) or given["layers"] == name]
        folders = {role: given[name] for name, role in MASKS.items() if given[name] is not None}
        suffix = ".png" if pages.as_png else ""
        planning = Planning(out, extras, suffix, overwrite, list(folders.values()), pages.remembered, books=True)
        to_do = ToDo(extras, partial(with_masks, out=out, folders=folders), pages.finding_waiting(overwrite),
                     tell, ending.failures, [] if given["sheet"] else None)  # fmt: skip
        to_do.begin(found.parts(planning, whole=bool(folders)), ahead=given["from_list"] != "-")
        if pages.as_png and to_do.keeps_formats:
            tell("pages in books keep their names and formats, whatever --format says")
        if given["dry_run"]:
            _tell(to_do, ending)
            return
        _clean(pages, to_do, out, given, console, ending)
        if to_do.changed:
            tell(f"{counted(to_do.changed, 'result')} changed by somebody since: kept (--overwrite makes all results "
                 "anew)")  # fmt: skip
        if to_do.kept is not None and (path := write_sheet(out, to_do.kept, ending.failures)):
            console.print(printable(f"{path} shows the pages before and after, the worst first"))
        if to_do.otherwise:
            ending.done += f", {to_do.otherwise} of them anew for other options than before"
        if done := to_do.pages - to_do.left:
            hint = "a page that was replaced is not cleaned twice" if overwrite else "--overwrite makes them anew"
            ending.done += f", {done} were done already ({hint})"


def _check(given: dict[str, Any], overwrite: bool) -> None:
    """Refuse options that contradict each other, or lack what they need."""
    if given["backup"] and not overwrite:
        raise UserError("--backup is given, but nothing is replaced: give --overwrite")
    if given["sheet"] and given["shard"]:
        raise UserError("--sheet shows all pages, --shard cleans a part of them: give --sheet without --shard when all "
                        "are done")  # fmt: skip
    if given["address"] and given["engine"] != "ray":
        raise UserError(f"--address {given['address']} is given, but not its engine: give --engine ray")
    if given["layers"] == "psd":
        try:
            import_module("textrm.page.layers.psd")
        except ModuleNotFoundError as error:
            raise UserError(f"--layers psd: {error}") from error


def _beside(inputs: tuple[Path, ...], context: click.Context, tell: Callable[[object], None]) -> dict[str, Any]:
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
    tell(f"{path} sets {told or 'nothing that was not given otherwise'}")
    return values


def _cleaner(given: dict[str, Any], remembered: Remembered) -> CleanPages:
    """How to clean; options that have no value are left to the method."""
    names = ("threshold", "low", "grow", "min_area", "fill", "tile", "remove", "keep")
    options = {name: given[name] for name in names if given[name] is not None}
    kinds_that_go(options.get("remove"), options.get("keep", ()))  # or a mistake, before any page is looked at
    by_hand = tuple(name for name in MASKS if given[name] is not None)
    how = HowToClean(given["method"], given["model"], given["fill_model"], options, by_hand, given["device"])
    return CleanPages(how, given["kind"] == "png", given["max_pixels"], given["backup"], remembered)


def _clean(pages: CleanPages, to_do: ToDo, out: Path, given: dict[str, Any], console: Console, ending: Ending) -> None:
    threads, model = given["threads"] or processors(), given["model"] or SegmentationModel.released
    most = to_do.left if to_do.all_found else max(to_do.left, threads, given["jobs"] or 1)
    with recorded(given["record"]) as record:
        if given["engine"] == "processes":
            jobs = min(given["jobs"] or suitable_jobs(most, threads), most)
            clean = partial(pages.in_processes, jobs=jobs, threads=threads)
            clean_all(to_do, partial(pages.work, clean=clean), model, record, console, ending)
            return
        with connected(given["address"], threads) as ray:
            each = max(1, given["threads"] // given["jobs"]) if given["threads"] and given["jobs"] else 1
            jobs = given["jobs"] or (cluster_jobs(ray, each) if given["address"] else suitable_jobs(most, threads))
            on_ray = import_extra("ray", "textrm.page.files.clean_on_ray").clean_on_ray
            clean = partial(on_ray, how=pages, out=out, jobs=min(jobs, most), threads=each)
            clean_all(to_do, partial(pages.work, clean=clean), model, record, console, ending)


def _tell(to_do: ToDo, ending: Ending) -> None:
    for part in to_do.parts():
        paths = [(page.source, page.target) for page in part.pages if not isinstance(page, BookPage)]
        for source, target in paths + [(todo.files.source, todo.files.target) for todo in part.books]:
            click.echo(printable(f"{source} -> {target}"))
    ending.done = f"dry run: {counted(to_do.left, 'page')} would be cleaned, {to_do.pages - to_do.left} done already"


if __name__ == "__main__":
    main()
