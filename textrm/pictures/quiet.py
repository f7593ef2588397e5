"""Keeps the lines that libtiff and OpenCV print about odd files off the terminal: between ours they name no page."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_STANDARD_ERROR = 2  # libtiff knows this number only, and Pillow does not let its printing be turned off
_lock = threading.Lock()
_inside, _saved = 0, -1  # how many threads are in the block, and where their lines went before


@contextmanager
def quiet() -> Iterator[None]:
    """Drop what is written to file descriptor 2, by all threads, as long as any of them is in the block."""
    _enter()
    try:
        yield
    finally:
        _leave()


def _enter() -> None:
    global _inside, _saved
    with _lock:
        _inside += 1
        if _inside > 1:
            return
        try:
            if sys.stderr is not None:
                sys.stderr.flush()
            _saved = os.dup(_STANDARD_ERROR)
        except (OSError, ValueError):
            _saved = -1  # there is none
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, _STANDARD_ERROR)
        os.close(nowhere)


def _leave() -> None:
    global _inside
    with _lock:
        _inside -= 1
        if _inside == 0 and _saved >= 0:
            os.dup2(_saved, _STANDARD_ERROR)
            os.close(_saved)
