"""The map in CONTRIBUTING.md is that of the tree."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text()
MAP = TEXT[TEXT.index("## Where things live") : TEXT.index("## Where is")]
FINDER = TEXT[TEXT.index("## Where is") : TEXT.index("## Rules")]


def test_the_map_names_every_package_and_none_that_is_gone() -> None:
    named = set(re.findall(r"`textrm/(\w+)/`", MAP))
    assert named == {path.parent.name for path in (ROOT / "textrm").glob("*/*.py")} | {"weights"}


def test_every_path_that_is_named_exists() -> None:
    folders = "textrm|conf|tests|hydra_plugins|docs|benchmarks|experiments|findings|notebooks|data"
    paths = re.findall(rf"`((?:{folders})/[\w./]*)`", TEXT)
    assert len(paths) > 40
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_names_that_are_looked_for_are_there() -> None:
    for module, name in (("pictures.stored", "to_rgb"), ("pictures.stored", "put_back"), ("runs.outcome", "recorded"),
                         ("page.finding.find", "find"), ("page.filling.fill", "fill_holes"),
                         ("metrics.pictures", "picture_scores")):  # fmt: skip
        assert f"textrm/{module.replace('.', '/')}.py" in FINDER
        assert callable(getattr(import_module(f"textrm.{module}"), name))
    assert "``left``" in import_module("textrm.metrics.pictures").picture_scores.__doc__
