"""Says in words what came of the pages."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from textrm.data.sample import KINDS
from textrm.page.files.clean_books import Written
from textrm.page.files.clean_file import Cleaned
from textrm.page.files.progress import lasting


def counted(number: int, what: str) -> str:
    """So many of something, whose plural ends in s: 1 page, 2 pages."""
    return f"{number} {what}" + "s" * (number != 1)


@dataclass(slots=True)
class Summary:
    """What was done so far: how many pages had so many ``words``, and so many ``doubtful`` ones; words kept by kind.

    ``lacks`` is what the model cannot do.
    """

    words: Counter[int] = field(default_factory=Counter)
    doubtful: Counter[int] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)
    books: int = 0
    lacks: str = ""

    @property
    def pages(self) -> int:
        """How many there were."""
        return self.words.total()

    def add(self, page: Cleaned | Written) -> None:
        """Count one more page, or book."""
        if isinstance(page, Written):
            self.books += 1
            return
        self.words[page.words] += 1
        self.doubtful[page.doubtful] += 1
        self.lacks = page.lacks
        self.kept.update(page.kept)

    def lines(self, seconds: float) -> list[str]:
        """What was found, and how long it took; nothing of no page."""
        if not self.pages:
            return []
        found = f"{counted(sum(self.words.elements()), 'word')} taken out"
        if bare := self.words[0]:
            found += f"; {counted(bare, 'page')} had none"
        if doubtful := sum(self.doubtful.elements()):
            pages = counted(self.pages - self.doubtful[0], "page")
            found += (f"; {counted(doubtful, 'doubtful word')} left on {pages} "
                      "(--json lists them, a lower --threshold takes more)")  # fmt: skip
        kept = [counted(self.kept[kind], kind.replace("_", " ")) for kind in KINDS if self.kept[kind]]
        told = [f"{', '.join(kept)} kept: --remove all takes them"] if kept else []
        return [found, *told, f"{lasting(seconds)}, {60 * self.pages / max(seconds, 1e-3):.0f} pages per minute"]
