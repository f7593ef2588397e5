"""A page in the list of a book under review."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from textrm.page.group import Box
from textrm.page.planning.page_files import PageFiles
from textrm.printable import printable
from textrm.review.opened import OpenPage
from textrm.review.strokes import Stroke

WAITING, READY, FAILED = "waiting", "ready", "failed"
_FACTS = ("state", "reason", "width", "height", "doubtful", "words", "filled", "checked", "version", "unsaved")


@dataclass(slots=True)
class Request:
    """Strokes that wait for their turn; ``box`` is what they changed, once ``done``."""

    strokes: Sequence[Stroke]
    done: bool = False
    box: Box | None = None


@dataclass(slots=True)
class Entry:
    """A page: its ``state`` (waiting, ready or failed) and the ``reason``, and what is told of it.

    ``doubtful`` counts words that stay and are doubtful, ``words`` those that go; ``filled`` is the share of the page
    that was filled; ``unsaved`` says why the latest work on it is not on the disk. ``lock`` is held while it is opened
    or changed.
    """

    files: PageFiles
    state: str = WAITING
    reason: str = ""
    width: int = 0
    height: int = 0
    doubtful: int = 0
    words: int = 0
    filled: float = 0.0
    checked: bool = False
    version: int = 0
    unsaved: str = ""
    thumbnail: bytes = b""
    requests: list[Request] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def facts(self) -> dict[str, Any]:
        """For a browser."""
        facts = {name: getattr(self, name) for name in _FACTS}
        return facts | {"reason": printable(self.reason), "unsaved": printable(self.unsaved)}

    def look(self, page: OpenPage) -> None:
        """Tell what is true of the page now."""
        self.state, self.version, self.checked = READY, page.version, page.checked
        self.height, self.width = page.mask.shape
        self.doubtful = sum(word.doubtful and not word.goes for word in page.words)
        self.words = sum(word.goes for word in page.words)
        self.filled = round(float(np.count_nonzero(page.filled)) / page.mask.size, 5)
