"""The commands on the pages of the studies exist, with the options that are given there."""

from __future__ import annotations

import re
import shlex
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import click
import pytest
from hydra import compose, initialize_config_dir

from textrm.runs.config import CONFIG_FOLDER

pytestmark = pytest.mark.slow

PAGES = sorted((Path(__file__).resolve().parents[2] / "experiments").glob("*/README.md"))
COMMAND = re.compile(r"(?:^\$ |`)python -m ((?:experiments|textrm|benchmarks)[\w.]*)([^`\n]*)", flags=re.MULTILINE)
CONFIGURED = ("textrm.train", "textrm.export", "textrm.evaluate", "textrm.synth")


def commands_of(page: Path) -> list[tuple[str, list[str]]]:
    """Module and words; a line that ends in a backslash goes on in the next."""
    found = COMMAND.findall(page.read_text().replace("\\\n", " "))
    return [(module, shlex.split(words)) for module, words in found]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name)
def test_the_commands_of_a_page_are_understood(page: Path) -> None:
    commands = commands_of(page)
    assert f"experiments.{page.parent.name}" in {module for module, _ in commands}
    for module, words in commands:
        if module in CONFIGURED:
            with initialize_config_dir(str(CONFIG_FOLDER), version_base="1.3"):
                compose(module.rpartition(".")[2], words)
            continue
        found = find_spec(module)
        assert found is not None, module
        main = import_module(f"{module}.__main__" if found.submodule_search_locations else module).main
        assert isinstance(main, click.Command), module
        _, further, _ = main.make_parser(main.make_context(module, [], resilient_parsing=True)).parse_args(
            words
        )  # an unknown option raises
        assert further == [], f"{module}: {further}"
