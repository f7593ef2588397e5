"""The notebooks run from top to bottom, on tiny sizes, and are stored without results.

Each is a page of the documentation's site, with the results of running it.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

import nbformat
import notebook_pages
import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from nbformat import NotebookNode, v4
from notebook_runs import Executed, execute

pytestmark = pytest.mark.slow

STORED = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
SHOWN = {  # the number of tables, and what stands among the results
    "01_data": (0, "pages in 3 groups"),
    "02_train_and_compare": (1, "gamma</th>"),
    "03_clean_pages": (1, "regions; the largest:"),
}


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Executed:
    """Gives the notebook of a name with its results, and the folder in which it was run, once for all tests."""

    @cache
    def once(name: str) -> tuple[NotebookNode, Path]:
        folder = tmp_path_factory.mktemp(name)
        return execute(name, folder), folder

    return once


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


@pytest.fixture(scope="module")
def site(executed: Executed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site without the reference of the code; its notebooks were run on tiny sizes."""
    folder = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(notebook_pages, "with_results", lambda path: executed(path.stem)[0])
        patch.setenv("NO_MKDOCS_2_WARNING", "1")  # of what the theme says about other tools
        build(load_config(str(notebook_pages.ROOT / "mkdocs.yml"), site_dir=str(folder), plugins=[], strict=False))
    return folder


@pytest.mark.parametrize("name", SHOWN)
def test_the_page_of_a_notebook_shows_what_it_draws_and_tells(name: str, site: Path, executed: Executed) -> None:
    page = site / "repository" / "notebooks" / f"{name}.html"
    text = page.read_text(encoding="utf-8")
    sources = re.findall(r'<img [^>]*src="([^"]+)"', text)
    drawn = [output["data"]["image/png"] for cell in executed(name)[0].cells
             for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]  # fmt: skip
    assert len(sources) == len(drawn) >= 4
    assert all((page.parent / source).read_bytes().startswith(b"\x89PNG") for source in sources)
    tables, told = SHOWN[name]
    assert text.count("<table>") == tables
    assert told in text


def test_links_between_pages_and_notebooks_lead_to_pages(site: Path) -> None:
    for page, link in (("notebooks.html", "repository/notebooks/01_data.html"),
                       ("repository/notebooks/01_data.html", "02_train_and_compare.html"),
                       ("repository/notebooks/03_clean_pages.html", "../textrm/weights/index.html")):  # fmt: skip
        assert f'href="{link}"' in (site / page).read_text(encoding="utf-8")


def test_every_link_leads_to_a_file(site: Path) -> None:
    link = re.compile(r'(?:href|src)="([^/"#?:][^"#?:]*)["#?]')  # those that begin with / are of the page 404.html
    links = {page.parent / found for page in site.rglob("*.html") for found in link.findall(page.read_text("utf-8"))}
    assert len(links) > 100
    assert [str(path) for path in links if not path.exists()] == []


def test_what_was_run_is_used_until_the_notebook_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[Path] = []
    monkeypatch.setattr(notebook_pages, "KEPT", tmp_path / "kept")
    monkeypatch.setattr(notebook_pages, "ROOT", tmp_path)
    monkeypatch.setattr(notebook_pages, "run", lambda notebook, folder: runs.append(folder) or notebook)
    for source, times in (("1", 1), ("1", 1), ("2", 2)):
        nbformat.write(v4.new_notebook(cells=[v4.new_code_cell(source, id="cell")]), tmp_path / "a.ipynb")
        assert notebook_pages.with_results(tmp_path / "a.ipynb").cells[0].source == source
        assert len(runs) == times
    assert len(list((tmp_path / "kept").iterdir())) == 1
