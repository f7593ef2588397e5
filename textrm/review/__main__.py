"""Opens pages or a book for review in a browser: ``textrm review BOOK``, also ``python -m textrm.review``."""

from __future__ import annotations

import os
import shutil
import webbrowser
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import cv2

from textrm.command_line import KindList, click_command
from textrm.data.sample import KINDS
from textrm.extras import needs_extra
from textrm.files import sweep_below
from textrm.page.files.progress import ended, messages
from textrm.page.files.summary import counted
from textrm.page.kinds.choice import ALL
from textrm.page.models.model import processors
from textrm.page.models.session import CPU, DEVICES
from textrm.page.planning.named_beside import REVIEWED
from textrm.page.segment_and_fill import SegmentAndFill
from textrm.pictures.read import MAX_PIXELS
from textrm.printable import printable

with needs_extra("web", __name__):
    from textrm.review.begin import WORK, begin
    from textrm.review.export import BOOK
    from textrm.review.held import Held
    from textrm.review.serve import bound, serve

_PROBABILITY = click.FloatRange(0, 1, min_open=True, max_open=True)


@click_command()
@click.argument("book", metavar="BOOK", type=click.Path(path_type=Path))
@click.option("-o", "--out", type=click.Path(path_type=Path),
              help="Folder for your work and for exports.  [BOOK.review, beside the book]")  # fmt: skip
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port to serve on.  [any free one]")
@click.option("--open", "opens", is_flag=True, help="Open the address in the browser.")
@click.option("--threshold", type=_PROBABILITY, help="Score above which a word is removed.  [the model's own]")
@click.option("--remove", type=KindList((ALL, *KINDS)), help="Kinds of words to remove, as of textrm clean.  "
              "[all but credit, watermark]")  # fmt: skip
@click.option("--keep", type=KindList(KINDS), help="Kinds of words to leave.")
@click.option("--grow", type=click.IntRange(0, 64), help="Pixels to widen the mask by.  [2-8, by the page's size]")
@click.option("--model", type=click.Path(path_type=Path), help="ONNX file of a segmenter.  [the released one]")
@click.option(
    "--fill-model", type=click.Path(path_type=Path), help="ONNX file of an inpainting net.  [the released one]"
)
@click.option("--threads", type=click.IntRange(1), help="Processor threads.  [all]")
@click.option("--device", type=click.Choice(list(DEVICES)), default=CPU, show_default=True,
              help="What runs the nets; others than cpu need a build of onnxruntime for them.")  # fmt: skip
@click.option("--max-pixels", type=click.IntRange(1), default=MAX_PIXELS, show_default=True,
              help="Refuse larger pictures.")  # fmt: skip
def main(
    book: Path, out: Path | None, port: int, opens: bool, model: Path | None, fill_model: Path | None,
    threads: int | None, device: str, max_pixels: int, **given: Any,
) -> None:  # fmt: skip
    """Check the pages of a folder or a book in a browser, correct them, and export them.

    BOOK is a page, a folder of pages or books, or a book; it is never written to. Your work is saved as you go, and the
    same command continues where you left it.
    """
    console = messages()
    with ended(console, "stopped; all work is kept, and the same command goes on from here"):
        out = out or Path(os.path.abspath(book)).with_name(f"{Path(os.path.abspath(book)).name}{REVIEWED}")
        cv2.setNumThreads(1)  # its work is many small calls
        options = {name: value for name, value in given.items() if value is not None}
        cleaning = SegmentAndFill.opened(model, fill_model, threads or processors(), device=device, **options)
        reviewed, told = begin(book, out, cleaning, max_pixels)
        for line in told:
            console.print(printable(line))
        listening = bound(port)
        with listening, closing(_held(out / WORK)) as reviewed.desk.held:

            def tell(address: str) -> None:
                pages = counted(len(reviewed.entries), "page")
                console.print(printable(f"{pages} of {book}; the work is kept in {out}"))
                click.echo(address)
                if opens:
                    webbrowser.open(address)

            serve(reviewed, listening, tell)


def _held(work: Path) -> Held:
    """The folder for the work, without what killed reviews have left half written.

    Raises:
        UserError: as :class:`~textrm.review.held.Held`.
    """
    held = Held(work)
    sweep_below(work)
    for left in work.glob(f"{BOOK}*"):  # by an export that was killed
        shutil.rmtree(left, ignore_errors=True)
    return held


if __name__ == "__main__":
    main()
