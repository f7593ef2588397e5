"""The commands that a study gives, run in this process."""

from __future__ import annotations

import os
import runpy
import shlex
import sys
from collections.abc import Sequence
from types import ModuleType

import pytest
from hydra.core.global_hydra import GlobalHydra

from experiments import running


def in_this_process(monkeypatch: pytest.MonkeyPatch, module: ModuleType) -> list[str]:
    """The commands that a study gives, which run here: the imports of new processes would take longer than the work.

    For the same reason they start none themselves.
    """
    commands: list[str] = []

    def run(command: str, allowed: Sequence[int] = (0,)) -> int:
        commands.append(command)
        name, *words = shlex.split(command)
        monkeypatch.setattr(sys, "argv", [name, *words])
        try:
            runpy.run_module(name, run_name="__main__", alter_sys=True)
        except SystemExit as end:
            if end.code not in (None, *allowed):
                pytest.fail(f"{command}: {end.code}")
            return int(end.code or 0)
        finally:
            GlobalHydra.instance().clear()
        return 0

    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    for holder in (module, running):
        monkeypatch.setattr(holder, "run", run, raising=False)
    return commands
