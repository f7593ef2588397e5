"""Ends a command whose extra is not installed in one line that names the extra."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from textrm.errors import UserError


@contextmanager
def needs_extra(extra: str, module: str) -> Iterator[None]:
    """Import what only the extra brings within this; ``module`` is the importing module's ``__name__``.

    Where a package is missing, a module that runs as a command prints one line and exits with status 1.

    Raises:
        ModuleNotFoundError: with the same line, where the module is imported.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("textrm"):
            raise  # no extra would mend this
        message = f"this needs {error.name}, which is not installed: pip install 'textrm[{extra}]'"
        if module == "__main__":
            sys.exit(f"error: {message}")
        raise ModuleNotFoundError(message, name=error.name) from error


def import_extra(extra: str, name: str) -> Any:
    """The module ``name``, which only the extra lets be imported, where it is asked for in the middle of work.

    Raises:
        UserError: with the line of :func:`needs_extra`.
    """
    try:
        with needs_extra(extra, __name__):
            return import_module(name)
    except ModuleNotFoundError as error:
        raise UserError(str(error)) from error
