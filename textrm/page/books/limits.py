"""Refuses archives that are made to do harm, or that cannot be cleaned as a whole, before anything is unpacked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PureWindowsPath

from textrm.errors import UserError
from textrm.printable import printable

MAX_MEMBERS = 20_000
MAX_MEMBER = 1 << 30  # bytes of one, unpacked
MAX_TOTAL = 1 << 36  # bytes of all, unpacked
_RATIO = 200  # of an unpacked size to the packed one; of pages it is a tenth of that
_SMALL = 100_000_000  # bytes; a blank page may have any ratio
_ARCHIVES = frozenset((".zip", ".cbz", ".rar", ".cbr", ".7z", ".cb7", ".tar", ".cbt", ".gz", ".tgz", ".bz2", ".xz",
                       ".epub", ".pdf"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """What an archive says of a member: sizes in bytes, ``packed`` None where it is not told."""

    name: str
    size: int
    packed: int | None = None
    is_link: bool = False
    is_encrypted: bool = False

    @property
    def parts(self) -> list[str]:
        """The folders and the name; archives of Windows have other marks between them."""
        return [part for part in self.name.replace("\\", "/").split("/") if part not in ("", ".")]

    @property
    def suffix(self) -> str:
        """In lower case; empty for a folder."""
        stem, dot, suffix = self.name.rpartition(".")
        return f".{suffix.lower()}" if dot and stem else ""

    @property
    def climbs(self) -> bool:
        """Whether it would be unpacked outside of the folder for the archive."""
        return bool(PureWindowsPath(self.name).anchor) or ".." in self.parts or "\0" in self.name


def check_entries(entries: Sequence[Entry], size: int) -> None:
    """Refuse an archive of ``size`` bytes.

    Raises:
        UserError: naming a member that is encrypted, a link or an archive, that climbs out of the folder in which the
            archive would be unpacked, or that is too large; or when they are too many, or overlap.
    """
    if len(entries) > MAX_MEMBERS:
        raise UserError(f"it has {len(entries)} members; expected at most {MAX_MEMBERS}: cut it up")
    for entry in entries:
        told = f"its member {printable(entry.name)}"
        if entry.is_encrypted:
            raise UserError(f"{told} is encrypted: unpack it with its password, and give the folder")
        if entry.is_link:
            raise UserError(f"{told} is a link: unpack it, and give the folder")
        if entry.climbs:
            raise UserError(f"{told} would be unpacked outside of its folder: such archives are refused")
        if entry.suffix in _ARCHIVES:
            raise UserError(f"{told} is an archive or a book itself: unpack it, and give the folder")
        check_size(told, entry.size, entry.packed)
    if sum(entry.packed or 0 for entry in entries) > size:
        raise UserError("its members overlap: such archives are refused")
    check_size("the whole of it", sum(entry.size for entry in entries), size, MAX_TOTAL)


def check_size(told: str, size: int, packed: int | None, most: int = MAX_MEMBER) -> None:
    """Refuse what has too many bytes or is packed absurdly; ``told`` says what it is.

    Raises:
        UserError: naming both sizes.
    """
    if size > most:
        raise UserError(f"{told} has {size} bytes unpacked; expected at most {most}")
    if packed is not None and size > max(_SMALL, _RATIO * packed):
        raise UserError(f"{told} has {size} bytes unpacked and {packed} packed: such archives are refused")
