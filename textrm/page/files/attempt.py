"""Does one task and says what came of it: a fault of one page must not cost the others."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar

from textrm.errors import UserError
from textrm.files import FULL

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Attempt(Generic[T]):
    """What came of the page at ``path``: ``value`` where it was done, else None and the ``reason``.

    ``disk_full``: no other page can be done either; ``seconds`` is what it took. It can be sent to another process.
    """

    path: Path
    value: T | None = None
    reason: str = ""
    disk_full: bool = False
    seconds: float = 0.0


def attempt(path: Path, task: Callable[[], T], memory_hint: str = "") -> Attempt[T]:
    """Do the task of the page at ``path``; ``memory_hint`` says what to do where there is too little memory.

    Raises:
        BrokenPipeError: when nobody reads what is printed any more.
    """
    start = time.monotonic()
    one = _attempt(path, task, memory_hint)
    return replace(one, seconds=time.monotonic() - start)


def _attempt(path: Path, task: Callable[[], T], memory_hint: str) -> Attempt[T]:
    try:
        return Attempt(path, task())
    except UserError as error:
        return Attempt(path, reason=str(error))
    except BrokenPipeError:
        raise
    except OSError as error:
        if error.errno in FULL:
            return Attempt(path, reason=f"the disk is full: the result of {path} was not written; make room and give "
                           "the same command again", disk_full=True)  # fmt: skip
        return Attempt(path, reason=f"its result cannot be written: {error.strerror or error}")
    except MemoryError:
        return Attempt(path, reason=f"there is not enough memory{memory_hint}")
    except Exception as error:  # a fault of ours with one page must not cost the others
        first = str(error).partition("\n")[0]
        return Attempt(path, reason=f"unexpected {type(error).__name__}: {first}; please report it")
