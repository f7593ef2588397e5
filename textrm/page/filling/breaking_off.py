"""Breaks off a filling that is not wanted any more, such as one that a newer stroke lies over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_unwanted: ContextVar[Callable[[], bool] | None] = ContextVar("unwanted", default=None)


class BrokenOff(Exception):
    """What was being filled is not wanted any more; the picture given to be filled is filled in part."""


@contextmanager
def broken_off_when(unwanted: Callable[[], bool]) -> Iterator[None]:
    """Whatever is filled in the body, in this thread, is broken off as soon as ``unwanted`` says so.

    It is asked before each hole and each use of the net, some tens of milliseconds apart.

    Raises:
        BrokenOff: when it was.
    """
    token = _unwanted.set(unwanted)
    try:
        yield
    finally:
        _unwanted.reset(token)


def go_on() -> None:
    """Called between two pieces of work.

    Raises:
        BrokenOff: when the rest is not wanted.
    """
    unwanted = _unwanted.get()
    if unwanted is not None and unwanted():
        raise BrokenOff
