"""Finds the picture of which a page of a PDF is a scan, and how it lies there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from pikepdf import Matrix

from textrm.errors import UserError
from textrm.page.books.pdf.bounds import unpacked

_WHOLE = 0.5  # of the page, at least; margins around a scan are common
_OTHER = 0.1  # of the page; a second picture of that size is no stamp
_DEPTH = 8  # forms within forms
_LENGTH = 1 << 21  # bytes of what a page and its forms draw; they become a hundred times as many in memory
_STREAM = 4000  # bytes that each of these counts for besides
_INVISIBLE = 3  # the way of drawing text that lies beneath scans for searching
_TEXT = frozenset(("Tj", "TJ", "'", '"'))

# Where the right and the lower side of a stored picture come to lie, with y upwards, and the EXIF value of that.
_ORIENTATIONS = {
    ((1, 0), (0, -1)): 1, ((-1, 0), (0, -1)): 2, ((-1, 0), (0, 1)): 3, ((1, 0), (0, 1)): 4,
    ((0, -1), (1, 0)): 5, ((0, -1), (-1, 0)): 6, ((0, 1), (-1, 0)): 7, ((0, 1), (1, 0)): 8,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scan:
    """The ``image`` of a page, and the EXIF value that leads from it as stored to the page as it is shown."""

    image: Any
    orientation: int


@dataclass(slots=True)
class _Drawn:
    images: list[tuple[Any, Matrix]] = field(default_factory=list)
    text: bool = False
    left: int = _LENGTH


def find_scan(page: pikepdf.Page) -> tuple[Scan | None, str]:
    """The scan that a page is, None where it is none; and what the user should know, empty for nothing."""
    drawn = _Drawn()
    try:
        _draw(page.obj, page.obj.get("/Resources", None) or page.resources, Matrix(), drawn, 0)
    except UserError:
        return None, "draws more than scans do: it stays as it is"
    box = [float(side) for side in page.cropbox]
    shares = [_share(matrix, box) for _, matrix in drawn.images]
    if not shares or max(shares) < _WHOLE:
        return None, "is drawn and no scan: it stays as it is"
    if sum(share > _OTHER for share in shares) > 1:
        return None, "is put together of several pictures: it stays as it is"
    image, matrix = drawn.images[shares.index(max(shares))]
    note = "has text beside its scan, which stays" if drawn.text else ""
    return Scan(image, _orientation(matrix, int(page.obj.get("/Rotate", 0)))), note


def _draw(content: Any, resources: Any, matrix: Matrix, drawn: _Drawn, depth: int) -> None:
    """Follow what a page or a form draws."""
    objects = resources.get("/XObject", {}) if resources is not None else {}
    kept: list[tuple[Matrix, int]] = []
    way = 0
    for operands, operator in _instructions(content, drawn):
        if operator == "q":
            kept.append((matrix, way))
        elif operator == "Q" and kept:
            matrix, way = kept.pop()
        elif operator == "cm" and len(operands) == 6:
            matrix = Matrix(*map(float, operands)) @ matrix
        elif operator == "Tr" and operands:
            way = int(operands[0])
        elif operator in _TEXT:
            drawn.text |= way != _INVISIBLE
        elif operator == "Do" and operands and str(operands[0]) in objects:
            one = objects[str(operands[0])]
            if one.get("/Subtype") == "/Image":
                drawn.images.append((one, matrix))
            elif one.get("/Subtype") == "/Form" and depth < _DEPTH:
                own = Matrix(*map(float, one.get("/Matrix", [1, 0, 0, 1, 0, 0])))
                _draw(one, one.get("/Resources", resources), own @ matrix, drawn, depth + 1)


def _instructions(content: Any, drawn: _Drawn) -> Iterator[tuple[Any, str]]:
    parts = content if isinstance(content, pikepdf.Stream) else content.get("/Contents", [])
    for part in parts if isinstance(parts, pikepdf.Array) else [parts] if parts else []:
        drawn.left -= _STREAM + len(unpacked(part, max(drawn.left, 0)))
    if drawn.left < 0:
        raise UserError("draws too much")
    for instruction in pikepdf.parse_content_stream(content):
        yield instruction.operands, str(instruction.operator)


def _share(matrix: Matrix, box: list[float]) -> float:
    """The part of the page that a picture covers."""
    corners = [matrix.transform(corner) for corner in ((0, 0), (1, 0), (0, 1), (1, 1))]
    across, up = zip(*corners, strict=True)
    left, low, right, high = min(box[0], box[2]), min(box[1], box[3]), max(box[0], box[2]), max(box[1], box[3])
    width = max(0.0, min(max(across), right) - max(min(across), left))
    height = max(0.0, min(max(up), high) - max(min(up), low))
    return width * height / max((right - left) * (high - low), 1e-9)


def _orientation(matrix: Matrix, rotate: int) -> int:
    """By quarters of a turn: a scan that lies a little askew is upright."""
    right, down = (matrix.a, matrix.b), (-matrix.c, -matrix.d)
    for _ in range(rotate // 90 % 4):  # clockwise
        right, down = (right[1], -right[0]), (down[1], -down[0])
    return _ORIENTATIONS.get((_snapped(right), _snapped(down)), 1)


def _snapped(vector: tuple[float, float]) -> tuple[int, int]:
    x, y = vector
    return (1 if x > 0 else -1, 0) if abs(x) >= abs(y) else (0, 1 if y > 0 else -1)
