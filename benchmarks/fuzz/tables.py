"""A small set in every form of manifest, and in tars: one is refused, or its rows are read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

from benchmarks.fuzz.check import Inside, refused
from textrm.data.manifest import BadRow, Row, load_sample, read_manifest, write_manifest
from textrm.data.shards.write import pack
from textrm.data.tables.csv_table import Irregular, Table
from textrm.errors import UserError

_TAR = "train-00000.tar"


def table_seeds() -> Iterator[tuple[str, bytes, Inside]]:
    """Whole files by what they are, each with what reads it."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        rows = [
            Row(f"a{number}", ("train", "val")[number % 2], f"bøk {number // 4}", f"{number}.png", mask=f"{number}.png",
                width=32, height=24, tags="one two", extra={"words": "", "note": 'said "no", twice'})
            for number in range(8)
        ]  # fmt: skip
        for suffix in (".csv", ".parquet", ".arrow"):
            write_manifest(folder / f"manifest{suffix}", rows)
            yield f"manifest {suffix}", (folder / f"manifest{suffix}").read_bytes(), partial(check_table, suffix)
        for number in range(8):
            grey = np.random.default_rng(number).integers(0, 256, (24, 32), np.uint8)
            cv2.imwrite(str(folder / f"{number}.png"), grey)
        pack(folder / "manifest.csv", folder / "set", 8, None, 1)
        whole = {path.name: path.read_bytes() for path in (folder / "set").iterdir()}
    for name in ("manifest.csv", "shards.csv", _TAR):
        yield f"set, {name}", whole[name], partial(check_set, whole, name)


def check_table(suffix: str, data: bytes, folder: Path) -> tuple[bool, list[str]]:
    """Read a manifest of that suffix in full, write it, and read that."""
    path = folder / f"manifest{suffix}"
    path.write_bytes(data)
    try:
        rows = list(read_manifest(path).rows)
    except UserError as error:
        return refused(error)
    faults = []
    if suffix == ".csv":
        with suppress(Irregular):
            faults += ["row by row it is another table"] * (list(Table(path)) != rows)
    again = folder / f"again{suffix}"
    write_manifest(again, rows)
    if list(read_manifest(again).rows) != rows:
        faults.append("what is written has other rows")
    return True, faults


def check_set(whole: dict[str, bytes], name: str, data: bytes, folder: Path) -> tuple[bool, list[str]]:
    """Read all samples of a set of tars in which the file ``name`` is this one."""
    for other, content in (whole | {name: data}).items():
        (folder / other).write_bytes(content)
    read, faults = 0, []
    try:
        manifest = read_manifest(folder / "manifest.csv")
        for row in manifest.rows:
            try:
                load_sample(manifest, row)
                read += 1
            except BadRow as error:
                faults += refused(error)[1]
        if manifest.shards is not None and name == _TAR:
            faults += ["its sum is not seen to be another"] * (
                not list(manifest.shards.check()) and data != whole[name]
            )
    except UserError as error:
        return refused(error)
    return read > 0, faults
