"""A run folder holds what it should, and a run that is continued ends where an unbroken one ends."""

from __future__ import annotations

import csv
import signal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import task_contract
import torch
import yaml
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from omegaconf import DictConfig
from pytorch_lightning.callbacks import Timer
from task_contract import state
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.plugins.hparams import plugin_data_pb2
from tensorboard.util import tensor_util

from textrm.checkpoints.run_net import load_run
from textrm.checkpoints.weights import load_weights
from textrm.errors import UserError
from textrm.export.graph import export
from textrm.page.models.model import WEIGHTS
from textrm.runs.config import CONFIG_FOLDER
from textrm.runs.outcome import Outcome, alone_in
from textrm.runs.sweep_job import run_job
from textrm.tasks.segmentation import SegmentationTask
from textrm.train import main, train

pytestmark = pytest.mark.slow

SEGMENTATION = [
    "experiment=seg_xception", "net=xception_fast", "net.encoder.width=0.125", "net.encoder.middle_blocks=2",
    "callbacks.freezing.epochs=1", "scheduler.step_size_up=3", "test=true",
]  # fmt: skip


def small(drawn: Path, run: Path, *overrides: str) -> DictConfig:
    return task_contract.small(drawn, run, *SEGMENTATION, *overrides)


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


def test_run_folder(drawn: Path, tmp_path: Path) -> None:
    old = "net.pooling._target_=textrm.nets.pooling.ReceptiveFieldBlock"  # as experiments of earlier versions named it
    best = train(small(drawn, tmp_path, "trainer.max_epochs=1", old), tmp_path)
    assert best is not None
    assert 0 < best <= 1
    resolved = yaml.safe_load((tmp_path / "resolved.yaml").read_text())
    assert resolved["net"]["encoder"]["width"] == 0.125
    assert resolved["net"]["pooling"]["_target_"] == "textrm.nets.segmentation.pooling.ReceptiveFieldBlock"
    assert "${" not in (tmp_path / "resolved.yaml").read_text()
    header = (tmp_path / "metrics.csv").read_text().splitlines()[0].split(",")
    wanted = {"train/loss", "val/loss", *(f"val/{name}" for name in ("AP", "F1", "IoU", "precision", "recall"))}
    assert wanted <= set(header)


def test_the_best_checkpoint_is_tested_where_there_is_a_test_split(drawn: Path, tmp_path: Path) -> None:
    held_out = drawn.with_name("held_out.csv")
    held_out.write_text(drawn.read_text().replace(",val,", ",test,", 4))
    train(small(drawn, tmp_path, "trainer.max_epochs=1", f"data.test.manifest={held_out}"), tmp_path)
    rows = list(csv.DictReader((tmp_path / "metrics.csv").open()))
    assert 0 < float(rows[-1]["test/AP"]) <= 1
    precision, recall, f1 = (float(rows[-1][f"test/{name}"]) for name in ("precision", "recall", "F1"))
    assert f1 == pytest.approx(2 * precision * recall / (precision + recall) if precision > 0 else 0, abs=1e-5)


def test_tensorboard_has_what_compares_runs(drawn: Path, tmp_path: Path) -> None:
    held_out = drawn.with_name("held_out.csv")
    held_out.write_text(drawn.read_text().replace(",val,", ",test,", 4))
    given = ["loss.gamma=0.5", "net.upsampling=bilinear", f"data.test.manifest={held_out}"]
    train(small(drawn, tmp_path, "trainer.max_epochs=2", *given), tmp_path, Outcome(overrides=given))
    events = EventAccumulator(str(tmp_path)).Reload()
    tags = events.Tags()
    for stage in ("val", "test"):
        figures = ("loss", "AP", "F1", "IoU", "precision", "recall", "small_recall")
        assert {f"{stage}/{name}" for name in figures} <= set(tags["scalars"])
    assert {"train/loss", "learning_rate", "test/F1tol", "test/checkerboard"} <= set(tags["scalars"])
    assert [event.step for event in events.Scalars("val/AP")] == [2, 5]  # the last of three steps an epoch
    for page in range(2):  # the same pages at each validation
        pictures = events.Images(f"val_pictures/{page}")
        assert [picture.step for picture in pictures] == [3, 6]
        assert {(picture.width, picture.height) for picture in pictures} == {(4 * 128, 128)}
    curves = [tensor_util.make_ndarray(event.tensor_proto) for event in events.Tensors("val/PR")]
    assert [curve.shape for curve in curves] == [(6, 256)] * 2
    assert "test/PR" in tags["tensors"]
    assert {"val/AP", "test/AP"} <= {info.name.tag for info in hparams_of(events, "experiment").metric_infos}
    values = hparams_of(events, "session_start_info").hparams
    assert values["loss.gamma"].number_value == 0.5
    assert values["net.upsampling"].string_value == "bilinear"
    assert set(values) == {"loss.gamma", "net.upsampling"}  # no paths
    proto = events.Tensors("custom_scalars__config__")[0].tensor_proto.string_val[0]
    layout = layout_pb2.Layout.FromString(proto)
    charts = {chart.title: list(chart.multiline.tag) for category in layout.category for chart in category.chart}
    assert charts["what checkpoints follow"] == ["val/AP"]
    assert charts["learning rate"] == ["learning_rate"]


def hparams_of(events: EventAccumulator, content: str) -> Any:
    found = events.SummaryMetadata(f"_hparams_/{content}").plugin_data.content
    return getattr(plugin_data_pb2.HParamsPluginData.FromString(found), content)


def test_same_seed_same_weights_whatever_the_workers(drawn: Path, tmp_path: Path) -> None:
    found = []
    for workers in (0, 1):
        run = tmp_path / str(workers)
        train(small(drawn, run, "trainer.max_epochs=1", f"data.workers={workers}", "test=false"), run)
        found.append(state(run))
    assert all(torch.equal(value, found[1][name]) for name, value in found[0].items())


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
    train(small(drawn, first, "trainer.max_epochs=1", "test=false"), first)
    net, _ = load_run(first)
    export(net, tmp_path / "leg.onnx", run="first")
    rest = ("scheduler.base_lr=0", "scheduler.max_lr=0", "callbacks.averaging=null", "callbacks.freezing.epochs=0",
            "callbacks.batch_norm.step=0")  # fmt: skip
    train(small(drawn, second, "trainer.max_epochs=1", f"weights={tmp_path / 'leg.onnx'}", *rest), second)
    again, _ = load_run(second)
    image = torch.rand(1, 3, 256, 256, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        torch.testing.assert_close(again(image), net(image), rtol=1e-4, atol=1e-4)
    with pytest.raises(UserError, match=r"an ONNX file has no optimizer to go on with; give weights=.*leg\.onnx"):
        train(small(drawn, second, f"ckpt_path={tmp_path / 'leg.onnx'}"), second)


def test_interruption_is_passed_on(drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(SegmentationTask, "training_step", interrupted)
    handler = signal.getsignal(signal.SIGINT)
    try:
        with pytest.raises(KeyboardInterrupt):
            train(small(drawn, tmp_path), tmp_path)
    finally:
        signal.signal(signal.SIGINT, handler)  # Lightning no longer listens to it


def test_a_refused_continuation_leaves_the_run_as_it_was(drawn: Path, tmp_path: Path) -> None:
    run, other = tmp_path / "run", tmp_path / "other"
    train(small(drawn, run, "trainer.max_epochs=1", "test=false"), run)
    train(small(drawn, other, "trainer.max_epochs=1", "test=false"), other)
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


@pytest.mark.parametrize("more", [[], ["-m", "hydra.sweep.subdir=job"]])
def test_a_second_training_in_a_folder_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], more: list[str]
) -> None:
    monkeypatch.setattr("textrm.train.alone_in", partial(alone_in, timeout=0.0))
    run = tmp_path / "job"
    where = f"hydra.sweep.dir={tmp_path}" if more else f"run={run}"
    words = ["train", *more[:1], "experiment=seg_xception", where, *more[1:]]
    monkeypatch.setattr("sys.argv", words)
    with alone_in(run), pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 1
    assert f"{run}: another process trains there" in capsys.readouterr().err.splitlines()[-1]
    assert [path.name for path in run.iterdir() if path.suffix != ".log"] == ["outcome.lock"]  # nor what Hydra writes


@pytest.mark.parametrize("end", ["trainer.max_steps=1", "trainer.max_time=00:00:00:00"])
def test_a_run_that_ends_within_an_epoch_is_validated_and_kept(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setattr(Timer, "on_fit_start", lambda *_: None)  # else no time is over before the first batch
    outcome = Outcome()
    score = train(small(drawn, tmp_path, end, "trainer.check_val_every_n_epoch=3"), tmp_path, outcome)
    assert score == outcome.score
    assert score is not None
    assert {path.name for path in (tmp_path / "checkpoints").iterdir()} == {"best.ckpt", "last.ckpt"}
    validated = [row for row in csv.DictReader((tmp_path / "metrics.csv").open()) if row["val/AP"]]
    assert [float(row["val/AP"]) for row in validated] == pytest.approx([score])


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
