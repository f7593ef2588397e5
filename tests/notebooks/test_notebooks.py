"""The notebooks run from top to bottom, on tiny sizes, and are stored without results."""

from __future__ import annotations

import csv
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
STORED = sorted((ROOT / "notebooks").glob("*.ipynb"))


def stored(name: str) -> NotebookNode:
    return nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)


def execute(name: str, folder: Path, **parameters: object) -> NotebookNode:
    """The notebook with results, run in ``folder`` with other values of its parameters; raises the first error."""
    notebook = stored(name)
    (cell,) = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    given = [line.split(" = ")[0] for line in cell.source.splitlines() if line and not line.startswith("#")]
    assert parameters.keys() <= set(given), given
    cell.source += "".join(f"\n{key} = {value!r}" for key, value in parameters.items())
    NotebookClient(notebook, timeout=None, resources={"metadata": {"path": str(folder)}}).execute()
    return notebook


def pictures(notebook: NotebookNode) -> int:
    return sum("image/png" in output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", []))


def printed(notebook: NotebookNode) -> str:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return "".join(output.get("text", "") or output.get("data", {}).get("text/markdown", "") for output in outputs)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))  # not the user's, which may hold start-up scripts
    monkeypatch.delenv("MPLBACKEND", raising=False)  # it would keep plots out of the notebook


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


def test_data(tmp_path: Path) -> None:
    notebook = execute("01_data", tmp_path, n_pages=2, size=(160, 128), crop=64)
    text = printed(notebook)
    assert pictures(notebook) == 12
    assert (tmp_path / "runs" / "notebook_data" / "drawn" / "sheet.png").is_file()
    assert "pages in 3 groups" in text
    assert "of the contours differ" in text  # the page with the wrong partner
    assert "image (12, 3, 64, 64)" in text


def test_train_and_compare(tmp_path: Path) -> None:
    small = {"gammas": "0,2", "text_weights": "1", "seeds": "1", "n_pages": 24, "size": 64, "crop": 32, "steps": 2}
    notebook = execute("02_train_and_compare", tmp_path, **small)
    report = tmp_path / "runs" / "notebook_sweep" / "gamma" / "report"
    with (report / "results.csv").open(newline="") as file:
        assert [row["loss.gamma"] for row in csv.DictReader(file)] == ["0", "2"]
    assert (report / "index.html").is_file()
    assert pictures(notebook) >= 4  # plots, and a panel for each of two pages
    assert "gamma" in printed(notebook)


def test_clean_pages(tmp_path: Path) -> None:
    notebook = execute("03_clean_pages", tmp_path, n_pages=1, size=(160, 128), side=128)
    assert pictures(notebook) == 17
    assert "regions; the largest:" in printed(notebook)
