"""The site's pages exist, and so does what they name; ``make docs`` is stricter, and needs packages of its own."""

from __future__ import annotations

import importlib
import re
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
DOCS = sorted((ROOT / "docs").rglob("*.md"))
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "data" / "README.md", *DOCS]
SOURCES = sorted(path for folder in ("textrm", "hydra_plugins") for path in (ROOT / folder).rglob("*.py"))
PACKAGES = sorted(path.parent.name for path in (ROOT / "textrm").glob("*/__init__.py"))
REFERENCE = re.compile(r":(?:func|class|meth|mod|attr|data|exc):`~?([\w.]+)`")


def in_nav(nav: list) -> list[str]:
    """Every page that a navigation names."""
    found: list[str] = []
    for entry in nav:
        value = next(iter(entry.values())) if isinstance(entry, dict) else entry
        found += in_nav(value) if isinstance(value, list) else [value]
    return found


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def test_the_navigation_names_every_page_once_and_none_else() -> None:
    named = in_nav(yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"])
    own = [page for page in named if not page.startswith("repository/")]
    assert sorted(own) == [str(page.relative_to(ROOT / "docs")) for page in DOCS]
    others = [page.removeprefix("repository/") for page in named if page not in own]
    notebooks = {page.replace(".ipynb", ".md") for page in map(name_of, ROOT.glob("notebooks/*.ipynb"))}
    assert notebooks == {page for page in others if page.startswith("notebooks/")}
    assert [page for page in others if page not in notebooks and not (ROOT / page).is_file()] == []
    studies = {str(page.relative_to(ROOT)) for page in ROOT.glob("experiments/*/README.md")}
    assert studies == {page for page in others if page.startswith("experiments/")}


def test_every_module_of_the_reference_can_be_imported() -> None:
    modules = [module for page in DOCS for module in re.findall(r"^::: (\S+)$", page.read_text(), flags=re.MULTILINE)]
    assert sorted(modules) == sorted(f"textrm.{package}" for package in PACKAGES)
    for module in modules:
        importlib.import_module(module)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_and_modules_of_a_page_exist(page: Path) -> None:
    text = page.read_text()
    links = [link for link in re.findall(r"\]\((?!\w+:)([^)#\s]+)", text) if not (page.parent / link).exists()]
    assert links == []
    modules = set(re.findall(r"python -m ((?:textrm|benchmarks|experiments)[\w.]*\w)", text))
    assert [module for module in modules if find_spec(module) is None] == []


def has(name: str) -> bool:
    """Whether there is a thing of this dotted name: a module, or what is in one; fields of a class count."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            thing = importlib.import_module(".".join(parts[:length]))
        except ImportError:
            continue
        for part in parts[length:]:
            if part in getattr(thing, "__annotations__", {}):
                return True
            if not hasattr(thing, part):
                return False
            thing = getattr(thing, part)
        return True
    return False


@pytest.mark.parametrize("source", SOURCES, ids=name_of)
def test_cross_references_of_docstrings_lead_somewhere(source: Path) -> None:
    names = set(REFERENCE.findall(source.read_text()))
    module = str(source.relative_to(ROOT).with_suffix("")).replace("/", ".").removesuffix(".__init__")
    scopes = [module]
    if names:
        inside = vars(importlib.import_module(module))
        scopes += [f"{module}.{name}" for name, value in inside.items() if isinstance(value, type)]
    lost = [name for name in names if not has(name) and not any(has(f"{scope}.{name}") for scope in scopes)]
    assert lost == []


def test_the_site_fetches_nothing() -> None:
    config = yaml.safe_load((ROOT / "mkdocs.yml").read_text())
    assert config["theme"]["font"] is False
    assert "extra_javascript" not in config
    for sheet in config["extra_css"]:
        assert not re.search(r"url|@import", (ROOT / "docs" / sheet).read_text())
    assert [plugin if isinstance(plugin, str) else next(iter(plugin)) for plugin in config["plugins"]] == [
        "search",
        "mkdocstrings",
    ]
    for picture in (ROOT / "docs").rglob("*.svg"):
        assert not re.findall(r'(?:href|src|url)\W*"?http', picture.read_text())
