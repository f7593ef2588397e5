"""Draws the pages of a set: the same files whoever asks for them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from textrm.data.manifest import BadRow, Manifest, Row, load_sample
from textrm.data.sample import Sample
from textrm.errors import UserError
from textrm.synth.art import find_art
from textrm.synth.faces.library import FontLibrary, find_fonts
from textrm.synth.letter_art import crop_art, letter_art
from textrm.synth.pages import draw_page

GROUP = 8  # pages that count as one work, so that splits have something to be cut by
PAGE_COLOR, ART_COLOR = 0.6, 0.8  # the art given is mostly coloured pictures, and mostly to be learnt as it is


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that page ``index`` of a set follows from; see :func:`textrm.synth.write.write_set` for the fields."""

    out: Path
    seed: int
    size: tuple[int, int]
    color: float | None
    empty: float
    pristine: float
    fonts: str | Path | Sequence[str | Path] | None
    art: Path | None
    art_split: str
    art_fraction: float
    tar: int | None
    marks: float


class Painter:
    """Draws and writes pages of one recipe; every process has its own."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.fonts: FontLibrary = find_fonts(recipe.fonts)
        self.art: Manifest | None = None if recipe.art is None else find_art(recipe.art, recipe.art_split)
        self.bad: dict[str, str] = {}  # reason by id of the art that could not be read so far

    def page(self, index: int) -> tuple[Row, dict[str, bytes]]:
        """The row of a page, without its places, and its files by role."""
        self.fonts.picked()  # by other pages
        sample, group, source, licence = self._draw(index)
        assert sample.clean is not None
        words = json.dumps([
            {"polygon": np.round(word, 2).tolist(), "kind": kind}
            for word, kind in zip(sample.words, sample.kinds, strict=True)
        ])  # fmt: skip
        files = {"image": png(sample.image), "clean": png(sample.clean), "mask": png(sample.mask * 255),
                 "words": words.encode()}  # fmt: skip
        height, width = sample.mask.shape
        extra = {"faces": ";".join(self.fonts.picked())}
        return Row(
            sample.id, "train", group, "", tags=" ".join(sorted(sample.tags or ())), width=width, height=height,
            source=source, licence=licence, extra=extra,
        ), files  # fmt: skip

    def _draw(self, index: int) -> tuple[Sample, str, str, str]:
        recipe = self.recipe
        rng = np.random.default_rng([recipe.seed, index, 1])
        if self.art is not None and rng.random() < recipe.art_fraction:
            row, art = self._read_art(self.art, int(rng.integers(len(self.art.rows))))
            color = ART_COLOR if recipe.color is None else recipe.color
            with suppress(UserError):  # no word finds room on it: a page is drawn instead
                sample = letter_art(
                    rng, crop_art(rng, art, *recipe.size), self.fonts, monochrome=1 - color,
                    empty=recipe.empty, pristine=recipe.pristine, name=f"art-{recipe.seed}-{index}",
                )  # fmt: skip
                return sample, row.group, row.source, row.licence
        color = PAGE_COLOR if recipe.color is None else recipe.color
        sample = draw_page(
            recipe.seed, index, self.fonts,
            size=recipe.size, color=color, empty=recipe.empty, pristine=recipe.pristine,
            marks=recipe.marks,
        )  # fmt: skip
        return sample, f"synth-{recipe.seed}-{index // GROUP}", "textrm.synth", ""

    def _read_art(self, art: Manifest, first: int) -> tuple[Row, np.ndarray]:
        """Row ``first`` and its picture, or the next row's that can be read: what other pages met does not matter."""
        for row in (*art.rows[first:], *art.rows[:first]):
            if row.id in self.bad:
                continue
            try:
                return row, load_sample(art, row).image
            except BadRow as bad:
                self.bad[bad.id] = bad.reason
        reason = next(iter(self.bad.values()))
        raise UserError(f"art={self.recipe.art}: none of {len(art.rows)} text-free pictures can be used, one: {reason}")


def png(picture: np.ndarray) -> bytes:
    """A picture, H W 3 RGB or H W, as a file."""
    source = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR) if picture.ndim == 3 else picture
    return cv2.imencode(".png", source, [cv2.IMWRITE_PNG_COMPRESSION, 4])[1].tobytes()
