"""The work on a page in one file, written whole after every stroke: its mask, what was filled, the latest steps."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from textrm.errors import UserError
from textrm.files import open_file, write_whole
from textrm.page.group import Slices
from textrm.review.history import History, Step
from textrm.review.words import Word

FORMAT = 1
_MASKS = ("mask", "filled", "strokes")


@dataclass(slots=True)
class Work:
    """What is kept of a page.

    ``source`` is the digest of the page's file. ``mask``, ``filled`` and ``strokes`` are H W uint8 in {0, 1}: the
    lettering that goes, where the page may differ from its file, and the strokes of all words that were found, gone or
    not. ``values`` are the pixels of the clean page where ``filled`` is 1, N x C. ``history`` is of the page's pixels,
    ``mask`` and ``filled``.
    """

    source: str
    words: list[Word]
    mask: np.ndarray
    filled: np.ndarray
    strokes: np.ndarray
    values: np.ndarray
    checked: bool = False
    history: History = field(default_factory=History)


def write_work(path: Path, work: Work) -> None:
    """Write the file beside its place, and rename it.

    Raises:
        OSError: when it cannot be written; what was there stays.
    """
    height, width = work.mask.shape
    steps = [*work.history.done, *work.history.undone]
    facts = {"format": FORMAT, "source": work.source, "width": width, "height": height, "checked": work.checked,
             "words": [word.facts() for word in work.words], "done": len(work.history.done),
             "steps": [[*_ends(step.slices), len(step.packed)] for step in steps]}  # fmt: skip
    arrays = {name: _packed(getattr(work, name)) for name in _MASKS}
    arrays["steps"] = np.frombuffer(b"".join(step.packed for step in steps), np.uint8)
    arrays["facts"] = np.frombuffer(json.dumps(facts).encode(), np.uint8)
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays, values=work.values)
    write_whole(path, buffer.getbuffer())


def read_work(path: Path) -> Work | None:
    """What is kept at ``path``; None where there is nothing.

    Raises:
        UserError: when it is damaged or none of ours; the message lacks the path.
        OSError: when it cannot be read.
    """
    try:
        file = open_file(path)
    except FileNotFoundError:
        return None
    with file:
        try:
            with np.load(file, allow_pickle=False) as arrays:
                facts: dict[str, Any] = json.loads(arrays["facts"].tobytes())
                if facts["format"] != FORMAT:
                    raise UserError(f"it is of format {facts['format']}; expected {FORMAT}")
                size = int(facts["height"]), int(facts["width"])
                masks = {name: _unpacked(arrays[name], size) for name in _MASKS}
                words = [Word.read(one) for one in facts["words"]]
                if not all(_lies_in(word.region.box, size) for word in words):
                    raise ValueError("a word lies beyond the page")
                history = _history(facts, arrays["steps"].tobytes(), size) if "steps" in facts else History()
                return Work(str(facts["source"]), words, **masks, values=arrays["values"],
                            checked=bool(facts["checked"]), history=history)  # fmt: skip
        except (ValueError, KeyError, TypeError, EOFError, MemoryError, zipfile.BadZipFile, zlib.error) as error:
            raise UserError(f"it is damaged: {error}") from error


def _lies_in(box: tuple[int, int, int, int], size: tuple[int, int]) -> bool:
    left, top, right, bottom = box
    return 0 <= left < right <= size[1] and 0 <= top < bottom <= size[0]


def _history(facts: dict[str, Any], packed: bytes, size: tuple[int, int]) -> History:
    steps, start = [], 0
    for top, bottom, left, right, length in facts["steps"]:
        if not _lies_in((left, top, right, bottom), size):
            raise ValueError("a step lies beyond the page")
        steps.append(Step((slice(top, bottom), slice(left, right)), packed[start : start + length]))
        start += length
    done = int(facts["done"])
    return History(steps[:done], steps[done:])


def _ends(slices: Slices) -> tuple[int, int, int, int]:
    rows, columns = slices
    return rows.start, rows.stop, columns.start, columns.stop


def _packed(mask: np.ndarray) -> np.ndarray:
    return np.frombuffer(zlib.compress(np.packbits(mask).tobytes(), 1), np.uint8)


def _unpacked(packed: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    count = size[0] * size[1]
    # No more than the size says: a file from elsewhere could unpack to anything.
    content = zlib.decompressobj().decompress(packed.tobytes(), -(-count // 8))
    return np.unpackbits(np.frombuffer(content, np.uint8), count=count).reshape(size)
