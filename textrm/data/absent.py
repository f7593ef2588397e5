"""Finds the rows of a manifest whose files do not exist, by listing folders: a million questions take long."""

from __future__ import annotations

import os

import numpy as np

from textrm.data.manifest import Manifest, cells_of

ROLES = ("image", "mask", "clean")
FOLDERS = 16  # lists of names that are kept


def find_absent(manifest: Manifest, wanted: np.ndarray, told: int) -> tuple[np.ndarray, list[list[str]]]:
    """The numbers of the ``wanted`` rows that lack a file, rising, and what the first ``told`` of them lack.

    None where the files lie in tars, which were looked at when the manifest was read.
    """
    if manifest.shards is not None:
        return np.empty(0, np.int64), []
    asked = np.zeros(len(manifest.rows), bool)
    asked[wanted] = True
    folders = _Folders(str(manifest.folder))
    absent: list[int] = []
    lacking: list[list[str]] = []
    for number, cells in enumerate(cells_of(manifest, *ROLES)):
        if not asked[number] or all(map(folders.holds, cells)):
            continue
        absent.append(number)
        if len(lacking) < told:
            names = [name for name in cells if not folders.holds(name)]
            lacking.append([os.path.join(manifest.folder, name) for name in names])
    return np.array(absent, np.int64), lacking


class _Folders:
    """Which files there are below ``root``. The newest folders' names are kept, and the answer to the last question."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._names: dict[str, set[str]] = {}

    def holds(self, name: str) -> bool:
        """Whether there is such a file; of no name nothing is wanted."""
        if not name:
            return True
        folder, _, file = name.rpartition("/")
        names = self._names.get(folder)
        if names is None:
            names = self._listed(folder if folder or not name.startswith("/") else "/")
            if len(self._names) >= FOLDERS:
                del self._names[next(iter(self._names))]
            self._names[folder] = names
        # What is not listed is asked for: there are systems to which a and A are one file.
        return file in names or (bool(names) and os.path.isfile(os.path.join(self.root, name)))

    def _listed(self, folder: str) -> set[str]:
        """The names of the files in it; none where there is no such folder, or it may not be read."""
        try:
            with os.scandir(os.path.join(self.root, folder)) as entries:
                return {entry.name for entry in entries if entry.is_file()}
        except PermissionError:  # its files may be there all the same
            return {""}
        except (OSError, ValueError):
            return set()
