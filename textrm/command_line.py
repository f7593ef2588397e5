"""What the commands that take options have in common; those with a configuration are in :mod:`textrm.runs`."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO, Any

import click

from textrm.printable import printable


def click_command(**settings: Any) -> Callable[[Callable[..., Any]], click.Command]:
    """``click.command(**settings)`` that answers to ``-h`` as to ``--help``."""
    return click.command(context_settings={"help_option_names": ["-h", "--help"]}, **settings)


class Mistake(click.ClickException):
    """A mistake of the user that ends a command with status 1 and one line, which begins as that of other commands."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the line to ``file``, else to stderr."""
        click.echo(f"error: {printable(self.format_message())}", file=file, err=file is None)
