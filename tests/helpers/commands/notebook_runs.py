"""The notebooks, run on tiny sizes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import notebook_pages
from nbformat import NotebookNode

Executed = Callable[[str], tuple[NotebookNode, Path]]

SMALL: dict[str, dict[str, Any]] = {
    "01_data": {"n_pages": 2, "size": (160, 128), "crop": 64},
    "02_train_and_compare": {"gammas": "0,2", "text_weights": "1", "n_pages": 24, "size": 64, "crop": 32, "steps": 2,
                             "seeds": "1 callbacks.costs.cpu_threads=null"},  # to time the net would take an export
    "03_clean_pages": {"n_pages": 1, "size": (160, 128), "side": 128},
}  # fmt: skip


def execute(name: str, folder: Path) -> NotebookNode:
    """The notebook with results, run in ``folder`` with small values of its parameters; raises the first error."""
    notebook = nbformat.read(notebook_pages.ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    (cell,) = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    given = [line.split(" = ")[0] for line in cell.source.splitlines() if line and not line.startswith("#")]
    assert SMALL[name].keys() <= set(given), given
    cell.source += "".join(f"\n{key} = {value!r}" for key, value in SMALL[name].items())
    return notebook_pages.run(notebook, folder)
