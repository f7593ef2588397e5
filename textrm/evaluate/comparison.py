"""What every evaluation begins and ends with: the list of what is compared, and what came of it, told and written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from omegaconf import DictConfig, ListConfig
from rich.console import Console, RenderableType

from textrm.data.manifest import BadRow
from textrm.errors import UserError
from textrm.evaluate.scoring import write_result
from textrm.evaluate.sheet import Strip, write_sheet
from textrm.evaluate.table import WIDTH
from textrm.printable import printable

# What may be compared: an example of the key, and the keys that have no meaning beside it.
_LISTS = {
    "taggers": ("taggers=[runs/plain,attention.onnx]", ("model", "run", "by", "fill_model", "fills", "methods")),
    "fills": ("fills=[runs/mine,model.onnx,telea]", ("model", "run", "by", "fill_model", "methods")),
    "methods": ("methods=[segment+fill,runs/mine,model.onnx]", ("model", "run")),
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was measured.

    ``table`` is for the terminal, None where no picture could be read; ``files`` are what the folder of results gets,
    by name; ``strips`` makes those of the contact sheet ``sheet``; ``bad`` are the rows that could not be read, of
    ``total``.
    """

    table: RenderableType | None
    total: int
    bad: Sequence[BadRow] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    sheet: str = "sheet.png"
    strips: Callable[[], Sequence[Strip]] = tuple


def chosen(config: DictConfig) -> tuple[str, list[str]]:
    """Which key of _LISTS is compared, and the names that it lists.

    One model or run is a list of one method; without any it is the released weights, filling as ``fill`` says.

    Raises:
        UserError: where a list is none or is empty, or two keys say what is evaluated.
    """
    for key, (example, others) in _LISTS.items():
        if config[key] is None:
            continue
        if not isinstance(config[key], ListConfig) or not config[key]:
            raise UserError(f"{key}={config[key]}: expected a list, as {example}")
        for name in others:
            if config[name] is not None:
                raise UserError(f"{name} is given beside {key}: expected one of the two; all are named in {key}")
        return key, [str(name) for name in config[key]]
    if config.model is not None and config.run is not None:
        raise UserError("both model and run are given: give the one to evaluate")
    released = f"segment+{'fill' if config.fill == 'auto' else config.fill}"
    return "methods", [config.model or config.run or released]


def tell(comparison: Comparison, out: Path | None) -> None:
    """Print the table and the rows that could not be read, write the files into the folder ``out`` where it is given.

    Raises:
        UserError: when a file cannot be written, or there is a row that could not be read.
    """
    if comparison.table is not None:
        console = Console()
        console.width = max(console.width, WIDTH)
        console.print(comparison.table)
        if out is not None:
            _write(comparison, out)
    for row in comparison.bad:
        print(f"not scored: {printable(row)}")
    if comparison.bad:
        raise UserError(f"{len(comparison.bad)} of {comparison.total} rows could not be read and were not scored: "
                        "mend or remove them")  # fmt: skip


def _write(comparison: Comparison, out: Path) -> None:
    for name, content in comparison.files.items():
        write_result(out / name, content)
    if strips := comparison.strips():
        write_sheet(out / comparison.sheet, strips)
