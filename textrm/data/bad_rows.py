"""Which rows of a data set cannot be used: what one worker process finds is known to all, and to the main process."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import torch

from textrm.data.manifest import BadRow, Row
from textrm.printable import printable

log = logging.getLogger(__name__)

TOLD = 1000  # rows whose ids and reasons are listed; of a million the number says more


class BadRows:
    """Rows of a manifest in ``folder``, by their numbers."""

    def __init__(self, rows: Sequence[Row], folder: Path) -> None:
        self.rows, self.folder = rows, folder
        self._flags = torch.zeros(len(rows), dtype=torch.bool).share_memory_()
        self._reasons: dict[int, str] = {}  # what this process found

    def __contains__(self, number: int) -> bool:
        return bool(self._flags[number])

    def __len__(self) -> int:
        return int(self._flags.sum())

    def add(self, number: int, bad: BadRow) -> None:
        """Remember and report a row that was good so far."""
        self._flags[number] = True
        if len(self._reasons) < TOLD:
            self._reasons[number] = bad.reason
        log.warning("bad row %s in %s: %s", *map(printable, (bad.id, self.folder, bad.reason)))

    def add_absent(self, absent: np.ndarray, reasons: Sequence[str], of: int) -> None:
        """Remember rows whose files do not exist, with the reasons of the first of them, and report them in a line."""
        if not len(absent):
            return
        self._flags[torch.from_numpy(absent)] = True
        self._reasons.update(zip(absent.tolist(), reasons, strict=False))
        told = tuple(map(printable, (self.rows[int(absent[0])].id, self.folder, reasons[0])))
        if len(absent) == 1:
            log.warning("bad row %s in %s: %s", *told)
        else:
            log.warning("%d of %d rows lack files; bad row %s in %s: %s; and so on", len(absent), of, *told)

    def reasons(self) -> dict[str, str]:
        """Reason by id of the bad rows met so far, by any process; of the first TOLD of them."""
        flagged = islice(self._flags.nonzero().flatten().tolist(), TOLD)
        return {
            self.rows[number].id: self._reasons.get(number, "unusable; the log has the reason") for number in flagged
        }


class HasBadRows:
    """A data set that keeps its bad rows in ``_bad``."""

    _bad: BadRows

    @property
    def bad_rows(self) -> dict[str, str]:
        """Reason by id of the rows that could not be read so far, in any worker process; of a thousand at most."""
        return self._bad.reasons()

    @property
    def bad_count(self) -> int:
        """How many rows could not be read so far."""
        return len(self._bad)
