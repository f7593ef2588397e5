"""Finds the pages of a folder or a book for a review."""

from __future__ import annotations

import os
from pathlib import Path

from textrm.errors import UserError
from textrm.page.planning.books import with_pages_of_books
from textrm.page.planning.plan import make_plan
from textrm.page.segment_and_fill import SegmentAndFill
from textrm.review.book import ReviewedBook
from textrm.review.desk import Desk
from textrm.review.export import BESIDE

WORK = ".review"
"""The folder, in that for all that is written, in which the work on pages is kept."""


def begin(path: Path, out: Path, cleaning: SegmentAndFill, max_pixels: int) -> tuple[ReviewedBook, list[str]]:
    """The pages at ``path`` for a review, and what the user should know; nothing is cleaned or written yet.

    Args:
        path: a page, a folder of pages and books, or a book.
        out: the folder for all that is written.
        cleaning: finds the lettering and fills.
        max_pixels: larger pictures are refused.

    Raises:
        UserError: when there is no page, or ``out`` is no folder.
    """
    plan = make_plan([path], out, BESIDE, books=True)
    _, notes = with_pages_of_books(plan, BESIDE, alone=True)
    told = [f"note: {note}" for note in notes] + [f"failed: {lost}: {reason}" for lost, reason in plan.failures]
    if not plan.pages:
        reason = "; ".join(reason for _, reason in plan.failures[:1])
        raise UserError(f"{path} has no page to look at{': ' * bool(reason)}{reason}")
    whole = Path(os.path.abspath(path))
    title = whole.stem if whole.is_file() else whole.name
    return ReviewedBook(title, plan.pages, Desk(out, out / WORK, cleaning, max_pixels)), told
