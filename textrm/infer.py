"""Cleans pages: ``python -m textrm.infer PAGE_OR_DIR… -o OUT``, also installed as ``textrm-infer``."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click
import cv2

from textrm.command_line import click_command
from textrm.errors import UserError
from textrm.page.cleaning import Cleaning
from textrm.page.end_to_end import EndToEnd
from textrm.page.files.clean_file import clean_file
from textrm.page.files.plan import EXTRAS, make_plan
from textrm.page.files.progress import ended, messages, work_through
from textrm.page.filling.fill import FILLS, NEEDS_MODEL
from textrm.page.finding.segment import TILE
from textrm.page.models.segmenter import SegmentationModel
from textrm.page.segment_and_fill import SegmentAndFill
from textrm.page.tile import MARGIN
from textrm.pictures.read import MAX_PIXELS

SEGMENT_AND_FILL = ("fill", "fill_model", "low", "grow")  # options that only this method takes
_PROBABILITY = click.FloatRange(0, 1, min_open=True, max_open=True)


@click_command()
@click.argument("inputs", metavar="PAGE_OR_DIR...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path), help="Folder for the results.")
@click.option(
    "--mask", is_flag=True, help="Also write the mask of the lettering, before it is widened (0/255), NAME.mask.png."
)
@click.option("--prob", is_flag=True, help="Also write the probability of lettering (0-255), NAME.prob.png.")
@click.option("--overlay", is_flag=True, help="Also write the page with what was found drawn in, NAME.overlay.png.")
@click.option("--json", is_flag=True, help="Also write the words, and the doubtful ones that were left, NAME.json.")
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
@click.option("--method", type=click.Choice(["segment+fill", "end-to-end"]), default="segment+fill", show_default=True,
              help="Find the lettering and fill it, or let one net draw the clean page.")  # fmt: skip
@click.option("--model", type=click.Path(path_type=Path),
              help="ONNX file of a segmenter, or of a cleaning net for end-to-end.  [the released one]")  # fmt: skip
@click.option(
    "--fill-model", type=click.Path(path_type=Path), help="ONNX file of an inpainting net.  [the released one]"
)
@click.option("--threads", type=click.IntRange(1), help="Processor threads.  [all]")
@click.option("--tile", type=click.IntRange(2 * MARGIN + 1), default=TILE, show_default=True,
              help="Side of the largest tile in pixels; less needs less memory.")  # fmt: skip
@click.option("--max-pixels", type=click.IntRange(1), default=MAX_PIXELS, show_default=True,
              help="Refuse larger pictures.")  # fmt: skip
@click.option("--overwrite", is_flag=True, help="Make all results anew, even over the pages themselves.")
def main(
    inputs: tuple[Path, ...],
    out: Path,
    kind: str,
    method: str,
    model: Path | None,
    threads: int | None,
    overwrite: bool,
    max_pixels: int,
    **options: Any,
) -> None:
    """Take the lettering out of pages.

    Writes each page without its lettering into OUT, in the format of the source; folders keep their tree. Pages whose
    results are there already are passed over, so an interrupted run goes on where it stopped.
    """
    console = messages()
    cv2.setNumThreads(1)  # its work is many small calls, which wait longer for threads than they gain
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)  # no warnings of its codecs between our lines
    extras = [name for name in EXTRAS if options.pop(name)]
    with ended(console) as ending:
        plan = make_plan(inputs, out, extras, ".png" if kind == "png" else "", overwrite)
        ending.failures += plan.failures
        cleaning = _opened(
            method, model, threads, {name: value for name, value in options.items() if value is not None}
        )
        waiting = plan.pages if overwrite else [page for page in plan.pages if not page.is_done()]
        tasks = [
            (page.source, partial(clean_file, page, cleaning, kind == "png", max_pixels)) for page in waiting
        ]  # fmt: skip
        hint = "; a smaller --tile needs less"
        cleaned = work_through(tasks, "cleaning", ending.failures, console, console.is_terminal, hint)
        ending.done = f"{cleaned} page{'' if cleaned == 1 else 's'} cleaned"
        if isinstance(cleaning.model, SegmentationModel) and cleaning.model.looks == 1:
            console.print(f"note: {cleaning.model.path} looks at a page once: pixels are judged, not words, "
                          "and none is doubtful")  # fmt: skip
        if done := len(plan.pages) - len(waiting):
            ending.done += f", {done} were done already (--overwrite makes them anew, with the options given now)"


def _opened(method: str, model: Path | None, threads: int | None, given: dict[str, Any]) -> Cleaning:
    """How to clean, models open; ``given`` are the options that the user gave, and those that have defaults."""
    if method == "end-to-end":
        useless = [f"--{name.replace('_', '-')}" for name in SEGMENT_AND_FILL if name in given]
        if useless:
            raise UserError(f"{', '.join(useless)}: of no use with --method end-to-end, whose net makes and fills no "
                            "mask; leave out, or give --method segment+fill")  # fmt: skip
        return EndToEnd.opened(model, threads, **given)
    if "fill_model" in given and given.get("fill", "auto") not in NEEDS_MODEL:
        raise UserError(f"--fill-model is given, but --fill {given['fill']} uses no net: give --fill auto or network")
    return SegmentAndFill.opened(model, threads=threads, **given)


if __name__ == "__main__":
    main()
