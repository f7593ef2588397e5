"""One row of a manifest: a picture and what belongs to it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from textrm.errors import UserError

SPLITS = ("train", "val", "test")


@dataclass(frozen=True, slots=True)
class Row:
    """One picture. Paths are relative to the manifest's folder; "" and None mean absent.

    ``group`` is the work the picture belongs to (episode, book, template); ``tags`` are separated by spaces;
    ``width`` and ``height`` are in pixels; ``extra`` holds the columns that only some manifests have.
    """

    id: str
    split: str
    group: str
    image: str
    clean: str = ""
    mask: str = ""
    tags: str = ""
    width: int | None = None
    height: int | None = None
    source: str = ""
    licence: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)


COLUMNS = tuple(column.name for column in fields(Row) if column.name != "extra")


def to_row(where: str, cells: dict[str, str]) -> Row:
    """The row of these cells by column, which are used up; ``where`` begins what an error says.

    Raises:
        UserError: for another number of cells than columns, an empty id or image, a split that there is not, and a size
            that is no positive whole number.
    """
    if None in cells or None in cells.values():
        raise UserError(f"{where}: has another number of cells than the header; quote cells that hold a comma")
    values = {name: cells.pop(name).strip() for name in COLUMNS}
    sizes: dict[str, int | None] = {}
    for name in ("width", "height"):
        text = values.pop(name)
        if text and not (text.isdecimal() and int(text) > 0):
            raise UserError(f"{where}: {name} is {text!r}; expected a number of pixels or nothing")
        sizes[name] = int(text) if text else None
    if not values["id"] or not values["image"]:
        raise UserError(f"{where}: has no {'image' if values['id'] else 'id'}; every row needs one")
    if values["split"] not in SPLITS:
        raise UserError(f"{where}: split is {values['split']!r}; expected train, val or test")
    return Row(**values, **sizes, extra=dict(cells))  # type: ignore[arg-type]


class Rows(Sequence[Row]):
    """Rows that are made when they are asked for; ``splits`` (N) has one value for each of them."""

    splits: np.ndarray

    def __len__(self) -> int:
        return len(self.splits)

    def __getitem__(self, number: Any) -> Any:
        if isinstance(number, slice):
            return tuple(self[one] for one in range(*number.indices(len(self))))
        if not -len(self) <= number < len(self):
            raise IndexError(number)
        return self._one(number % len(self))

    @abstractmethod
    def _one(self, number: int) -> Row:
        """Row ``number``, from 0."""
