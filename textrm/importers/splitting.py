"""The options ``--split`` and ``--seed``, which all importers have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click


def split_options(default: str, unit: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add both to a command, which receives ``shares``, of train, val and test, and ``seed``."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        seed = click.option("--seed", default=0, show_default=True, help="Seed of all random choices.")
        told = f"Shares of train, val and test. Each {unit} falls into one of them by its hash."
        shares = click.option("--split", "shares", default=default, show_default=True, callback=_shares, help=told)
        return shares(seed(command))

    return decorate


def _shares(context: click.Context, parameter: click.Parameter, text: str) -> tuple[float, float, float]:
    try:
        train, val, test = (float(share) for share in text.split(","))
    except ValueError as error:
        raise click.BadParameter(f"{text!r}: expected shares of train, val and test, as 0.8,0.1,0.1") from error
    return train, val, test
