"""The help of commands with a configuration says what they do, and its examples work."""

from __future__ import annotations

import re
import shlex
import sys
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from textrm import train
from textrm.runs.config import CONFIG_FOLDER
from textrm.runs.help import help_page

COMMANDS = {"train": "textrm.train", "export": "textrm.export.__main__", "evaluate": "textrm.evaluate.__main__",
            "synth": "textrm.synth.__main__"}  # fmt: skip


@pytest.mark.parametrize("name", list(COMMANDS))
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_names_every_key_of_the_command_and_no_others(
    name: str, flag: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", [name, "limit=4", flag])
    import_module(COMMANDS[name]).main()
    told = capsys.readouterr().out
    keys = set(OmegaConf.load(CONFIG_FOLDER / f"{name}.yaml")) - {"defaults", "hydra"}
    lines = told[told.index("Keys, key=value:") :].split("\n\n")[0].splitlines()[1:]
    assert {line.split(":")[0].strip() for line in lines} == keys
    assert all(re.search(r"  # \w|  # …", line) for line in lines)  # each with its comment
    assert max(map(len, told.splitlines())) <= 140
    assert ("Groups" in told) == (name in ("train", "evaluate"))
    assert ("--multirun" in told) == (name == "train")


def test_groups_are_told_with_their_choices() -> None:
    page = help_page(CONFIG_FOLDER / "train.yaml")
    assert "  loss: what is minimised\n      focal, bce, bootstrapped" in page
    shown = set(re.findall(r"[a-z_]+", page))
    assert {path.stem for path in (CONFIG_FOLDER / "experiment").glob("*.yaml")} <= shown


@pytest.mark.parametrize("name", list(COMMANDS))
def test_examples_compose(name: str) -> None:
    examples = re.findall(r"^  python -m (\S+) (.*)$", help_page(CONFIG_FOLDER / f"{name}.yaml"), re.MULTILINE)
    assert len(examples) >= 3
    for module, words in examples:
        assert COMMANDS[name].startswith(module)
        given = [word.split(",")[0] if "[" not in word else word for word in shlex.split(words) if word != "-m"]
        with initialize_config_dir(str(CONFIG_FOLDER), version_base="1.3"):
            compose(name, given)


def test_training_without_a_word_prints_help_and_trains_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["train"])
    train.main()
    assert capsys.readouterr().out.startswith("Trains a net")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "module",
    ["infer", "tag", "preprocess", "postprocess", "report.__main__", "importers.pairs", "importers.captioned",
     "importers.drawings", "importers.imgflip575k.__main__", "importers.danbooru.__main__"],
)  # fmt: skip
def test_commands_without_a_configuration_know_the_short_flag_too(module: str) -> None:
    result = CliRunner().invoke(import_module(f"textrm.{module}").main, ["-h"])
    assert result.exit_code == 0, result.output
    assert result.output.startswith("Usage: ")
    assert "-h, --help" in result.output
