"""What the user chooses: styles, boxes of templates, templates that training never sees."""

from __future__ import annotations

import hashlib
import json
import os.path
from collections.abc import Mapping, Sequence
from pathlib import Path

from textrm.errors import UserError
from textrm.synth.memes.caption_boxes import Share
from textrm.synth.memes.meme import STYLES


def parse_styles(text: str) -> Mapping[str, float]:
    """Shares by style from ``outline=0.7,band=0.3``; styles that are not named have none.

    Raises:
        UserError: an unknown style, a share that is no number or negative, or all of them 0.
    """
    shares = {}
    for part in text.split(","):
        name, _, number = part.strip().partition("=")
        try:
            shares[name] = float(number)
        except ValueError:
            shares[name] = -1.0
        if name not in STYLES or not 0 <= shares[name] < float("inf"):
            raise UserError(f"--styles {part.strip()}: expected NAME=SHARE, with a name of {', '.join(STYLES)}")
    if not sum(shares.values()):
        raise UserError(f"--styles {text}: all shares are 0; give one of them more")
    return shares


def read_boxes(path: Path, names: Sequence[str]) -> dict[str, tuple[Share, ...]]:
    """Boxes by template from a JSON object, each left, top, right, bottom as shares of the picture.

    Raises:
        UserError: the file is no such JSON, or names a template that is not among ``names``.
    """
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        boxes = {str(name): tuple(_box(box) for box in listed) for name, listed in read.items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        wanted = 'expected {"Template-Name": [[x0, y0, x1, y1], …]} with numbers from 0 to 1'
        raise UserError(f"{path}: {wanted} ({error})") from error
    if unknown := sorted(boxes.keys() - set(names)):
        raise UserError(f"{path}: {', '.join(unknown)}: no template of this name; names are as those of the pictures")
    return boxes


def out_of_domain(text: str, names: Sequence[str], seed: int) -> frozenset[str]:
    """The templates that training never sees: names with commas, a share by a hash, or a file of names, one a line.

    Raises:
        UserError: a share outside of [0, 1), a file that is no UTF-8, or a name that no template has.
    """
    chosen = _stripped(text.split(","))
    if chosen <= set(names):
        return chosen
    try:
        share = float(text)
    except ValueError:
        pass
    else:
        if not 0 <= share < 1:
            raise UserError(
                f"--out-of-domain {text}: expected a share from 0 to below 1, a file, or names of templates"
            )
        order = sorted(names, key=lambda name: hashlib.blake2b(f"{seed}:{name}".encode()).digest())
        return frozenset(order[: round(share * len(names))])
    try:
        if os.path.isfile(text):  # unlike Path.is_file, also false where names are too long for a path
            chosen = _stripped(Path(text).read_text(encoding="utf-8").splitlines())
    except UnicodeDecodeError as error:
        raise UserError(f"--out-of-domain {text}: expected names in UTF-8, one a line ({error})") from error
    if unknown := sorted(chosen - set(names)):
        raise UserError(f"--out-of-domain: {', '.join(unknown)}: no template of this name, and no file")
    return chosen


def _stripped(listed: Sequence[str]) -> frozenset[str]:
    return frozenset(name.strip() for name in listed if name.strip())


def _box(box: Sequence[float]) -> Share:
    left, top, right, bottom = (float(number) for number in box)
    if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
        raise ValueError(f"{list(box)} is no box")
    return left, top, right, bottom
