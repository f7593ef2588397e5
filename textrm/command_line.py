"""What the commands that take options have in common; those with a configuration are in :mod:`textrm.runs`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click


def click_command(**settings: Any) -> Callable[[Callable[..., Any]], click.Command]:
    """``click.command(**settings)`` that answers to ``-h`` as to ``--help``."""
    return click.command(context_settings={"help_option_names": ["-h", "--help"]}, **settings)
