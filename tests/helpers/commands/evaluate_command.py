"""The command textrm.evaluate in the process of a test."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from textrm.evaluate import __main__ as evaluate


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """The exit status of the command, run in the folder of the test."""
    monkeypatch.setenv("HYDRA_FULL_ERROR", "0")  # 1 asks for tracebacks; the command itself sets it while it runs
    monkeypatch.setattr("sys.argv", ["evaluate", *(str(argument) for argument in arguments)])
    try:
        evaluate.main()
    except SystemExit as stopped:
        return int(stopped.code or 0)
    return 0


def read(path: Path) -> list[dict[str, str]]:
    """The lines of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
