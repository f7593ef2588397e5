"""Captions from a file, or composed."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from textrm.errors import UserError
from textrm.synth.values import Rng
from textrm.synth.words.text import meme_text


def read_captions(path: Path) -> list[list[str]]:
    """One meme a line, its captions separated by ``|``, "" where there is none; lines without any are passed over.

    Raises:
        UserError: the file cannot be read, is no UTF-8, or has no caption.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"{path}: cannot be read ({error}); expected a text file in UTF-8, one caption a line"
        ) from error
    captions = [[text.strip() for text in line.split("|")] for line in lines if line.strip(" |\t")]
    if not captions:
        raise UserError(f"{path}: has no caption; expected one a line, with | between the captions of one picture")
    return captions


def compose_captions(rng: Rng) -> list[str]:
    """One to four captions of one meme, mostly Latin."""
    count = int(rng.choice([1, 2, 3, 4], p=[0.42, 0.44, 0.09, 0.05]))
    script = "latin" if rng.random() < 0.96 else str(rng.choice(["cyrillic", "greek"]))
    longest = 90 if count < 3 else 40
    return [meme_text(rng, script, int(np.exp(rng.uniform(np.log(4), np.log(longest))))) for _ in range(count)]
