"""One command with all others below it, which are imported when they run."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
import tomllib
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

import textrm
from textrm.__main__ import ENTRIES, IMPORTERS, Entry, main

ROOT = Path(__file__).resolve().parents[1]
ALL = {**{name: entry for name, entry in ENTRIES.items() if isinstance(entry, Entry)}, **IMPORTERS}
TRAINING = {"torch", "hydra", "omegaconf", "pytorch_lightning"}
HEAVY = TRAINING | {"numpy", "cv2", "PIL", "rich", "onnxruntime", "textrm.infer"}


def textrm_(*words: str) -> Result:
    return CliRunner().invoke(main, words, prog_name="textrm")


def loaded(*words: object, among: set[str]) -> list[str]:
    """Which of these modules are loaded when the command has done what it does, in a process of its own."""
    code = (
        "import sys\nfrom textrm.__main__ import main\n"
        f"try:\n    main({[str(word) for word in words]}, prog_name='textrm')\n"
        f"except SystemExit as end:\n    assert not end.code, end.code\n"
        f"print(sorted(set(sys.modules) & {among}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    return eval(done.stdout.splitlines()[-1])


@pytest.mark.slow
def test_the_list_of_commands_loads_none_of_them() -> None:
    assert loaded("--help", among=HEAVY) == []
    assert loaded("import", "-h", among=HEAVY) == []
    assert loaded("--version", among=HEAVY) == []


@pytest.mark.slow
def test_cleaning_loads_neither_torch_nor_hydra(model_file: Path, book: Path, tmp_path: Path) -> None:
    words = ("clean", book, "-o", tmp_path / "out", "--model", model_file, "--threads", 1)
    assert loaded(*words, among=TRAINING | {"onnxruntime"}) == ["onnxruntime"]
    assert len(list((tmp_path / "out").iterdir())) == 3


def test_help_and_version() -> None:
    for words in (["-h"], ["--help"]):
        told = textrm_(*words)
        assert told.exit_code == 0
        for name, entry in ENTRIES.items():
            assert f"  {name} " in told.output
            assert entry.told.split(",")[0] in told.output
    assert textrm_("--version").output == f"textrm, version {textrm.__version__}\n"
    assert "Usage: textrm clean [OPTIONS] PAGE_OR_BOOK_OR_DIR..." in textrm_("clean", "-h").output
    assert "Usage: textrm import pairs [OPTIONS] RAW_DIR CLEAN_DIR OUT" in textrm_("import", "pairs", "-h").output


@pytest.mark.parametrize("name", ALL)
def test_every_entry_is_a_command_of_its_module(name: str) -> None:
    entry = ALL[name]
    assert find_spec(entry.module) is not None
    assert entry.configured or isinstance(import_module(entry.module).main, click.Command)


def test_unknown_names_are_told_in_one_line() -> None:
    for words, line in (
        (["cleen"], "error: textrm cleen: no such command; did you mean clean?\n"),
        (["import", "pares"], "error: textrm import pares: no such command; did you mean pairs?\n"),
        (["import", "x"], f"error: textrm import x: no such command; expected one of {', '.join(IMPORTERS)}\n"),
    ):
        assert (textrm_(*words).exit_code, textrm_(*words).output) == (1, line)
    wrong = textrm_("--colour")
    assert (wrong.exit_code, wrong.output) == (2, "error: no such option '--colour' (see textrm --help)\n")
    wrong = textrm_("import", "pairs")
    line = "error: missing argument 'RAW_DIR' (see textrm import pairs --help)\n"
    assert (wrong.exit_code, wrong.output) == (2, line)
    assert textrm_().output.startswith("Usage: textrm ")
    assert textrm_("import").output.startswith("Usage: textrm import ")


@pytest.mark.parametrize(
    ("words", "module"),
    [
        (["train", "-m", "loss.gamma=0,0.5,1,2", "loss.text_weight=1,2,5"], "textrm.train"),
        (["train", "-h"], "textrm.train"),
        (["export", "run=a", "--cfg", "job", "out=b"], "textrm.export"),
        (["evaluate"], "textrm.evaluate"),
        (["synth", "out=pages", "--", "n=12"], "textrm.synth"),
    ],
)
def test_commands_with_a_configuration_get_their_words_as_they_are(
    words: list[str], module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[Any] = []

    def run_module(name: str, run_name: str, alter_sys: bool) -> None:
        ran.append((name, run_name, alter_sys, sys.argv[1:]))

    monkeypatch.setattr(runpy, "run_module", run_module)
    monkeypatch.setattr(sys, "argv", ["textrm"])
    assert textrm_(*words).exit_code == 0
    assert ran == [(module, "__main__", True, words[1:])]


@pytest.mark.slow
def test_a_command_with_a_configuration_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["synth", f"out={tmp_path / 'pages'}", "n=2", "size=96", "workers=1"]
    done = subprocess.run([sys.executable, "-m", "textrm", *words], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert "manifest.csv" in done.stdout
    monkeypatch.setattr(sys, "argv", ["textrm"])
    for words, said in (  # here: importing what trains takes seconds
        (["train", "experiment=seg_xception", "--cfg", "job"], "_target_: textrm.nets"),
        (["evaluate", "--help"], "Keys, key=value:"),
    ):
        result = textrm_(*words)
        assert result.exit_code == 0, result.output
        assert said in result.output
    wrong = subprocess.run(
        [sys.executable, "-m", "textrm", "synth", "out=x", "colour=1"], capture_output=True, text=True
    )
    assert (wrong.returncode, wrong.stderr.count("\n")) == (1, 1)
    assert wrong.stderr.startswith("error: ")


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    message = "this needs matplotlib, which is not installed: pip install 'textrm[train]'"

    def missing(name: str) -> None:
        raise ModuleNotFoundError(message, name="matplotlib")

    monkeypatch.setattr("textrm.__main__.import_module", missing)
    assert (textrm_("report", "runs").exit_code, textrm_("report", "runs").output) == (1, f"error: {message}\n")


@pytest.mark.slow
def test_completion_needs_no_command() -> None:
    def completed(*words: str) -> list[str]:
        environment = os.environ | {
            "_TEXTRM_COMPLETE": "bash_complete",
            "COMP_WORDS": " ".join(["textrm", *words]),
            "COMP_CWORD": str(len(words)),
        }
        code = "from textrm.__main__ import main\nmain(prog_name='textrm')"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=environment)
        return done.stdout.split()

    assert completed("") == [f"plain,{name}" for name in ENTRIES]
    assert completed("e") == ["plain,export", "plain,evaluate"]
    assert completed("import", "d") == ["plain,drawings", "plain,danbooru"]
    assert completed("clean", "--thr") == ["plain,--threshold", "plain,--threads"]


def test_the_names_of_before_are_installed_beside_it() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert scripts == {
        "textrm": "textrm.__main__:main",
        "textrm-infer": "textrm.infer:main",
        "textrm-tag": "textrm.tag:main",
        "textrm-preprocess": "textrm.preprocess:main",
        "textrm-postprocess": "textrm.postprocess:main",
    }
