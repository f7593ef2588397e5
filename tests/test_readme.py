"""Every command of the README is one that the entry points understand."""

from __future__ import annotations

import importlib
import re
import shlex
from itertools import product
from pathlib import Path

import click
import pytest
from hydra import compose, initialize_config_dir
from hydra.core.override_parser.overrides_parser import OverridesParser

from textrm.config import CONFIG_FOLDER

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "README.md").read_text().replace("\\\n", " ")
COMMANDS = re.findall(r"^\s*\$ (.+)$", TEXT, flags=re.MULTILINE)
ROOTS = {
    "textrm.train": "train",
    "textrm.export": "export",
    "textrm.evaluate": "evaluate",
    "textrm.data.synth": "synth",
}


def arguments(module: str) -> list[list[str]]:
    """What follows ``python -m module`` in the README, one list per command."""
    return [shlex.split(line)[3:] for line in COMMANDS if line.startswith(f"python -m {module} ")]


def test_the_commands_were_found() -> None:
    modules = {line.split()[2] for line in COMMANDS if line.startswith("python -m ")}
    assert modules >= {*ROOTS, "textrm.infer", "textrm.data.importers.pairs"}
    assert {"make demo", "textrm-infer pages/ -o clean/"} <= set(COMMANDS)


@pytest.mark.parametrize("module", sorted(ROOTS))
def test_hydra_commands_compose(module: str) -> None:
    found = arguments(module)
    assert found
    for overrides in found:
        plain = [word for word in overrides if word != "-m"]
        choices = [override.sweep_string_iterator() if override.is_sweep_override() else [override.get_value_string()]
                   for override in OverridesParser.create().parse_overrides(plain)]  # fmt: skip
        keys = [word.split("=", 1)[0] for word in plain]
        with initialize_config_dir(str(CONFIG_FOLDER), version_base="1.3"):
            for values in product(*choices):
                compose(ROOTS[module], [f"{key}={value}" for key, value in zip(keys, values, strict=True)])


@pytest.mark.parametrize("module", ["textrm.infer", "textrm.data.importers.pairs"])
def test_click_commands_parse(module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("raw", "clean", "mine", "pages", "newbook"):
        (tmp_path / folder).mkdir()
    command = importlib.import_module(module).main
    assert isinstance(command, click.Command)
    found = arguments(module)
    assert found
    for words in found:
        command.make_context(module, list(words))


def test_every_make_target_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for line in COMMANDS:
        if line.startswith("make "):
            assert f"\n{line.split()[1]}:" in makefile
