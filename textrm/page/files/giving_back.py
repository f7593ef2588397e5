"""Gives memory back: between pages, and of large arrays as soon as they are gone."""

from __future__ import annotations

import ctypes
import sys

_LARGE = 8 << 20  # bytes; a page of 1654 x 2339 in RGB has 11.6 MB. Smaller ones would cost time: they come zeroed.
_MMAP_THRESHOLD = -3  # M_MMAP_THRESHOLD of malloc.h


def give_back_large() -> None:
    """Let this process return each large array to the system at once, as :func:`give_back` does of the heap.

    By itself the heap keeps such arrays after the first of them, and what is kept between those in use is lost.
    """
    _ask("mallopt", _MMAP_THRESHOLD, _LARGE)


def give_back() -> None:
    """Return to the system what the heap keeps of arrays that are gone; only the C library of GNU can be asked to.

    It keeps what lies below anything that is still in use, so that a process would grow from page to page: to twice as
    much after a dozen pages.
    """
    _ask("malloc_trim", 0)


def _ask(name: str, *numbers: int) -> None:
    if sys.platform == "linux":
        function = getattr(ctypes.CDLL(None), name, None)
        if function is not None:
            function(*numbers)
