"""Plans the pages of a list, one by one as it comes: it may have no end yet."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from textrm.errors import UserError
from textrm.extras import import_extra
from textrm.page.planning.clashes import Candidate
from textrm.page.planning.listing import Listed
from textrm.page.planning.plan import Plan, Planning

_PART = 1 << 16  # bytes


def read_list(file: io.BufferedIOBase, name: str, null: bool = False) -> Iterator[Path]:
    """The paths of a list, one a line, or each ended by NUL with ``null``; empty lines are none.

    Raises:
        UserError: when lines hold NUL; ``name`` is what the list is called then.
    """
    for line in _ended_by_null(file) if null else file:
        text = line if null else line.rstrip(b"\r\n").removeprefix(b"\xef\xbb\xbf")
        if b"\0" in text:
            raise UserError(f"{name} holds NUL within a line: expected one path a line, in UTF-8, or give -0 where NUL "
                            "ends each path")  # fmt: skip
        if text:
            yield Path(os.fsdecode(text))


def read_table(path: Path) -> Iterator[Path]:
    """The paths in the column ``page`` of a table of Parquet, such as ``--record`` writes; empty cells are none.

    Raises:
        UserError: when the extra for Parquet is not installed, it is no such table, or it has no such column of text.
        OSError: when it cannot be read.
    """
    parquet = import_extra("arrow", "pyarrow.parquet")
    try:
        with path.open("rb") as file, parquet.ParquetFile(file) as table:
            kinds = {field.name: str(field.type) for field in table.schema_arrow}
            if kinds.get("page") not in ("string", "large_string"):
                told = ", ".join(f"{name} ({kind})" for name, kind in kinds.items()) or "none"
                raise UserError(f"{path} has the columns {told}; expected page (string) with a path in each row")
            for batch in table.iter_batches(columns=["page"]):
                yield from (Path(text) for text in batch.column(0).to_pylist() if text)
    except ValueError as error:  # which pyarrow's errors of what it reads are
        first = str(error).partition("\n")[0]
        raise UserError(f"{path} is no table of Parquet that can be read: {first}") from error


def plan_list(planning: Planning, paths: Iterable[Path], folder: Path) -> Iterator[Plan]:
    """A part for each page or book; results keep the path below ``folder``.

    One that is given twice counts once. Of two whose files would be the same the second is a failure, as are those that
    are gone, that are folders, that do not lie in ``folder``, or in which results of others lie.

    Raises:
        UserError: as of :meth:`~textrm.page.planning.plan.Planning.parts`.
    """
    planning.check_out()
    listed = _Listed(planning, folder)
    for path in paths:
        found = listed.candidate(path)
        if isinstance(found, str):
            yield Plan(failures=[(path, found)])
        elif reason := listed.obstacle(found):
            yield Plan(failures=[(path, reason)])
        elif listed.is_first(found):
            yield planning.checked([found])


class _Listed:
    """What was on the list so far."""

    def __init__(self, planning: Planning, folder: Path) -> None:
        self._planning = planning
        self._folder = folder
        self._tops = os.path.abspath(folder), os.path.realpath(folder)
        self._out = os.path.join(os.path.realpath(planning.out), "")
        self._within = os.path.join(self._tops[1], "").startswith(self._out)
        # Of each file the page, both as eight bytes: of a million paths that is a tenth of a GB.
        self._writers: dict[bytes, bytes] = {}

    def candidate(self, path: Path) -> Candidate | str:
        """The page with its files; where it cannot be one, the reason."""
        if os.path.isdir(path):
            return "it is a folder; expected pages and books in the list"
        if not os.path.lexists(path):
            return "there is no such file"
        real = os.path.realpath(path.parent)
        for top, where in zip(self._tops, (os.path.abspath(path.parent), real), strict=True):
            if (where + os.sep).startswith(os.path.join(top, "")):
                below = Path(os.path.relpath(where, top))
                links = frozenset([path.name] if os.path.islink(path) else [])
                listed = Listed(path.parent, real, below, [path.name], links)
                return next(self._planning.candidates(listed))
        return f"it does not lie in {self._folder}, below which paths are kept; give the folder that it lies in"

    def obstacle(self, one: Candidate) -> str | None:
        """Why it must not be cleaned, if so."""
        if not self._within and one.real.startswith(self._out):
            return f"it lies in {self._planning.out}, where the results go; choose another folder with -o"
        if self._within:
            others = [path for path in one.written if path not in (one.here, one.real) and os.path.lexists(path)]
            if page := next((path for path in others if not self._is_ours(Path(path))), None):
                return f"its result would replace {page}; choose another folder with -o"
        clash = next((path for path in one.written if self._writers.get(_short(path), _short(one.real))
                      != _short(one.real)), None)  # fmt: skip
        return clash and f"it and another page of the list would both be written to {clash}; rename one of them"

    def is_first(self, one: Candidate) -> bool:
        """Whether it was not on the list before."""
        first = _short(one.written[0]) not in self._writers
        self._writers |= {_short(path): _short(one.real) for path in one.written}
        return first

    def _is_ours(self, path: Path) -> bool:
        remembered = self._planning.remembered
        return remembered is not None and (remembered.is_beside(path) or remembered.found(path) is not None)


def _short(path: str) -> bytes:
    return hashlib.blake2b(os.fsencode(path), digest_size=8).digest()


def _ended_by_null(file: io.BufferedIOBase) -> Iterator[bytes]:
    rest = b""
    while part := file.read1(_PART):
        *whole, rest = (rest + part).split(b"\0")
        yield from whole
    yield rest
