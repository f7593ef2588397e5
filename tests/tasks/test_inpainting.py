"""The inpainting tasks: curves, pictures, resuming, export, evaluation, and what stops them."""

from __future__ import annotations

import csv
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from hydra import compose, initialize_config_dir
from standin_model import write_inpainter
from task_contract import SMALL, check_refused, check_resuming, check_run, small, state
from torch import nn

from textrm.checkpoints.run_net import load_run
from textrm.errors import UserError
from textrm.evaluate import __main__ as evaluate
from textrm.evaluate.fill_scores import named_fillings
from textrm.export.graph import export
from textrm.losses.inpainting import InpaintingLoss
from textrm.nets.inpainting.discriminator import PatchDiscriminator
from textrm.runs.config import CONFIG_FOLDER
from textrm.tasks.adversarial_inpainting import AdversarialInpaintingTask
from textrm.tasks.inpainting import InpaintingTask
from textrm.tasks.inpainting_scores import InpaintingScores, picture_figures
from textrm.train import train

TINY = ("net.width=0.125", "net.levels=3")
FAST = ("experiment=inpaint", "net=inpaint_fast", "net.width=0.25", "net.channels=[32,64]", "net.blocks=[1,1]")
TERMS = {f"train/{name}" for name in ("loss", "valid", "hole", "total_variation", "perceptual", "style")}
FIGURES = {f"val/{name}" for name in ("loss", "psnr_hole", "psnr", "ssim", "l1_hole")}


class Grey(nn.Module):
    """One parameter for every pixel."""

    def __init__(self, value: float = 0.5) -> None:
        super().__init__()
        self.encoder = nn.Sequential()
        self.value = nn.Parameter(torch.tensor(value))

    def forward(self, image: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return self.value.expand_as(image)


def batch(share: float = 0.5, size: int = 16) -> dict[str, Any]:
    mask = torch.zeros(2, 1, size, size)
    mask[..., : int(size * share)] = 1
    clean = torch.full((2, 3, size, size), 0.25)
    ignore = torch.zeros(2, 1, size, size, dtype=torch.bool)
    return {"image": clean, "clean": clean, "mask": mask, "ignore": ignore, "id": ["p0", "p1"]}


def task(value: float = 0.5) -> InpaintingTask:
    return InpaintingTask(Grey(value), InpaintingLoss(), partial(torch.optim.SGD, lr=0.1))


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
def test_adversarial_curves(drawn: Path, tmp_path: Path) -> None:
    narrow = "task.discriminator.width=0.125"
    figures = TERMS | FIGURES | {"train/adversarial", "train/discriminator"}
    check_run(drawn, tmp_path, figures, "experiment=inpaint_gated_adversarial", *TINY, narrow)


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
    run: Path, drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    net, _ = load_run(run)
    assert export(net, tmp_path / "file.onnx", run="mine") < 1e-4
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


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (10, 40)])
def test_small_pictures_have_scores(size: tuple[int, int]) -> None:
    picture, mask = torch.full((3, *size), 0.5), torch.ones(1, *size)
    figures = picture_figures(picture * 0.9, picture, mask, torch.zeros(1, *size, dtype=torch.bool))
    assert figures is not None
    assert figures[:4].isfinite().all()


def test_what_cannot_be_trained_is_said_beforehand(drawn: Path, tmp_path: Path) -> None:
    check_refused(drawn, tmp_path, FAST[:2], [
        (["data.manifest=BARE"], "has a clean picture"),
        (["data.clean=false"], r"^data\.clean=false: .* are not read; give true"),
        (["data.holes=null"], r"^data\.holes=null: none are set"),
        (["data.batch_size=1", "net=inpaint_partial"], "data.batch_size=1: crops of 64 px shrink to one pixel"),
        (["scheduler=two_stage"], "milestones"),
    ])  # fmt: skip


def test_half_precision_is_refused_where_gradients_are_clipped_by_hand() -> None:
    made = AdversarialInpaintingTask(
        Grey(), InpaintingLoss(), PatchDiscriminator(0.125), partial(torch.optim.SGD, lr=0.1)
    )
    made._trainer = SimpleNamespace(precision="16-mixed")
    with pytest.raises(UserError, match="16-mixed: this task clips"):
        made.on_fit_start()


def test_non_finite_loss_names_the_pictures() -> None:
    with pytest.raises(UserError, match=r"nan at step 0 on the pictures p0, p1"):
        task(float("nan")).training_step(batch(), 0)


def test_scores_follow_their_definition() -> None:
    scores = InpaintingScores()
    made = batch(share=0.25)
    composite = made["clean"] + 0.1 * made["mask"]
    scores.update(composite, made["clean"], made["mask"], made["ignore"])
    found = scores.compute()
    assert found["psnr_hole"] == pytest.approx(20, abs=1e-3)
    assert found["psnr"] == pytest.approx(20 + 10 * np.log10(4), abs=1e-3)
    assert found["l1_hole"] == pytest.approx(0.1, abs=1e-5)
    assert 0 < found["ssim"] < 1
    assert found["psnr_hole_20-30"] == found["psnr_hole"]
    assert "psnr_hole_0-10" not in found


def test_pictures_without_a_hole_are_not_counted_and_a_perfect_one_has_60_decibels() -> None:
    scores = InpaintingScores()
    made = batch(share=0.5)
    made["mask"][1] = 0
    scores.update(made["clean"], made["clean"], made["mask"], made["ignore"])
    assert float(scores.counts.sum()) == 1
    assert scores.compute()["psnr_hole"] == pytest.approx(60)
    assert InpaintingScores().compute() == {}


def test_the_known_pixels_of_what_is_scored_are_the_truth(monkeypatch: pytest.MonkeyPatch) -> None:
    made = task(0.5)
    monkeypatch.setattr(made, "log", lambda *args, **options: None)
    shown = made.validation_step(batch(share=0.5), 0)
    assert (shown["composite"][..., 8:] == 0.25).all()
    assert (shown["composite"][..., :8] == 0.5).all()


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


def test_the_discriminator_judges_every_patch_and_has_unit_norms() -> None:
    torch.manual_seed(0)
    net = PatchDiscriminator(0.25)
    for _ in range(30):
        scores = net(torch.rand(2, 3, 128, 192), torch.zeros(2, 1, 128, 192))
    assert scores.shape == (2, 64, 2, 3)
    for layer in net.layers:
        if isinstance(layer, nn.Conv2d):
            norm = torch.linalg.matrix_norm(layer.weight.detach().flatten(1), 2)
            assert float(norm) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("name", ["adversarial", "gradient_clip"])
def test_impossible_weights(name: str) -> None:
    with pytest.raises(UserError, match=rf"^{name}=0: expected more than 0"):
        AdversarialInpaintingTask(
            Grey(), InpaintingLoss(), PatchDiscriminator(0.125), partial(torch.optim.SGD, lr=0.1), **{name: 0}
        )
