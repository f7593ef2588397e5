"""The notebooks run from top to bottom, on tiny sizes, and are stored without results."""

from __future__ import annotations

import csv
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from notebook_runs import Executed

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("notebooks")]

STORED = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))


def pictures(notebook: NotebookNode) -> int:
    return sum("image/png" in output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", []))


def printed(notebook: NotebookNode) -> str:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "".join(output.get("text", "") or output.get("data", {}).get("text/markdown", "") for output in outputs)


def test_three_notebooks_are_stored() -> None:
    assert [path.stem for path in STORED] == ["01_data", "02_train_and_compare", "03_clean_pages"]


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_stored_without_results(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(code) > 5
    assert [cell.outputs for cell in code] == [[]] * len(code)
    assert [cell.execution_count for cell in code] == [None] * len(code)
    assert code[0].metadata.tags == ["parameters"]


def test_data(executed: Executed) -> None:
    notebook, folder = executed("01_data")
    text = printed(notebook)
    assert pictures(notebook) == 12
    assert (folder / "runs" / "notebook_data" / "drawn" / "sheet.png").is_file()
    assert "pages in 3 groups" in text
    assert "of the contours differ" in text  # the page with the wrong partner
    assert "image (12, 3, 64, 64)" in text


def test_train_and_compare(executed: Executed) -> None:
    notebook, folder = executed("02_train_and_compare")
    report = folder / "runs" / "notebook_sweep" / "gamma" / "report"
    with (report / "results.csv").open(newline="") as file:
        assert [row["loss.gamma"] for row in csv.DictReader(file)] == ["0", "2"]
    assert (report / "index.html").is_file()
    assert pictures(notebook) >= 4  # plots, and a panel for each of two pages
    assert "gamma" in printed(notebook)


def test_clean_pages(executed: Executed) -> None:
    notebook, _ = executed("03_clean_pages")
    assert pictures(notebook) == 17
    assert "regions; the largest:" in printed(notebook)
