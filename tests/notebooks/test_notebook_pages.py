"""Each notebook is a page of the documentation's site, with the results of running it."""

from __future__ import annotations

import re
from pathlib import Path

import notebook_pages
import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from notebook_runs import Executed

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("notebooks")]

SHOWN = {  # the number of tables, and what stands among the results
    "01_data": (0, "pages in 3 groups"),
    "02_train_and_compare": (1, "gamma</th>"),
    "03_clean_pages": (1, "regions; the largest:"),
}


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
    from nbformat import v4, write

    runs: list[Path] = []
    monkeypatch.setattr(notebook_pages, "KEPT", tmp_path / "kept")
    monkeypatch.setattr(notebook_pages, "ROOT", tmp_path)
    monkeypatch.setattr(notebook_pages, "run", lambda notebook, folder: runs.append(folder) or notebook)
    for source, times in (("1", 1), ("1", 1), ("2", 2)):
        write(v4.new_notebook(cells=[v4.new_code_cell(source, id="cell")]), tmp_path / "a.ipynb")
        assert notebook_pages.with_results(tmp_path / "a.ipynb").cells[0].source == source
        assert len(runs) == times
    assert len(list((tmp_path / "kept").iterdir())) == 1
