"""What the commands that take options have in common; those with a configuration are in :mod:`textrm.runs`."""

from __future__ import annotations

import difflib
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO, Any

import click

from textrm.errors import UserError
from textrm.files import FULL, sweep_below
from textrm.printable import printable


class Mistake(click.ClickException):
    """A mistake of the user that ends a command with status 1 and one line, which begins as that of other commands."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the line to ``file``, else to stderr."""
        click.echo(f"error: {printable(self.format_message())}", file=file, err=file is None)


class Misuse(Mistake):
    """Words on the command line that cannot be taken: status 2, as click has it."""

    exit_code = 2


class OneLineCommand(click.Command):
    """A command whose words are refused in one line, and that Ctrl-C stops in one line before it has begun."""

    def make_context(self, *given: Any, **named: Any) -> click.Context:
        """As of click."""
        with _in_one_line(self.name):
            return super().make_context(*given, **named)

    def invoke(self, context: click.Context) -> Any:
        """As of click."""
        with _in_one_line(self.name):
            return super().invoke(context)


@contextmanager
def _in_one_line(name: str | None) -> Iterator[None]:
    try:
        yield
    except click.UsageError as error:
        if error.message.startswith("Usage: "):  # no mistake: nothing was asked for, and this is the help
            raise
        words = " ".join(error.format_message().split())  # a list of choices has lines
        command = error.ctx.command_path if error.ctx else name
        raise Misuse(f"{words[:1].lower()}{words[1:].rstrip('.')} (see {command} --help)") from error
    except KeyboardInterrupt:
        click.echo("stopped", err=True)
        sys.exit(130)


def click_command(**settings: Any) -> Callable[[Callable[..., Any]], click.Command]:
    """``click.command(**settings)`` that answers to ``-h`` as to ``--help``, in one line where it is used wrongly."""
    return click.command(cls=OneLineCommand, context_settings={"help_option_names": ["-h", "--help"]}, **settings)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """What to write instead of a ``word`` that is none of ``known``: the nearest of them, or else all."""
    names = list(known)
    near = difflib.get_close_matches(word, names, n=1)
    return f"did you mean {near[0]}?" if near else f"expected one of {', '.join(names)}"


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
