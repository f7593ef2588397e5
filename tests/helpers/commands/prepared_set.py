"""Runs ``textrm.preprocess`` and ``textrm.postprocess``, and stands in for what cleans the pictures between them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from click import Command
from click.testing import CliRunner, Result
from PIL import Image

from textrm import postprocess, preprocess


def run(main: Command, *arguments: object) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def prepare(*arguments: object) -> Result:
    return run(preprocess.main, *arguments)


def restore(*arguments: object) -> Result:
    return run(postprocess.main, *arguments)


def noise(height: int, width: int, channels: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), dtype=np.uint8)


def make_tree(folder: Path) -> Path:
    """Three pictures, one of them in a folder of its own."""
    (folder / "two").mkdir(parents=True)
    for seed, name in enumerate(("1.png", "2.jpg", "two/3.png")):
        Image.fromarray(noise(40, 60, seed=seed)).save(folder / name)
    return folder


def clean(prepared: Path, cleaned: Path, change: Callable[[np.ndarray], None], suffix: str = ".png") -> Path:
    """Write every prepared picture, changed in place by ``change``, into ``cleaned``; returns ``cleaned``."""
    for path in sorted((prepared / "image").rglob("*.png")):
        with Image.open(path) as picture:
            pixels = np.array(picture)
        change(pixels)
        target = (cleaned / path.relative_to(prepared / "image")).with_suffix(suffix)
        target.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(target, **({"quality": 95} if suffix == ".jpg" else {}))
    return cleaned


def whiten(pixels: np.ndarray) -> None:
    """A change of a prepared picture, as whoever cleans it makes one: a white square in its middle."""
    pixels[200:300, 200:300] = 255
