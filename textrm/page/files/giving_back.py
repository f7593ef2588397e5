"""Gives memory back between pages."""

from __future__ import annotations

import ctypes
import sys


def give_back() -> None:
    """Return to the system what the heap keeps of arrays that are gone; only the C library of GNU can be asked to.

    It keeps what lies below anything that is still in use, so that a process would grow from page to page: to twice as
    much after a dozen pages.
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
