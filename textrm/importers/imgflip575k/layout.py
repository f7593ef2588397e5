"""The folders and files of ImgFlip575K.

Layout: github.com/schesa/ImgFlip575K_Dataset. templates/img/<Name>.<jpg|png> is the picture, templates/<Name>.json
describes it, and memes/<Name>.json lists memes made of it, each with the texts of its boxes and the address of its
picture.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from textrm.errors import UserError
from textrm.files import open_file
from textrm.importers.pairing import SUFFIXES

# Safe in file names; without underscores, which part it from the template's name, so that no two pairs share an id.
ID = re.compile(r"[A-Za-z0-9.-]{1,100}")


@dataclass(frozen=True, slots=True)
class Template:
    """Its name and files; ``description`` and ``memes`` are None where the data set has none."""

    name: str
    picture: Path
    description: Path | None
    memes: Path | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A meme: ``id`` is unique among those of its template, ``file`` the name of its picture, "" where it has none."""

    id: str
    file: str
    captions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Templates that have a picture, by name; ``bad`` and ``notes`` say in one line each what does not fit together."""

    templates: tuple[Template, ...]
    bad: tuple[str, ...]
    notes: tuple[str, ...]


def read_layout(dataset: Path) -> Layout:
    """Look at the names of the files; none is opened. ``dataset`` holds templates/ and memes/, or the folder dataset/.

    Raises:
        UserError: the folder has another layout, or no template has a picture.
    """
    root = dataset / "dataset" if (dataset / "dataset").is_dir() else dataset
    if not (root / "templates" / "img").is_dir() or not (root / "memes").is_dir():
        raise UserError(
            f"{dataset}: is not laid out as ImgFlip575K; expected dataset/templates/img/NAME.jpg, "
            "dataset/templates/NAME.json and dataset/memes/NAME.json"
        )
    images = sorted((root / "templates" / "img").iterdir())
    images = [path for path in images if path.suffix.lower() in SUFFIXES and path.name[0] != "."]
    pictures = {path.stem: path for path in images}
    described = {path.stem: path for path in sorted((root / "templates").glob("[!.]*.json"))}
    memes = {path.stem: path for path in sorted((root / "memes").glob("[!.]*.json"))}
    if not pictures:
        raise UserError(f"{root / 'templates' / 'img'}: has no picture ({', '.join(sorted(SUFFIXES))})")
    bad = [f"{path}: no picture of this template in {root / 'templates' / 'img'}"
           for name, path in described.items() if name not in pictures]  # fmt: skip
    bad += [f"{path}: no template of this name" for name, path in memes.items() if name not in {*pictures, *described}]
    notes = [f"{path}: not used, this template has another picture, which is: {pictures[path.stem].name}"
             for path in images if path != pictures[path.stem]]  # fmt: skip
    notes += [f"{path}: no description of this template; it is used" for name, path in pictures.items()
              if name not in described]  # fmt: skip
    notes += [f"{path}: no memes are listed for this template" for name, path in pictures.items() if name not in memes]
    templates = (Template(name, path, described.get(name), memes.get(name)) for name, path in sorted(pictures.items()))
    return Layout(tuple(templates), tuple(bad), tuple(notes))


def read_template_id(template: Template) -> str:
    """The number that the description gives, "" where there is no description or it has none.

    Raises:
        UserError: the description is no JSON object, or its number is not of letters and digits.
    """
    if template.description is None:
        return ""
    described = _read_json(template.description)
    if not isinstance(described, dict):
        raise UserError(f"{template.description}: expected a JSON object, got {type(described).__name__}")
    number = str(described.get("template_id", ""))
    if number and not ID.fullmatch(number):
        raise UserError(f"{template.description}: template_id is {number[:40]!a}, expected a number")
    return number


def read_entries(path: Path) -> tuple[list[Entry], list[str]]:
    """The memes of one file, and one line for each that is no object with texts in ``boxes``.

    Raises:
        UserError: the file cannot be read, or is no JSON list.
    """
    listed = _read_json(path)
    if not isinstance(listed, list):
        raise UserError(f"{path}: expected a JSON list of memes, got {type(listed).__name__}")
    entries: dict[str, Entry] = {}
    bad = []
    for number, meme in enumerate(listed):
        boxes = meme.get("boxes") if isinstance(meme, dict) else None
        if not isinstance(boxes, list) or not all(isinstance(text, str) for text in boxes):
            bad.append(f"{path}, meme {number}: expected an object with a list of texts in boxes")
            continue
        file = str(meme.get("url") or "").split("?")[0].rpartition("/")[2]
        id = Path(file).stem
        if not ID.fullmatch(id) or id in entries:
            id = next(name for name in map("n{}".format, count(number)) if name not in entries)
        entries[id] = Entry(id, file if file.isprintable() else "", tuple(boxes))
    return list(entries.values()), bad


def _read_json(path: Path) -> Any:
    try:
        with open_file(path) as file:
            return json.loads(file.read().decode())
    except (UserError, OSError, ValueError, RecursionError) as error:
        raise UserError(f"{path}: no JSON that can be read ({error})") from error
