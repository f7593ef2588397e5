"""Which pages are strips that were cut out of a longer one: each is cleaned knowing the ones above and below it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from PIL import Image

from textrm.page.joins import TALL
from textrm.page.planning.books import BookPage
from textrm.page.planning.page_files import PageFiles


def with_neighbours(pages: Sequence[PageFiles]) -> list[PageFiles]:
    """The pages, strips with those above and below them: the files before and after in their folder.

    Two files join where they are equally wide and one of them is TALL. Those in books do not, nor those that are
    replaced by their results, since the next one might be clean already.
    """
    sizes = [_size(page) for page in pages]
    found = list(pages)
    for (number, size), (other, next_size) in pairwise(enumerate(sizes)):
        if size is None or next_size is None or size[0] != next_size[0]:
            continue
        if pages[number].source.parent == pages[other].source.parent and max(size[1], next_size[1]) >= TALL * size[0]:
            found[number] = replace(found[number], below=pages[other])
            found[other] = replace(found[other], above=pages[number])
    return found


def _size(page: PageFiles) -> tuple[int, int] | None:
    """Width and height, as the file's head tells them; None for what takes no part."""
    return None if isinstance(page, BookPage) or page.in_place else _told(page.source)


def _told(path: Path) -> tuple[int, int] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the page itself is read with care, and told of
            with Image.open(path) as picture:
                return picture.size
    except Exception:  # Pillow's plugins raise whatever they meet; reading the page says why
        return None
