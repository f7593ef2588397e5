"""The files of a page: what is read, what is written, and where that really lies."""

from __future__ import annotations

import hashlib
import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from textrm.pictures.page import Page
from textrm.pictures.read import read

MARGINS = ".textrm-margins"
"""The hidden folder for ends of strips that were replaced, until the strips beside them are done too."""


@dataclass(frozen=True, slots=True)
class PageFiles:
    """One page: ``source`` becomes ``target``; ``extras`` are the files wished beside it, by name in EXTRAS.

    ``masks`` are files of masks that a person made, by name in :class:`~textrm.page.cleaning.ByHand`. ``in_place``:
    its result takes the place of the page. Of a strip ``above`` and ``below`` are the ones that it was cut from.
    """

    source: Path
    target: Path
    extras: dict[str, Path]
    masks: dict[str, Path] = field(default_factory=dict)
    in_place: bool = False
    above: PageFiles | None = None
    below: PageFiles | None = None

    @property
    def title(self) -> str:
        """What it is called in its JSON."""
        return self.source.name

    @property
    def named(self) -> Path:
        """The path that names the files beside its result."""
        return self.target

    @property
    def keeps_format(self) -> bool:
        """Whether the result is of the format of the source, whatever is wished."""
        return False

    @property
    def keeps_untouched(self) -> bool:
        """Whether the result of a page without lettering is its own file, which is told by an empty one."""
        return False

    @property
    def margins(self) -> Path:
        """Where what its neighbours look at of a strip is kept, while they are left to do and it is replaced."""
        name = hashlib.sha256(os.fsencode(self.target.name)).hexdigest()[:32]
        return self.target.with_name(MARGINS) / f"{name}.png"

    def size(self) -> tuple[int, int] | None:
        """Width and height, as the file's head tells them; None where it cannot be read."""
        return size_of(self.source)

    def name_below(self, out: Path) -> str:
        """Its path below the folder for the results, without the suffix."""
        return self.named.relative_to(out).with_suffix("").as_posix()

    def read(self, max_pixels: int) -> Page:
        """The picture; errors are those of :func:`textrm.pictures.read.read`."""
        return read(self.source, max_pixels)

    def is_done(self) -> bool:
        """Whether all its files are there and none is older than the source."""
        return none_older([self.target, *self.extras.values()], self.source)

    def files(self) -> list[Path]:
        """All that it writes; folders that are links are followed, files that are links get replaced."""
        return [located(path) for path in (self.target, *self.extras.values())]


def size_of(file: Path | BinaryIO) -> tuple[int, int] | None:
    """The width and height that a picture's head tells; None where it cannot be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the page itself is read with care, and told of
            with Image.open(file) as picture:
                return picture.size
    except Exception:  # Pillow's plugins raise whatever they meet; reading the page says why
        return None


def none_older(paths: Sequence[Path], source: Path) -> bool:
    """Whether all of these files are there, and none is older than the source."""
    try:
        changed = source.stat().st_mtime_ns
        return all(path.stat().st_mtime_ns >= changed for path in paths)
    except OSError:
        return False


def located(path: Path) -> Path:
    """Where a file is made or replaced. Unlike ``resolve`` it raises nothing, whatever the path."""
    return Path(os.path.realpath(path.parent), path.name)


def is_at(target: Path, source: Path) -> bool:
    """Whether what is made at ``target``, a path that is located, takes the place of ``source``."""
    return target in (located(source), Path(os.path.realpath(source)))
