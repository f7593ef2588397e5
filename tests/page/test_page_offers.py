"""What ``textrm.page`` offers, and that it is imported when it is asked for."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import textrm.page
from textrm.page.models.tagger import TaggingModel

ROOT = Path(__file__).resolve().parents[2]


def test_all_names_are_there_and_lead_where_the_types_say() -> None:
    tree = ast.parse(Path(textrm.page.__file__).read_text())
    typed = {(alias.name, node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
             for alias in node.names if str(node.module).startswith("textrm.")}  # fmt: skip
    assert {name for name, _ in typed} == set(textrm.page.__all__)
    for name, home in typed:
        offered = getattr(textrm.page, name)
        assert (offered.__module__, offered.__name__) == (home, name)
    assert textrm.page.TaggingModel is TaggingModel
    assert set(textrm.page.__all__) < set(dir(textrm.page))
    with pytest.raises(AttributeError, match=r"module 'textrm.page' has no attribute 'cleanse'"):
        _ = textrm.page.cleanse  # type: ignore[attr-defined]


def test_importing_it_loads_nothing_of_it() -> None:
    code = ("import sys, textrm.page\nbefore = set(sys.modules)\n"
            "print(*sorted({name.partition('.')[0] for name in before} & {'numpy', 'cv2', 'PIL', 'onnxruntime'}))\n"
            "from textrm.page import TaggingModel\n"
            "print(*sorted(name for name in sys.modules if name.startswith('textrm.page.f')))")  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout == "\n\n"  # no library, and nothing that finds or fills for who tags
