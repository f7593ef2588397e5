"""A stranger who copies the files of docs/own_parts.md has a net that trains and is exported, in forty lines."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest

from textrm.export.__main__ import main as export
from textrm.train import main as train

TEXT = (Path(__file__).resolve().parents[2] / "docs/own_parts.md").read_text()
FILES = dict(re.findall(r"^```(?:python|yaml)\n# (mine/\S+)\n(.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL))
COMMANDS = [shlex.split(line) for line in re.findall(r"^python -m textrm\.(.*mine.*)$", TEXT, flags=re.MULTILINE)]
TINY = ["threads=1", "data.workers=0", "data.batch_size=2", "data.crop=64", "data.samples_per_epoch=4",
        "data.val.length=2", "trainer.max_epochs=1", "trainer.accelerator=cpu", "callbacks.progress=null",
        "callbacks.costs.cpu_threads=null"]  # fmt: skip


def test_it_is_forty_lines() -> None:
    assert set(FILES) == {"mine/nets.py", "mine/conf/net/mine.yaml", "mine/conf/experiment/mine.yaml"}
    assert sum(len([line for line in text.splitlines() if line.strip()]) for text in FILES.values()) <= 40


@pytest.mark.slow
def test_its_commands_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    told = {words[0]: words[1:] for words in reversed(COMMANDS)}
    for main, words in ((train, [*told["train"], *TINY]), (export, told["export"])):
        monkeypatch.setattr(sys, "argv", ["textrm", *words])
        main()
    assert Path("mine.onnx").stat().st_size > 1000
