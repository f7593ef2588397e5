"""A run that is continued ends where an unbroken one ends, and another begins with what a run left."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
import task_contract
import torch
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from task_contract import small_segmentation as small
from task_contract import state

from textrm.checkpoints.run_net import load_run
from textrm.checkpoints.weights import load_weights
from textrm.errors import UserError
from textrm.export.graph import export
from textrm.page.models.model import WEIGHTS
from textrm.runs.config import CONFIG_FOLDER
from textrm.runs.outcome import Outcome
from textrm.runs.sweep_job import run_job
from textrm.train import train

pytestmark = pytest.mark.slow


def test_resumed_run_equals_unbroken_run(drawn: Path, tmp_path: Path) -> None:
    unbroken, broken = tmp_path / "unbroken", tmp_path / "broken"
    train(small(drawn, unbroken, "trainer.max_epochs=3"), unbroken)
    train(small(drawn, broken, "trainer.max_epochs=1"), broken)
    train(small(drawn, broken, "trainer.max_epochs=3", "ckpt_path=last"), broken)
    expected, found = state(unbroken), state(broken)
    assert expected.keys() == found.keys()
    for name, value in expected.items():
        assert torch.equal(value, found[name]), name
    assert (broken / "metrics.1.csv").is_file()


def test_a_run_can_start_from_the_weights_of_another(drawn: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    train(small(drawn, first, "trainer.max_epochs=1", "test=false"), first)
    start = f"weights={first / 'checkpoints' / 'last.ckpt'}"
    train(small(drawn, second, "trainer.max_epochs=1", "test=false", start, "scheduler.base_lr=0", "scheduler.max_lr=0",
                "callbacks.averaging=null"), second)  # fmt: skip
    expected, found = state(first), state(second)
    parameters = [name for name in expected if name.endswith(("weight", "bias"))]
    assert parameters
    for name in parameters:
        assert torch.equal(expected[name], found[name]), name
    with pytest.raises(UserError, match="holds a run already: give ckpt_path=last"):
        train(small(drawn, second, "trainer.max_epochs=1", start), second)
    third = tmp_path / "third"
    with pytest.raises(UserError, match="do not fit the net"):
        train(small(drawn, third, "net.encoder.width=0.25", start), third)


def test_a_run_goes_on_from_the_release(drawn: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    options = ("experiment=fine_tune", "weights=released", "trainer.max_steps=3", "callbacks.averaging=null",
               "data.crop=512")  # fmt: skip
    train(task_contract.small(drawn, first, *options, "scheduler.max_lr=1e-12"), first)
    with initialize_config_dir(str(CONFIG_FOLDER), version_base="1.3"):
        net, released = (instantiate(compose("train", ["net=coarse_to_fine"]).net).eval() for _ in range(2))
    load_weights(net, first / "checkpoints" / "last.ckpt")
    load_weights(released, WEIGHTS / "find.float.onnx")
    norms = [module for module in net.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    assert not any((norm.running_mean == 0).all() or norm.num_batches_tracked for norm in norms)  # measured, at rest
    image = torch.rand(1, 3, 256, 256, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        torch.testing.assert_close(net(image), released(image), rtol=1e-3, atol=1e-3)
    train(task_contract.small(drawn, second, *options), second)
    moved = state(second)
    assert all(not torch.equal(value, moved[name]) for name, value in state(first).items() if name.endswith("0.weight"))
    assert 0 < float(list(csv.DictReader((second / "metrics.csv").open()))[-1]["val/AP"]) <= 1


def test_an_exported_net_is_enough_to_go_on_from(drawn: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    flat = ("net.encoder.middle_blocks=0", "net.encoder.exit_blocks=0")  # for exporting, which is slow for deep nets
    train(small(drawn, first, "trainer.max_epochs=1", "test=false", *flat), first)
    net, _ = load_run(first)
    export(net, tmp_path / "leg.onnx", run="first")
    rest = ("scheduler.base_lr=0", "scheduler.max_lr=0", "callbacks.averaging=null", "callbacks.freezing.epochs=0",
            "callbacks.batch_norm.step=0")  # fmt: skip
    train(small(drawn, second, "trainer.max_epochs=1", f"weights={tmp_path / 'leg.onnx'}", *rest, *flat), second)
    again, _ = load_run(second)
    image = torch.rand(1, 3, 256, 256, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        torch.testing.assert_close(again(image), net(image), rtol=1e-4, atol=1e-4)
    with pytest.raises(UserError, match=r"an ONNX file has no optimizer to go on with; give weights=.*leg\.onnx"):
        train(small(drawn, second, f"ckpt_path={tmp_path / 'leg.onnx'}"), second)


def test_a_refused_continuation_leaves_the_run_as_it_was(drawn: Path, tmp_path: Path) -> None:
    run, other = tmp_path / "run", tmp_path / "other"
    train(small(drawn, run, "trainer.max_epochs=1", "test=false"), run)
    shutil.copytree(run, other)
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    (tmp_path / "no.ckpt").write_text("not a checkpoint")
    for refused, said in (
        (["ckpt_path=last", "data.crop=100"], "data.crop=100"),
        (["ckpt_path=last", "net.encoder.width=0.25"], "do not fit the net"),
        ([f"ckpt_path={other}/checkpoints/last.ckpt"], "holds a run already"),
        ([], "holds a run already"),
    ):
        with pytest.raises(UserError, match=said):
            train(small(drawn, run, "trainer.max_epochs=2", *refused), run)
    with pytest.raises(UserError, match="cannot be read"):
        train(small(drawn, tmp_path / "new", f"ckpt_path={tmp_path / 'no.ckpt'}"), tmp_path / "new")
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before
    assert not (tmp_path / "new").exists()


def test_a_job_whose_last_checkpoint_was_cut_short_goes_on_from_the_best(drawn: Path, tmp_path: Path) -> None:
    train(small(drawn, tmp_path, "trainer.max_epochs=1", "test=false"), tmp_path)
    last = tmp_path / "checkpoints" / "last.ckpt"
    last.write_bytes(last.read_bytes()[:1000])
    with pytest.raises(UserError, match=r"last\.ckpt .*cannot be read; give ckpt_path=best or checkpoint=best"):
        train(small(drawn, tmp_path, "ckpt_path=last"), tmp_path)
    (tmp_path / "outcome.json").unlink()
    run_job(train, small(drawn, tmp_path, "trainer.max_epochs=2", "test=false"), tmp_path, Outcome())
    assert torch.load(last, weights_only=True)["epoch"] == 1
    assert torch.load(last, weights_only=True)["global_step"] == 6
