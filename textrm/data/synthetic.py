"""Draws pages on the fly: endless in training, fixed in evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from torch.utils.data import Dataset

from textrm.data.bad_rows import BadRows, HasBadRows
from textrm.data.dataset import Transform
from textrm.data.manifest import Manifest, Row
from textrm.data.sample import Sample
from textrm.synth.art import find_art, letter_share
from textrm.synth.faces.library import PACKAGES, find_fonts
from textrm.synth.letter_art import crop_art, letter_art
from textrm.synth.pages import draw_page

_DRAWN = 1 << 32  # training pages are numbered from here, so that no seed makes them meet the fixed pages


class SyntheticDataset(HasBadRows, Dataset):
    """Pages of ``size`` x ``size`` px that follow from ``(seed, number)`` alone.

    In training every draw is a new page and ``length`` only sets the share of an epoch; in evaluation the set is the
    ``length`` pages 0, 1, … . ``fonts`` is packages, system, a folder or a list of them. A share ``art_fraction`` of
    the pages is text-free art of the manifest ``art`` with lettering drawn on it, the rest is drawn from nothing, as is
    what would have had art that no word finds room on. Rows that cannot be read are reported once and counted, and the
    next that can takes their place. See :func:`~textrm.synth.art.find_art` for what art of ``art_split`` is taken.

    Raises:
        UserError: where no font is found, and where art is wanted but the manifest has none; later on, where none of it
            can be read.
    """

    def __init__(
        self,
        length: int,
        size: int,
        transform: Transform,
        seed: int = 0,
        fonts: str | Path | Sequence[str | Path] = PACKAGES,
        art: Path | str | None = None,
        art_split: str = "train",
        art_fraction: float = 0.5,
    ) -> None:
        self.length, self.size, self.transform, self.seed = length, size, transform, seed
        self.fonts = find_fonts(fonts)
        self.art = Manifest((), Path()) if art is None else find_art(art, art_split)
        self.art_fraction = art_fraction
        self._bad = BadRows(self.art.rows, self.art.folder)

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> dict[str, Any]:
        return self.item(index)

    def item(self, index: int, draw: int | None = None) -> dict[str, Any]:
        """The page of number ``draw``, or for None the fixed page ``index``."""
        number = index if draw is None else _DRAWN + draw
        rng = np.random.default_rng((self.seed, number, 1))  # another stream than draw_page's own (seed, number)

        def letter(row: Row, art: np.ndarray) -> Sample:
            return letter_art(rng, crop_art(rng, art, self.size, self.size), self.fonts, name=f"{row.id}-{number}")

        lettered = letter_share(rng, self.art, self.art_fraction, self._bad, letter)
        sample = draw_page(self.seed, number, self.fonts, size=self.size) if lettered is None else lettered[1]
        return self.transform(sample, rng)
