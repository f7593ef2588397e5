"""A tiny copy of ImgFlip575K in the shape of the real one, and the command on it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from click.testing import CliRunner, Result

from textrm.importers.imgflip575k.__main__ import main

TEMPLATES = {"One-Dog": "jpg", "Two-Cats": "jpg", "Three-Birds": "png", "Four-Fish": "jpg"}


def scene(seed: int, height: int = 150, width: int = 200) -> np.ndarray:
    """H W 3 uint8 RGB: coloured shapes with edges that a registration can hold on to."""
    rng = np.random.default_rng(seed)
    picture = cv2.resize(rng.integers(40, 160, (4, 5, 3), np.uint8), (width, height), interpolation=cv2.INTER_CUBIC)
    for _ in range(25):
        centre = int(rng.integers(width)), int(rng.integers(height))
        cv2.circle(picture, centre, int(rng.integers(4, 20)), rng.integers(0, 256, 3).tolist(), -1, cv2.LINE_AA)
    return cv2.GaussianBlur(picture, (0, 0), 1.2)  # as soft as a photograph: JPEG shall not change it visibly


def save(path: Path, picture: np.ndarray, *settings: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), picture[..., ::-1], settings)


def meme(number: int, *boxes: str) -> dict[str, Any]:
    """An entry as in the real files."""
    return {
        "url": f"https://i.imgflip.com/m{number}.jpg", "post": f"https://imgflip.com/i/m{number}",
        "metadata": {"views": "1,2", "img-votes": "3", "title": "A title", "author": "someone"}, "boxes": list(boxes),
    }  # fmt: skip


def write_dataset(folder: Path, count: int = 4, templates: Mapping[str, str] = TEMPLATES) -> Path:
    """The data set with ``count`` memes of each template; returns ``folder``."""
    root = folder / "dataset"
    for seed, (name, suffix) in enumerate(templates.items()):
        save(root / "templates" / "img" / f"{name}.{suffix}", scene(seed))
        described = {"title": name, "template_url": "https://imgflip.com/s/meme/x.jpg", "alternative_names": "",
                     "template_id": str(1000 + seed), "format": suffix,
                     "dimensions": "200x150 px", "file_size": "9 KB"}  # fmt: skip
        write_json(root / "templates" / f"{name}.json", described)
        memes = [meme(100 * seed + i, "top words", "bottom words") for i in range(count)]
        write_json(root / "memes" / f"{name}.json", memes)
    (folder / "statistics.json").write_text("{}")
    return folder


def write_json(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def run(dataset: Path, out: Path, options: Sequence[str] = ()) -> Result:
    """The command in this process."""
    return CliRunner().invoke(main, [str(dataset), str(out), "--workers", "1", *options], env={"COLUMNS": "400"})


def read_report(out: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((out / "report.json").read_text(encoding="utf-8"))
    return read
