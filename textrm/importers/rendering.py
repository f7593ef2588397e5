"""The options of importers that render captions: ``--worn``, ``--jpeg``, ``--fonts`` and ``--workers``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from textrm.importers.workers import workers_option
from textrm.synth.faces.library import PACKAGES


def rendering_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add them to a command, which receives ``worn`` and ``jpeg`` in [0, 1], ``fonts``, and at least 1 ``workers``."""
    options = (
        click.option("--worn", default=0.2, show_default=True, type=click.FloatRange(0, 1),
                     help="Share of rendered memes that are rescaled or blurred, as if passed on many times."),
        click.option("--jpeg", default=0.85, show_default=True, type=click.FloatRange(0, 1),
                     help="Share of rendered memes saved as JPEG; the others are PNG, without loss."),
        fonts_option,
        workers_option,
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def fonts_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--fonts`` to a command, which receives a tuple of them."""
    return click.option("--fonts", multiple=True, default=[PACKAGES], show_default=True,
                        help="Where to take fonts from: packages (the same on every machine), system, or a folder. "
                        "May be given again.")(command)  # fmt: skip
