from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from nbformat import NotebookNode
from notebook_runs import Executed, execute


@pytest.fixture(scope="session")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Executed:
    """Gives the notebook of a name with its results, and the folder in which it was run, once for all tests."""

    @cache
    def once(name: str) -> tuple[NotebookNode, Path]:
        folder = tmp_path_factory.mktemp(name)
        return execute(name, folder), folder

    return once
