"""The manifest of a prepared set while it grows."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

from textrm.data.manifest import Row, read_manifest, write_manifest
from textrm.errors import UserError
from textrm.prepared.prepare import Settings
from textrm.prepared.record import COLUMNS, MANIFEST, Record, read_record, written_files
from textrm.prepared.sources import Source

_SECONDS = 60  # between two writes of the manifest: what a killed run has to do again


class Rows:
    """The rows of the set in ``folder``: those of a run before, until new ones take their place.

    A row whose record was changed counts as not there, so that its picture is prepared again.

    Args:
        folder: of the set; it need not be there.
        sources: all pictures of the set.
        refused: pictures that were given too and cannot be prepared: their rows go, but make it no other set.
        settings: what the set is made with.
        overwrite: whether all pictures are made anew, and the files of a set before go with their rows.

    Raises:
        UserError: where the folder holds something else, or a set made with other settings or of other pictures, and
            ``overwrite`` is not given.
    """

    def __init__(
        self, folder: Path, sources: Sequence[Source], refused: Sequence[Source], settings: Settings, overwrite: bool
    ) -> None:
        self.path = folder / MANIFEST
        self.overwrite = overwrite
        self.ids = {source.row.id for source in sources}
        self.given = self.ids | {source.row.id for source in refused}
        self.inputs = {os.path.realpath(path) for source in (*sources, *refused) for path in source.files.values()}
        self.is_new = not os.path.lexists(folder)
        self.rows: dict[str, Row] = {}
        self.written = time.monotonic()
        if self.is_new:
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
            if overwrite or self._can_stay(row, settings):
                self.rows[row.id] = row

    def begin(self) -> None:
        """Take out the rows of all other pictures, and write the manifest.

        Raises:
            UserError: when it cannot be written, or a file cannot be removed.
        """
        for name in self.rows.keys() - self.ids:
            self.pop(name)
        self.write()

    def pop(self, name: str) -> tuple[Row, Record] | None:
        """Take out what is known of a picture from a run before; with ``overwrite`` nothing is, and its files go.

        Args:
            name: its id.

        Raises:
            UserError: when a file cannot be removed.
        """
        row = self.rows.pop(name, None)
        if row is None or not self.overwrite:
            return None if row is None else (row, read_record(row))
        for path in (self.path.parent / written for written in written_files(row)):
            if os.path.realpath(path) in self.inputs:  # one that is a link into this set
                continue
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise UserError(f"{path} cannot be removed: {error.strerror or error}; remove it") from error
        return None

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

    def end(self) -> None:
        """Write the manifest, or take it away where nothing was prepared and the folder holds nothing else.

        Raises:
            UserError: when it cannot be written or removed.
        """
        folder = self.path.parent
        try:
            # An empty manifest beside files of a picture that was not finished lets the next run go on there.
            is_empty = not self.rows and all(path == self.path for path in folder.iterdir())
            if is_empty:
                self.path.unlink()
            if is_empty and self.is_new:
                folder.rmdir()
        except OSError as error:
            raise UserError(f"{self.path} cannot be removed: {error.strerror or error}; remove it") from error
        if not is_empty:
            self.write()

    def _can_stay(self, row: Row, settings: Settings) -> bool:
        folder = self.path.parent
        if row.id not in self.given:
            raise UserError(f"{folder} holds another set: {row.id} is not among the pictures given now; choose "
                            "another folder, or give --overwrite")  # fmt: skip
        try:
            before = read_record(row).prepared_with
        except UserError:
            return False
        if before != str(settings):
            raise UserError(f"{folder} holds a set made with {before}, not {settings}; choose another folder, or "
                            "give --overwrite")  # fmt: skip
        return True
