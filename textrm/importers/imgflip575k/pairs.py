"""Makes pairs of the memes of one template: registered where their picture is there, else lettered anew."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from textrm.data.manifest import Row
from textrm.errors import UserError
from textrm.files import write_whole
from textrm.importers.backgrounds import read_background
from textrm.importers.imgflip575k.layout import Entry, Template, read_entries, read_template_id
from textrm.importers.imgflip575k.registering import register
from textrm.importers.registration import Mismatch
from textrm.synth.memes.caption_boxes import Share
from textrm.synth.memes.faces import find_caption_faces
from textrm.synth.memes.files import Finish, encoded, write_meme
from textrm.synth.memes.meme import letter_meme

SOURCE, LICENCE = "ImgFlip575K", "unclear"
SHOWN = 20  # lines of a template on captions that were not set; the counts have them all


@dataclass(frozen=True, slots=True)
class Recipe:
    """What the pairs of a template follow from, beside its files; see the options of the command."""

    out: Path
    seed: int
    per_template: int
    styles: Mapping[str, float]
    boxes: Mapping[str, tuple[Share, ...]]
    pictures: Mapping[str, Path]
    finish: Finish
    fonts: tuple[str, ...]
    max_residual: float
    threshold: float


@dataclass(slots=True)
class Made:
    """What came of a template: rows, numbers by what happened, one line for each bad file, and for refused captions."""

    rows: list[Row] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def make_pairs(recipe: Recipe, template: Template) -> Made:
    """Write the pairs of one template; nothing depends on other templates."""
    made = Made()
    try:
        picture = read_background(template.picture)
        entries, broken = read_entries(template.memes) if template.memes else ([], [])
    except UserError as error:
        made.bad.append(str(error))
        return made
    number = ""
    try:
        number = read_template_id(template)
    except UserError as error:
        made.bad.append(str(error))
    made.bad += broken
    made.counts["memes listed"] = len(entries)
    for entry in _shuffled(recipe, template.name, entries):
        if len(made.rows) == recipe.per_template:
            break
        row = Row(f"{template.name}_{entry.id}", "train", template.name, "", source=SOURCE, licence=LICENCE,
                  extra={"made": "", "style": "", "font": "", "template_id": number})  # fmt: skip
        path = _picture_of(recipe, template.name, entry)
        if path is None:
            _letter(recipe, picture, template.name, entry, row, made)
        else:
            _register(recipe, picture, path, row, made)
    return made


def _letter(recipe: Recipe, picture: np.ndarray, name: str, entry: Entry, row: Row, made: Made) -> None:
    empty = sum(not caption.strip() for caption in entry.captions)
    made.counts["empty captions, skipped"] += empty
    if empty == len(entry.captions):
        made.counts["memes without a caption, skipped"] += 1
        return
    rng = np.random.default_rng([recipe.seed, _number(row.id)])
    meme = letter_meme(
        rng, picture, entry.captions, find_caption_faces(recipe.fonts), boxes=recipe.boxes.get(name),
        styles=recipe.styles, draw_panels=False,
    )  # fmt: skip
    made.counts["captions refused"] += len(meme.refused)
    made.refused += [f"{row.id}: {reason}" for reason in meme.refused[: SHOWN - len(made.refused)]]
    if not meme.style:
        made.counts["memes of which no caption could be set, skipped"] += 1
        return
    written = write_meme(rng, meme, recipe.out, recipe.finish, row)
    made.rows.append(_with(written, "rendered"))
    made.counts["memes rendered"] += 1


def _register(recipe: Recipe, picture: np.ndarray, path: Path, row: Row, made: Made) -> None:
    try:
        image = read_background(path)
        found = register(image, picture, recipe.max_residual, recipe.threshold)
    except UserError as error:
        made.bad.append(str(error))
        made.counts["meme pictures that are unreadable or too small, skipped"] += 1
        return
    except Mismatch as error:
        made.bad.append(f"{path}: {error}")
        made.counts["meme pictures that do not fit, skipped"] += 1
        return
    names = {"image": f"image/{row.id}{path.suffix}", "clean": f"clean/{row.id}.png", "mask": f"mask/{row.id}.png"}
    write_whole(recipe.out / names["image"], path.read_bytes())
    write_whole(recipe.out / names["clean"], encoded(found.clean, ".png"))
    write_whole(recipe.out / names["mask"], encoded(found.mask * np.uint8(255), ".png"))
    height, width = found.mask.shape
    row = Row(**names, id=row.id, split=row.split, group=row.group, tags="meme", width=width, height=height,
              source=row.source, licence=row.licence, extra=row.extra)  # fmt: skip
    made.rows.append(_with(row, "registered"))
    made.counts["memes registered"] += 1


def _shuffled(recipe: Recipe, name: str, entries: Sequence[Entry]) -> list[Entry]:
    """The memes in a random order that only seed and template decide; those whose picture is there come first."""
    order = np.random.default_rng([recipe.seed, _number(name)]).permutation(len(entries))
    return sorted((entries[i] for i in order), key=lambda entry: _picture_of(recipe, name, entry) is None)


def _picture_of(recipe: Recipe, name: str, entry: Entry) -> Path | None:
    return recipe.pictures.get(f"{name}/{entry.file}") or recipe.pictures.get(entry.file)


def _with(row: Row, made: str) -> Row:
    return replace(row, extra={**row.extra, "made": made})


def _number(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest(), "big")
