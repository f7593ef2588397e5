"""Mistakes in a configuration end in one line that names the key and what is allowed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import OmegaConf
from torch._utils import ExceptionWrapper

from textrm import train
from textrm.errors import UserError
from textrm.evaluate import __main__ as evaluate
from textrm.export import __main__ as export
from textrm.runs.config import explain, job_folder, read_labels
from textrm.synth import __main__ as synth

SMALL = ("net=xception_fast", "net.encoder.middle_blocks=0", "net.encoder.exit_blocks=0")  # is soon built


def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, entry: Callable[[], None], *overrides: str
) -> str:
    """What a command that must fail with status 1 prints to stderr. Runs in this process: torch is slow to import."""
    monkeypatch.setattr(sys, "argv", ["command", *overrides])
    with pytest.raises(SystemExit) as stopped:
        entry()
    assert stopped.value.code == 1
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("data=manifest +pairs=??? data.manifest=${pairs}.csv", ["pairs has no value"]),
        ("-m seed=1,2 --cfg job", ["--cfg", "leave -m"]),
        ("-mc job seed=1,2", ["--cfg", "leave -m"]),
        ("--multirun --info=all", ["--info", "leave -m"]),
        ("experiment=seg_xception --frobnicate", ["--frobnicate: no such option", "-h"]),
        ("loss.gama=1", ["loss.gama", "did you mean gamma?", "text_weight"]),
        ("trainer.max_epoch=1", ["trainer.max_epoch", "did you mean max_epochs?"]),
        ("experiment=seg_xeption", ["experiment/seg_xeption", "seg_xception", "seg_mobilenet"]),
        ("net.upsampling=nearest", ["nearest", "bilinear", "transposed", "pixel_shuffle"]),
        ("loss.gamma=much", ["loss", "much"]),
        ("data=manifest", ["data.manifest", "no value"]),
        ("data=manifest data.manifest=nowhere.csv", ["nowhere.csv"]),
        ("ckpt_path=last", ["ckpt_path=last", "last.ckpt", "run="]),
        ("data.batch_size=0", ["batch_size", "0"]),
        ("data.crop=100", ["data.crop=100", "multiple of 16"]),
        ("--experiment=seg_xception", ["--experiment=seg_xception: no such option", "has no dashes: experiment="]),
        ("--data.crop=64", ["--data.crop=64: no such option", "has no dashes: data.crop=64"]),
        ("data.batch_size=many", ["data.batch_size=many: expected a whole number"]),
        ("experiment=seg_xception data.crop=wide", ["data.crop=wide: expected a whole number"]),
        ("scheduler.max_lr=high", ["scheduler.max_lr=high: expected a number"]),
        ("callbacks.averaging.decay=x", ["callbacks.averaging.decay=x: expected a number"]),
        ("trainer.max_epochs=abc", ["trainer.max_epochs=abc: expected a whole number"]),
        ("optimizer.lr=abc", ["optimizer.lr=abc: expected a number"]),
        ("seed=x", ["seed=x", "a whole number"]),
        ("test=3", ["test=3", "true or false"]),
        ("seed=-1", ["seed=-1", "0 or more"]),
        ("threads=0", ["threads=0", "1 or more"]),
        ("task.threshold=2", ["task.threshold=2", "between 0 and 1"]),
        ("callbacks.averaging.decay=2", ["decay=2", "less than 1"]),
        ("net.encoder.width=0", ["width=0", "more than 0"]),
        ("weights=5", ["no checkpoint 5"]),
        (
            "callbacks.early_stopping.monitor=val/XX trainer.max_epochs=1 data.samples_per_epoch=2 data.batch_size=2 "
            "data.crop=64 data.val.length=1 threads=1 data.workers=0",
            ["val/XX"],
        ),
        (
            "callbacks.checkpoint.monitor=val/XX trainer.max_epochs=1 data.samples_per_epoch=2 data.batch_size=2 "
            "data.crop=64 data.val.length=1 threads=1 data.workers=0",
            ["val/XX"],
        ),
    ],
)
def test_mistake_is_one_line(override: str, said: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str],
                             monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    stderr = run(capsys, monkeypatch, train.main, *SMALL, *override.split(), f"run={tmp_path / 'run'}")
    errors = [line for line in stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1, stderr
    assert stderr.splitlines()[-1] == errors[0]
    for part in said:
        assert part in errors[0], errors[0]


@pytest.mark.parametrize(
    ("entry", "overrides", "said"),
    [
        (synth.main, "", "out has no value"),
        (export.main, "", "run has no value"),
        (synth.main, "out=new n=abc", "n=abc: expected a whole number"),
        (synth.main, "out=new color=red", "color=red: expected a number"),
        (synth.main, "out=new size=abc", "size"),
        (synth.main, "out=new size=64.5", "size"),
        (synth.main, "out=new split=0.5", "split"),
        (synth.main, "out=new/file/set", "new"),
        (export.main, "run=a out=b crops=many", "crops=many: expected a whole number"),
        (evaluate.main, "manifest=a limit=abc", "limit=abc"),
        (evaluate.main, "manifest=null", "manifest"),
        (evaluate.main, "manifest=a threads=two", "threads=two: expected a whole number"),
        (evaluate.main, "manifest=a threads=0", "threads=0: expected 1 or more"),
        (evaluate.main, "manifest=a sheet=-1", "sheet=-1: expected 0 or more"),
        (evaluate.main, "manifest=5", "5: no such manifest"),
        (export.main, "run=5 out=6", "5 is not a finished run"),
        (export.main, "run=a out=.", "out=. is a folder"),
        (export.main, "run=a out=b crops=0", "crops=0: expected 1 or more"),
        (synth.main, "out=new seed=-1", "seed=-1: expected 0 or more"),
        (synth.main, "out=new fonts=abc", "fonts=abc: there is no such folder; give packages, system or a folder"),
        (synth.main, "out=new art=5", "5: no such manifest"),
        (synth.main, "out=new split=[inf,1,0]", "split"),
    ],
)
def test_wrong_values_are_named(
    entry: Callable[[], None],
    overrides: str,
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    if "file" in overrides:
        (tmp_path / "new").mkdir()
        (tmp_path / "new" / "file").touch()
    stderr = run(capsys, monkeypatch, entry, *overrides.split())
    assert len(stderr.splitlines()) == 1
    assert stderr.startswith("error: ")
    assert said in stderr


def test_a_file_where_the_run_folder_should_be_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notes.txt").touch()
    for folder, why in (("notes.txt", "File exists"), ("notes.txt/run", "Not a directory")):
        said = run(capsys, monkeypatch, train.main, "experiment=seg_xception", f"run={tmp_path / folder}")
        assert said == f"error: {tmp_path / folder}: {why}; give a folder\n"


@pytest.mark.slow
@pytest.mark.parametrize("module", ["textrm.train", "textrm.export", "textrm.evaluate", "textrm.synth"])
def test_a_missing_extra_is_named(module: str) -> None:
    blocked = "import runpy, sys; sys.modules.update(dict.fromkeys(('hydra', 'omegaconf', 'pytorch_lightning'))); "
    command = [sys.executable, "-c", f"{blocked}runpy.run_module('{module}', run_name='__main__')"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1, result.stderr
    assert "pip install 'textrm[train]'" in result.stderr


@pytest.mark.slow
def test_command_prints_no_traceback(tmp_path: Path) -> None:
    result = subprocess.run([sys.executable, "-m", "textrm.synth"], cwd=tmp_path, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (1, "error: out has no value: give out=… on the command line\n")


def test_labels_are_read_beside_the_manifest_or_from_a_file_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "labels.txt").write_text("hair\nlong_hair\n\n")
    (tmp_path / "own.txt").write_text("sky\n")
    assert read_labels(str(tmp_path / "manifest.csv")) == "hair long_hair"
    assert read_labels(str(tmp_path / "own.txt")) == "sky"
    for content, said in (("", "expected one tag per line"), ("long hair\n", "without spaces")):
        (tmp_path / "labels.txt").write_text(content)
        with pytest.raises(UserError, match=said):
            read_labels(str(tmp_path / "manifest.csv"))


def test_a_manifest_without_labels_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = run(
        capsys, monkeypatch, train.main, "experiment=pretrain_mobilenet", f"data.manifest={tmp_path}/manifest.csv"
    )
    assert said.count("\n") == 1
    assert "no list of tags can be read" in said
    assert "'data.labels=${labels:FILE}'" in said
    missing = run(capsys, monkeypatch, train.main, "experiment=pretrain_mobilenet")
    assert "data.manifest=" in missing
    assert missing.count("\n") == 1


def test_the_folder_of_a_job_follows_from_what_it_is_and_not_from_how_it_was_written(tmp_path: Path) -> None:
    def folder(*overrides: str, shared: tuple[str, ...] = ()) -> str:
        return job_folder(str(tmp_path), overrides, shared)

    first = folder("loss.gamma=0.5", "data.manifest=a/b.csv", "seed=1")
    assert first.startswith("loss.gamma-0.5_seed-1-")  # no paths
    assert folder("seed=1.0", "loss.gamma=.50", "data.manifest=a/b.csv").rpartition("-")[2] == first.rpartition("-")[2]
    assert folder("loss.gamma=0.5", "data.manifest=a/c.csv", "seed=1") != first
    assert folder("name=1_0").rpartition("-")[2] != folder("name=10").rpartition("-")[2]
    texts = ["01", "1", "007", "7", "00.5", "0.5"]  # Hydra takes no number with more zeros than it needs
    assert [type(OverridesParser.create().parse_override(f"name={text}").value()) for text in texts] == [
        str, int, str, int, str, float,
    ]  # fmt: skip
    assert len({folder(f"name={text}").rpartition("-")[2] for text in texts}) == len(texts)
    assert folder("loss.gamma=0.5", "seed=1", shared=("seed",)).startswith("loss.gamma-0.5-")
    odd = folder("+a.b=[1,2]", "c@d={x: 'ü y'}", "e=-1")
    OverridesParser.create().parse_override(f"run=runs/{odd}")  # needs no quotes
    assert odd.startswith("a.b-12_cd-xy_e--1-")
    (tmp_path / first).mkdir()  # by a sweep over both; one that shares the seed finds it again
    assert folder("loss.gamma=0.5", "data.manifest=a/b.csv", "seed=1", shared=("seed",)) == first


def test_what_a_worker_of_a_loader_raised_is_one_line() -> None:
    try:
        raise UserError("data.train.own: item 3 has no mask")
    except UserError:
        wrapped = ExceptionWrapper(where="in DataLoader worker process 0")
    with pytest.raises(UserError) as raised:
        wrapped.reraise()
    assert "Traceback" in str(raised.value)
    assert explain(raised.value) == "data.train.own: item 3 has no mask"


@pytest.mark.parametrize(
    ("accelerator", "processor", "gpu", "precision"),
    [
        ("cpu", "AVX512", False, "bf16-mixed"),
        ("cpu", "AVX512_VNNI", False, "bf16-mixed"),
        ("cpu", "AVX2", False, "32-true"),  # bf16 takes some thirty times as long there
        ("cpu", "DEFAULT", True, "32-true"),  # the GPU is not what computes
        ("auto", "AVX2", True, "bf16-mixed"),
        ("gpu", "AVX2", True, "bf16-mixed"),
        ("auto", "AVX2", False, "32-true"),
    ],
)
def test_the_faster_precision(monkeypatch: pytest.MonkeyPatch, accelerator: str, processor: str, gpu: bool,
                              precision: str) -> None:  # fmt: skip
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: processor)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpu)
    asked = "${fast_precision:${trainer.accelerator}}"
    assert (
        OmegaConf.create({"trainer": {"accelerator": accelerator, "precision": asked}}).trainer.precision == precision
    )
