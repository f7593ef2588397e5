"""A tiny Danbooru release in the shape of the real one, and the command on it."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from click.testing import CliRunner, Result

from textrm.importers.danbooru.__main__ import main
from textrm.importers.danbooru.records import CATEGORIES

Record = dict[str, Any]


def record(id: int, tags: str | Iterable[str], **fields: Any) -> Record:
    """A record whose numbers are strings, as in the releases; a tag is a name, or category:name."""
    written = tags.split() if isinstance(tags, str) else tags
    pairs = [tag.split(":") if ":" in tag else ("general", tag) for tag in written]
    named = [{"id": str(i), "name": name, "category": str(CATEGORIES[kind])} for i, (kind, name) in enumerate(pairs)]
    known = {"id": str(id), "score": "3", "rating": "s", "image_width": "800", "image_height": "600",
             "file_ext": "jpg", "is_deleted": False, "is_banned": False, "tags": named}  # fmt: skip
    return known | fields


def random_records(count: int, seed: int = 0) -> list[Record]:
    """Records with 0 to 14 of 40 general tags, common ones first, and of every rating; some ids come up twice."""
    rng = np.random.default_rng(seed)
    found = []
    for id in rng.integers(1, 3 * count, count).tolist():
        names = [f"tag{int(n)}" for n in rng.geometric(0.08, int(rng.integers(0, 15))) if n <= 40]
        other = {"rating": "ssqe"[int(rng.integers(4))], "is_deleted": bool(rng.random() < 0.1), "score": str(id % 9)}
        found.append(record(id, [*dict.fromkeys(names), "artist:someone"], **other))
    return found


def text(records: Iterable[Record | str]) -> bytes:
    """JSON lines; what is no record is a line as it stands."""
    return "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in records).encode()


def pack(path: Path, content: bytes) -> Path:
    """Write ``content`` packed as the suffix says; into a tar as two shards, a folder, and a file of no interest."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if ".tar" in path.name:
        half = content.index(b"\n", len(content) // 2) + 1
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as tar:
            tar.addfile(_entry("metadata", tarfile.DIRTYPE))
            parts = {"0001": content[:half], "README.md": b"read me", "0002.gz": gzip.compress(content[half:])}
            for name, part in parts.items():
                tar.addfile(_entry(f"metadata/{name}", size=len(part)), io.BytesIO(part))
        content = packed.getvalue()
    if path.suffix == ".gz":
        content = gzip.compress(content)
    if path.suffix == ".xz":
        content = lzma.compress(content)
    path.write_bytes(content)
    return path


def picture(tree: Path, id: int, side: int = 512, suffix: str = "jpg") -> Path:
    """Draw the picture of an id into its place."""
    rng = np.random.default_rng(id)
    path = tree / f"{id % 1000:04d}" / f"{id}.{suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    small = rng.integers(0, 255, (8, 8, 3), np.uint8)
    cv2.imwrite(str(path), cv2.resize(small, (side, side)))
    return path


def run(out: Path, *options: object, workers: int = 1) -> Result:
    arguments = [str(out), "--workers", str(workers), *(str(option) for option in options)]
    return CliRunner().invoke(main, arguments, env={"COLUMNS": "300"})


def outputs(out: Path) -> dict[str, bytes]:
    """All files below ``out`` by path."""
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()


def report(out: Path) -> dict[str, Any]:
    return json.loads((out / "report" / "report.json").read_text("utf-8"))


def _entry(name: str, type: bytes = tarfile.REGTYPE, size: int = 0) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.size = type, size
    return entry
