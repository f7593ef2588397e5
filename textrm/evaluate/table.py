"""The table of an evaluation for the terminal: one row per part in every block."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group
from rich.table import Column, Table

from textrm.data.sample import KINDS
from textrm.evaluate.scoring import Line
from textrm.metrics import HEIGHTS, TOUCHED

WIDTH = 144  # columns the table needs; a terminal that is narrower wraps it, which is better than cut figures

# The format of a cell by its heading, and the columns that go into it; a cell whose first is not known is a dash.
Block = dict[str, tuple[str, tuple[str, ...]]]
PIXELS_AND_PICTURES: Block = {
    "AP": ("{:.3f}", ("AP",)),
    "F1": ("{:.3f}", ("F1",)),
    "prec.": ("{:.3f}", ("precision",)),
    "recall": ("{:.3f}", ("recall",)),
    "F1 2px": ("{:.3f}", ("F1tol",)),
    "per page": ("{:.3f}", ("F1tol_page",)),
    "small": ("{:.3f}", ("small_recall",)),
    "PSNR": ("{:.1f}", ("psnr",)),
    "near": ("{:.1f}", ("psnr_near",)),
    "left": ("{:.2%}", ("left",)),
    "change": ("{:.2f}", ("change",)),
    "s/page": ("{:.2f}", ("seconds",)),
}
HARM: Block = {
    "art lost": ("{:.3%}", ("leak",)),
    "worst page": ("{:.2%} {}", ("leak_worst", "leak_worst_page")),
    "words": ("{:d}", ("words",)),
    "half erased": ("{:.1%}", ("half_erased",)),
    "kept whole": ("{:.1%}", ("kept_whole",)),
    "false": ("{:.3%}", ("false_area",)),
    "text-free": ("{:d}", ("text_free",)),
    **{f">{100 * share:g} %": ("{:.1%}", (f"touched_{100 * share:g}",)) for share in TOUCHED},
}
BY_HEIGHT: Block = {
    f"{height} px": ("{:.3f} / {:.3f} of {:d}", (f"recall_{height}", f"words_found_{height}", f"words_{height}"))
    for height in HEIGHTS
} | {"all words": ("{:.3f}", ("words_found",))}
BY_KIND: Block = {
    "recall": PIXELS_AND_PICTURES["recall"],
    "words": HARM["words"],
    "words found": BY_HEIGHT["all words"],
    **{name: HARM[name] for name in ("half erased", "kept whole")},
}
NAMES = ("tool", "method", "part", "kind", "pages")  # of the lines of every block


def score_table(title: str, lines: Sequence[Line], kinds: Sequence[Line] | None = None) -> Group:
    """The lines of :mod:`textrm.evaluate.summary`, those of kinds where given; what is not known is a dash."""
    blocks = [
        _block(title, lines, PIXELS_AND_PICTURES),
        _block("harm: art, words, and text-free pictures that were touched", lines, HARM),
        _block("found by height: share of pixels / of words, 90 % of their pixels found", lines, BY_HEIGHT),
    ]
    if kinds:
        return Group(*blocks, _block("found by kind of lettering", kinds, BY_KIND))
    if kinds is not None:
        told = f"column kind, or tags {', '.join(KINDS)}"
        return Group(*blocks, f"found by kind of lettering: nothing in the manifest tells ({told})")
    return Group(*blocks)


def _block(title: str, lines: Sequence[Line], block: Block) -> Table:
    names = [name for name in NAMES if name in lines[0]]
    table = Table(*(Column(name, overflow="fold") for name in (*names, *block)), title=title)
    for line in lines:
        cells = [(form, [line[column] for column in columns]) for form, columns in block.values()]
        table.add_row(
            *(str(line[name]) for name in names),
            *("–" if values[0] != values[0] else form.format(*values) for form, values in cells),
        )
    return table
