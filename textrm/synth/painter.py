"""Draws the pages of a set: the same files whoever asks for them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from textrm.data.manifest import Manifest, Row
from textrm.data.sample import Sample
from textrm.synth.art import BadArt, find_art, letter_share
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
    kind: str | None


class Painter:
    """Draws and writes pages of one recipe; every process has its own."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.fonts: FontLibrary = find_fonts(recipe.fonts)
        self.art = Manifest((), Path()) if recipe.art is None else find_art(recipe.art, recipe.art_split)
        self.bad = BadArt()

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
        rng = np.random.default_rng([recipe.seed, index, 1])  # another stream than that of draw_page

        def letter(_: Row, art: np.ndarray) -> Sample:
            return letter_art(
                rng, crop_art(rng, art, *recipe.size), self.fonts,
                monochrome=1 - (ART_COLOR if recipe.color is None else recipe.color),
                empty=recipe.empty, pristine=recipe.pristine, name=f"art-{recipe.seed}-{index}",
            )  # fmt: skip

        lettered = letter_share(rng, self.art, recipe.art_fraction, self.bad, letter)
        if lettered is not None:
            row, sample = lettered
            return sample, row.group, row.source, row.licence
        sample = draw_page(
            recipe.seed, index, self.fonts,
            size=recipe.size, color=PAGE_COLOR if recipe.color is None else recipe.color,
            empty=recipe.empty, pristine=recipe.pristine, marks=recipe.marks, kind=recipe.kind,
        )  # fmt: skip
        return sample, f"synth-{recipe.seed}-{index // GROUP}", "textrm.synth", ""


def png(picture: np.ndarray) -> bytes:
    """A picture, H W 3 RGB or H W, as a file."""
    source = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR) if picture.ndim == 3 else picture
    return cv2.imencode(".png", source, [cv2.IMWRITE_PNG_COMPRESSION, 4])[1].tobytes()
