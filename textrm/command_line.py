"""What the commands that take options have in common; those with a configuration are in :mod:`textrm.runs`."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO, Any

import click

from textrm.errors import UserError
from textrm.files import FULL, sweep_below
from textrm.printable import printable


def click_command(**settings: Any) -> Callable[[Callable[..., Any]], click.Command]:
    """``click.command(**settings)`` that answers to ``-h`` as to ``--help``."""
    return click.command(context_settings={"help_option_names": ["-h", "--help"]}, **settings)


class KindList(click.ParamType):
    """Some of the words ``known``, with commas between them; a tuple of them."""

    name = "KIND,..."

    def __init__(self, known: Sequence[str]) -> None:
        self.known = tuple(known)

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> tuple[str, ...]:
        """The words; one that is not known is a mistake."""
        words = value if isinstance(value, tuple) else tuple(word.strip() for word in str(value).split(","))
        for word in words:
            if word not in self.known:
                self.fail(f"there is no kind {word!r}; expected {', '.join(self.known)}", param, context)
        return words


class Mistake(click.ClickException):
    """A mistake of the user that ends a command with status 1 and one line, which begins as that of other commands."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the line to ``file``, else to stderr."""
        click.echo(f"error: {printable(self.format_message())}", file=file, err=file is None)


class Terminated(KeyboardInterrupt):
    """SIGTERM has come."""


@contextmanager
def sigterm_interrupts() -> Iterator[None]:
    """Raise :class:`Terminated` when SIGTERM comes; outside of the main thread, where none arrives, nothing changes."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _raise)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _raise(number: int, frame: FrameType | None) -> None:
    raise Terminated


@contextmanager
def written_below(out: Path, stopped: str) -> Iterator[None]:
    """Carry the body of a command that writes into the folder ``out``, from which rubbish of killed ones is taken.

    Args:
        out: the folder; it need not be there.
        stopped: the one line that is told after Ctrl-C or SIGTERM.

    Raises:
        Mistake: for a UserError or an OSError of the body.
        SystemExit: with 130 after Ctrl-C, 143 after SIGTERM.
    """
    sweep_below(out)
    try:
        with sigterm_interrupts():
            yield
    except UserError as error:
        raise Mistake(str(error)) from error
    except OSError as error:
        where = error.filename2 or error.filename or out  # a write that fails names no file
        hint = "; make room or give another folder" * (error.errno in FULL)
        raise Mistake(f"{where}: {error.strerror or error}{hint}") from error
    except KeyboardInterrupt as error:
        click.echo(stopped, err=True)
        sys.exit(143 if isinstance(error, Terminated) else 130)
