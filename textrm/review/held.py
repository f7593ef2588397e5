"""Holds the folder for the work of a review: one review has it at a time."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import IO

from textrm.errors import UserError
from textrm.files import lock


class Held:
    """Makes the folder ``work`` and holds it, by a lock on a file in it, until it is closed.

    Raises:
        UserError: when another review has it, or it cannot be made.
    """

    def __init__(self, work: Path) -> None:
        self.work = work
        self._file = _locked(work)
        self._asking = threading.Lock()

    def again(self) -> bool:
        """Whether the folder has been moved or deleted since; then it is made anew, and held.

        Raises:
            UserError: as the class.
        """
        with self._asking:
            try:
                if os.path.samestat(os.stat(self.work / "lock"), os.fstat(self._file.fileno())):
                    return False
            except FileNotFoundError:
                pass
            except OSError as error:
                raise _unwritable(self.work, error) from error
            fresh = _locked(self.work)
            self._file.close()
            self._file = fresh
            return True

    def close(self) -> None:
        """Let others have it."""
        self._file.close()


def _locked(work: Path) -> IO[str]:
    try:
        work.mkdir(parents=True, exist_ok=True)
        held = (work / "lock").open("a")  # empties nothing, wherever a link leads
        lock(held)
    except BlockingIOError as error:
        held.close()
        raise UserError(f"{work.parent} is open in another review: go on there, or stop it first") from error
    except OSError as error:
        raise _unwritable(work, error) from error
    return held


def _unwritable(work: Path, error: OSError) -> UserError:
    return UserError(f"{work} cannot be written: {error.strerror}; give another folder with -o")
