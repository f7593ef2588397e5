"""Checks what a set of synthetic pages is asked to be; every mistake is a :class:`~textrm.errors.UserError`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from textrm.command_line import did_you_mean
from textrm.errors import UserError
from textrm.synth.pages import NAMES


def check_folder(out: Path) -> None:
    """Refuse a folder whose manifest describes other pictures than ours, which would be lost."""
    manifest = out / "manifest.csv"
    if manifest.is_file() and not manifest.read_bytes().partition(b"\n")[0].rstrip().endswith(
        (b",words", b",words,shard")
    ):
        raise UserError(f"out={out}: its manifest.csv was not written by this command; give another folder")


def height_and_width(size: Any) -> tuple[int, int]:
    """Height and width in px that ``size`` stands for: a pair, or the side of a square."""
    pair = [size, size] if isinstance(size, int) else size
    if not isinstance(pair, Sequence) or len(pair) != 2 or not all(type(side) is int for side in pair):
        raise UserError(f"size={size}: expected height and width in whole pixels, or one number for a square")
    return pair[0], pair[1]


def split_shares(split: Any) -> tuple[float, float, float]:
    """The shares of train, val and test, finite and not all 0; they need not add up to 1."""
    try:
        train, val, test = (float(share) for share in split)
        if min(train, val, test) >= 0 and 0 < train + val + test < math.inf:
            return train, val, test
    except (TypeError, ValueError):
        pass
    raise UserError(f"split={split}: expected three shares, of train, val and test")


def check_ranges(
    n: int, height: int, width: int, workers: int, shares: dict[str, float | None], tar: int | None = None
) -> None:
    """Refuse numbers that no set of pages can have."""
    if n < 1:
        raise UserError(f"n={n}: expected at least 1 page")
    if not (64 <= height <= 4096 and 64 <= width <= 4096):
        raise UserError(f"size=[{height},{width}]: expected 64 to 4096 pixels")
    if workers < 0:
        raise UserError(f"workers={workers}: expected 0 (all CPUs) or more")
    if tar is not None and tar < 1:
        raise UserError(f"tar={tar}: expected at least 1 page in a tar, or null for files")
    for name, share in shares.items():
        if share is not None and not 0 <= share <= 1:
            raise UserError(f"{name}={share}: expected a share between 0 and 1")


def check_kind(kind: str | None) -> None:
    """Refuse a kind of page that there is none of."""
    if kind is not None and kind not in NAMES:
        raise UserError(f"kind={kind}: no such kind of page; {did_you_mean(str(kind), NAMES)}")
