"""Which pages are strips that were cut out of a longer one: each is cleaned knowing the ones above and below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from textrm.page.joins import are_parts
from textrm.page.planning.books import BookPage
from textrm.page.planning.page_files import PageFiles
from textrm.page.planning.plan import Plan


def with_neighbours(
    pages: Sequence[PageFiles], before: PageFiles | None = None, after: PageFiles | None = None
) -> list[PageFiles]:
    """The pages, strips with those above and below them: the files before and after in their folder.

    Two files join where :func:`~textrm.page.joins.are_parts` says so; in a book, whose pages cost more to look at, any
    two do, and cleaning asks that.

    Args:
        pages: of a plan, or of a part of it.
        before: the last page of the part before.
        after: the first page of the part behind.
    """
    every = [page for page in (before, *pages, after) if page is not None]
    found, sizes = list(every), [None if isinstance(page, BookPage) else page.size() for page in every]
    for (number, page), (other, following) in pairwise(enumerate(every)):
        if page.source.parent != following.source.parent:
            continue
        size, next_size = sizes[number], sizes[other]
        if isinstance(page, BookPage) or (size and next_size and are_parts(size, next_size)):
            found[number] = replace(found[number], below=following)
            found[other] = replace(found[other], above=page)
    start = int(before is not None)
    return found[start : start + len(pages)]


def in_order(parts: Iterable[Plan]) -> Iterator[tuple[Plan, PageFiles | None, PageFiles | None]]:
    """Parts of a plan, each with the last page of the one before it and the first page of the one behind it."""
    last, held = None, None
    for part in parts:
        if held is not None:
            following = part.pages[0] if part.pages else None
            closing = held.pages[-1] if held.pages else None
            yield held, last, following
            last = closing
        held = part
    if held is not None:
        yield held, last, None
