"""The inpainting tasks: curves, pictures, resuming, export, evaluation, and what stops them."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
from exported_once import ExportedOnce
from hydra import compose, initialize_config_dir
from inpainting_task import FIGURES, TERMS, TINY, batch, task
from standin_model import write_inpainter
from task_contract import SMALL, check_refused, check_resuming, check_run, small, state

from textrm.checkpoints.run_net import load_run
from textrm.errors import UserError
from textrm.evaluate import __main__ as evaluate
from textrm.evaluate.fill_scores import named_fillings
from textrm.export import run as export_run
from textrm.runs.config import CONFIG_FOLDER
from textrm.train import train

FAST = ("experiment=inpaint", "net=inpaint_fast", "net.width=0.25", "net.channels=[32,64]", "net.blocks=[1,1]")


@pytest.fixture(scope="module")
def run(drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short training of the fast net; what reads it leaves it as it is."""
    folder = tmp_path_factory.mktemp("inpainting") / "mine"
    train(small(drawn, folder, *FAST, "trainer.max_epochs=1"), folder)
    return folder


@pytest.mark.slow
def test_curves_of_every_term(drawn: Path, tmp_path: Path) -> None:
    check_run(drawn, tmp_path, TERMS | FIGURES, "experiment=inpaint_partial", *TINY)


@pytest.mark.slow
@pytest.mark.parametrize(
    "overrides",
    [("experiment=inpaint_partial", *TINY), ("experiment=inpaint_partial_deep", *TINY),
     ("experiment=inpaint_partial_separable", *TINY), ("experiment=inpaint_gated", *TINY),
     ("experiment=inpaint_attention", *TINY), FAST,
     ("experiment=inpaint_gated_adversarial", *TINY, "task.discriminator.width=0.125"),
     ("experiment=inpaint_partial", *TINY, "callbacks.batch_norm.step=3", "scheduler=two_stage",
      "scheduler.milestones=[3]")],
    ids=["partial", "deep", "separable", "gated", "attention", "fast", "adversarial", "two stages"],
)  # fmt: skip
def test_resumed_run_equals_unbroken_run(overrides: tuple[str, ...], drawn: Path, tmp_path: Path) -> None:
    check_resuming(drawn, tmp_path, *overrides)


@pytest.mark.slow
def test_tensorboard_shows_five_pictures_side_by_side(run: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(run)).Reload()
    picture = events.Images("val_pictures/0")[0]
    assert (picture.width, picture.height) == (5 * 128, 128)
    assert set(events.Tags()["scalars"]) >= TERMS


@pytest.mark.slow
def test_synthetic_data_needs_no_file(tmp_path: Path) -> None:
    overrides = [word for word in SMALL if word != "data=manifest"]
    with initialize_config_dir(str(CONFIG_FOLDER), version_base="1.3"):
        config = compose("train", ["experiment=inpaint_partial", "data=synthetic", *TINY, *overrides,
                                   "data.val.length=1", "trainer.max_epochs=1", f"run={tmp_path}"])  # fmt: skip
    assert train(config, tmp_path) is not None


@pytest.mark.slow
def test_a_run_is_exported_and_compared_in_one_table(
    run: Path, drawn: Path, exported_once: ExportedOnce, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    net, _ = load_run(run)
    assert exported_once(net, tmp_path / "file.onnx", run="mine") < 1e-4
    monkeypatch.setattr(export_run, "export", exported_once)
    monkeypatch.setattr("sys.argv", [
        "evaluate", f"manifest={drawn}", f"fills=[{run},{tmp_path / 'file.onnx'},telea,navier_stokes]",
        "holes=both", "limit=6", f"out={tmp_path / 'report'}", "sheet=1", "threads=1",
    ])  # fmt: skip
    evaluate.main()
    shown = capsys.readouterr().out
    for word in ("mine", "file", "telea", "navier_stokes", "hole dB", "SSIM", "LPIPS"):
        assert word in shown
    lines = {line["method"]: line for line in csv.DictReader((tmp_path / "report" / "fills.csv").open())}
    assert lines["mine"]["psnr_hole"] == lines["file.onnx"]["psnr_hole"]
    assert lines["mine"]["lpips"] == ""  # AlexNet is not on this disk
    assert any(name.startswith("psnr_hole_") for name in lines["telea"])
    assert {"screen_tone", "screen_phase", "screen_lattice"} <= set(lines["telea"])
    pictures = list(csv.DictReader((tmp_path / "report" / "fills_pictures.csv").open()))
    own = [float(line["psnr_hole"]) for line in pictures if line["method"] == "telea"]
    assert np.mean(own) == pytest.approx(float(lines["telea"]["psnr_hole"]))
    assert (tmp_path / "report" / "fills.png").is_file()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["fills=[nothing.onnx]"], "there is no nothing.onnx"),
        (["fills=[telea]", "split=test"], "no row of split 'test'"),
    ],
)
def test_comparisons_that_cannot_be_made(
    words: list[str], said: str, drawn: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["evaluate", f"manifest={drawn}", *words])
    with pytest.raises(SystemExit) as end:
        evaluate.main()
    assert end.value.code == 1
    assert said in capsys.readouterr().err


def test_two_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    files = [tmp_path / folder / "net.onnx" for folder in "ab"]
    for file in files:
        file.parent.mkdir()
        write_inpainter(file)
    fillings = named_fillings([str(file) for file in files], threads=1, checkpoint="best")
    assert list(fillings) == ["net.onnx", str(files[1])]


def test_what_cannot_be_trained_is_said_beforehand(drawn: Path, tmp_path: Path) -> None:
    check_refused(drawn, tmp_path, FAST[:2], [
        (["data.manifest=BARE"], "has a clean picture"),
        (["data.clean=false"], r"^data\.clean=false: .* are not read; give true"),
        (["data.holes=null"], r"^data\.holes=null: none are set"),
        (["data.batch_size=1", "net=inpaint_partial"], "data.batch_size=1: crops of 64 px shrink to one pixel"),
        (["scheduler=two_stage"], "milestones"),
    ])  # fmt: skip


def test_non_finite_loss_names_the_pictures() -> None:
    with pytest.raises(UserError, match=r"nan at step 0 on the pictures p0, p1"):
        task(float("nan")).training_step(batch(), 0)


@pytest.mark.slow
def test_batch_norm_of_the_encoder_rests_from_its_step_on(drawn: Path, tmp_path: Path) -> None:
    options = ("experiment=inpaint_partial", *TINY, "callbacks.averaging=null", "callbacks.batch_norm.step=3")
    train(small(drawn, tmp_path, *options, "trainer.max_epochs=1"), tmp_path)
    first = state(tmp_path)
    train(small(drawn, tmp_path, *options, "trainer.max_epochs=2", "ckpt_path=last"), tmp_path)
    second = state(tmp_path)
    means = [name for name in first if name.endswith("running_mean")]
    assert {"net.encoder.1.norm.running_mean", "net.decoder.0.norm.running_mean"} <= set(means)
    for name in means:
        assert torch.equal(first[name], second[name]) == name.startswith("net.encoder"), name
    assert not torch.equal(first["net.encoder.1.norm.weight"], second["net.encoder.1.norm.weight"])


@pytest.mark.slow
def test_batch_norm_of_a_net_without_encoder(drawn: Path, tmp_path: Path) -> None:
    config = small(drawn, tmp_path, *FAST, "callbacks.batch_norm.step=1", "trainer.max_epochs=1")
    with pytest.raises(UserError, match="the net has no encoder"):
        train(config, tmp_path)
