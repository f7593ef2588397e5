"""Pages drawn on the fly: endless in training, fixed in evaluation."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from torch.utils.data import Dataset

from textrm.data.dataset import Transform
from textrm.data.manifest import BadRow, Manifest, load_sample, read_manifest
from textrm.data.sample import Sample
from textrm.data.synth.fonts import find_fonts
from textrm.data.synth.letter_art import crop_art, letter_art
from textrm.data.synth.pages import draw_page
from textrm.data.synth.write import text_free
from textrm.errors import UserError

log = logging.getLogger(__name__)

_DRAWN = 1 << 32  # training pages are numbered from here, so that no seed makes them meet the fixed pages


class SyntheticDataset(Dataset):
    """Pages of ``size`` x ``size`` px that follow from ``(seed, number)`` alone.

    In training every draw is a new page and ``length`` only sets the share of an epoch; in evaluation the set is the
    ``length`` pages 0, 1, … . ``fonts`` are folders; without any, the installed fonts are used. A share
    ``art_fraction`` of the pages is text-free art of the manifest ``art`` with lettering drawn on it, the rest is drawn
    from nothing. Art is the clean picture of the rows of ``art_split``, or the image where a row has neither mask nor
    clean picture; rows whose column ``lettering_in_art`` is true are left out.

    Raises:
        UserError: where no font is found, and where art is wanted but the manifest has none.
    """

    def __init__(
        self,
        length: int,
        size: int,
        transform: Transform,
        seed: int = 0,
        fonts: Sequence[str] = (),
        art: Path | str | None = None,
        art_split: str = "train",
        art_fraction: float = 0.5,
    ) -> None:
        self.length, self.size, self.transform, self.seed = length, size, transform, seed
        self.fonts = find_fonts(fonts)
        self.art: Manifest | None = None if art is None else text_free(read_manifest(art), art_split)
        if self.art is not None and not self.art.rows:
            raise UserError(
                f"{art}: has no text-free picture in split {art_split!r}; expected rows with a clean picture"
            )
        self.art_fraction = art_fraction if self.art else 0.0
        self.bad_rows: dict[str, str] = {}

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> dict[str, Any]:
        return self.item(index)

    def item(self, index: int, draw: int | None = None) -> dict[str, Any]:
        """The page of number ``draw``, or for None the fixed page ``index``."""
        number = index if draw is None else _DRAWN + draw
        rng = np.random.default_rng((self.seed, number, 1))  # another stream than draw_page's own (seed, number)
        sample = self._letter_art(number, rng) if rng.random() < self.art_fraction else None
        if sample is None:
            sample = draw_page(self.seed, number, self.fonts, size=self.size)
        return self.transform(sample, rng)

    def _letter_art(self, number: int, rng: np.random.Generator) -> Sample | None:
        assert self.art is not None
        row = self.art.rows[rng.integers(len(self.art.rows))]
        try:
            art = load_sample(self.art, row).image
        except BadRow as bad:
            if bad.id not in self.bad_rows:
                self.bad_rows[bad.id] = bad.reason
                log.warning("bad row %s: %s", bad.id, bad.reason)
            return None
        return letter_art(rng, crop_art(rng, art, self.size, self.size), self.fonts, name=f"{row.id}-{number}")
