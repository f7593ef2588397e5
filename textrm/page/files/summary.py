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
    """What was done so far."""

    pages: int = 0
    books: int = 0
    words: int = 0
    bare: int = 0
    doubtful: int = 0
    doubtful_pages: int = 0
    by_pixel: bool = False
    kept: Counter[str] = field(default_factory=Counter)

    def add(self, page: Cleaned | Written) -> None:
        """Count one more page, or book."""
        if isinstance(page, Written):
            self.books += 1
            return
        self.pages += 1
        self.words += page.words
        self.bare += not page.words
        self.doubtful += page.doubtful
        self.doubtful_pages += page.doubtful > 0
        self.by_pixel |= page.by_pixel
        self.kept.update(page.kept)

    def lines(self, seconds: float) -> list[str]:
        """What was found, and how long it took; nothing of no page."""
        if not self.pages:
            return []
        found = f"{counted(self.words, 'word')} taken out"
        if self.bare:
            found += f"; {counted(self.bare, 'page')} had none"
        if self.doubtful:
            found += (f"; {counted(self.doubtful, 'doubtful word')} left on {counted(self.doubtful_pages, 'page')} "
                      "(--json lists them, a lower --threshold takes more)")  # fmt: skip
        kept = [counted(self.kept[kind], kind.replace("_", " ")) for kind in KINDS if self.kept[kind]]
        told = [f"{', '.join(kept)} kept: --remove all takes them"] if kept else []
        return [found, *told, f"{lasting(seconds)}, {60 * self.pages / max(seconds, 1e-3):.0f} pages per minute"]
