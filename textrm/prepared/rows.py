"""The manifest of a prepared set while it grows."""

from __future__ import annotations

import os
import time
from pathlib import Path

from textrm.data.manifest import Row, read_manifest, write_manifest
from textrm.errors import UserError
from textrm.prepared.prepare import Settings
from textrm.prepared.record import COLUMNS, MANIFEST, Record, read_record

_SECONDS = 60  # between two writes of the manifest: what a killed run has to do again


class Rows:
    """The rows of the set in ``folder``: those of a run before, until new ones take their place.

    Raises:
        UserError: where the folder holds something else, or a set made with other settings or of other pictures, and
            ``overwrite`` is not given.
    """

    def __init__(self, folder: Path, ids: set[str], settings: Settings, overwrite: bool) -> None:
        self.path = folder / MANIFEST
        self.rows: dict[str, Row] = {}
        self.written = time.monotonic()
        if not os.path.lexists(folder):
            return
        if not folder.is_dir():
            raise UserError(f"{folder} is no folder; expected one for the prepared set")
        if not self.path.exists():
            if any(folder.iterdir()) and not overwrite:
                raise UserError(f"{folder} holds files, but no {MANIFEST}; choose an empty folder, or give --overwrite")
            return
        for row in read_manifest(self.path).rows:
            if any(name not in row.extra for name in COLUMNS):
                raise UserError(f"{self.path} was not made by textrm.preprocess; choose another folder")
            if overwrite:
                continue
            if (before := read_record(row).prepared_with) != str(settings):
                raise UserError(f"{folder} holds a set made with {before}, not {settings}; choose another folder, or "
                                "give --overwrite")  # fmt: skip
            if row.id not in ids:
                raise UserError(f"{folder} holds another set: {row.id} is not among the pictures given now; choose "
                                "another folder, or give --overwrite")  # fmt: skip
            self.rows[row.id] = row

    def pop(self, name: str) -> tuple[Row, Record] | None:
        """Take out what is known of a picture from a run before; ``name`` is its id."""
        row = self.rows.pop(name, None)
        return None if row is None else (row, read_record(row))

    def put(self, row: Row) -> None:
        """Take a row in, and write the manifest if that was long ago."""
        self.rows[row.id] = row
        if time.monotonic() - self.written > _SECONDS:
            self.write()

    def write(self) -> None:
        """Write the manifest, in the order of the ids.

        Raises:
            UserError: when it cannot be written.
        """
        try:
            write_manifest(self.path, sorted(self.rows.values(), key=lambda row: row.id))
        except OSError as error:
            raise UserError(f"{self.path} cannot be written: {error.strerror or error}") from error
        self.written = time.monotonic()
