"""Commands of earlier versions go on working under their old names."""

from __future__ import annotations

import runpy
import sys
from contextlib import suppress

import pytest


@pytest.mark.parametrize(
    ("module", "begins"),
    [
        ("textrm.data.synth", "Draws lettered pages"),
        ("textrm.data.importers.pairs", "Usage: "),
        ("textrm.data.importers.captioned", "Usage: "),
        ("textrm.data.importers.drawings", "Usage: "),
        ("textrm.data.importers.imgflip575k", "Usage: "),
        ("textrm.data.importers.danbooru", "Usage: "),
    ],
)
def test_old_names(
    module: str, begins: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [module, "-h"])
    with suppress(SystemExit):
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    assert capsys.readouterr().out.startswith(begins)
