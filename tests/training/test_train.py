"""A run folder holds what it should."""

from __future__ import annotations

import csv
import signal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from pytorch_lightning.callbacks import Timer
from task_contract import small_segmentation as small
from task_contract import state
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.plugins.hparams import plugin_data_pb2
from tensorboard.util import tensor_util

from textrm.runs.outcome import Outcome, alone_in
from textrm.tasks.segmentation import SegmentationTask
from textrm.train import main, train

pytestmark = pytest.mark.slow


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
        assert [picture.step for picture in pictures] == [2, 5]
        assert {(picture.width, picture.height) for picture in pictures} == {(4 * 128, 128)}
    curves = [tensor_util.make_ndarray(event.tensor_proto) for event in events.Tensors("val/PR")]
    assert [curve.shape for curve in curves] == [(6, 256)] * 2
    assert "test/PR" in tags["tensors"]
    shown = {info.name.tag for info in hparams_of(events, "experiment").metric_infos}
    assert {"val/AP", "test/AP", "costs/gmac_per_megapixel", "costs/cpu_seconds_per_megapixel"} <= shown
    assert {"costs/parameters", "costs/gmac_per_megapixel", "costs/pictures_per_second"} <= set(tags["scalars"])
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
