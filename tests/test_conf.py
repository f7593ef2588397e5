"""Every file under conf/ is composed, instantiated and run for a batch."""

from __future__ import annotations

from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from omegaconf import DictConfig, OmegaConf, open_dict

from textrm.data.shards.write import pack
from textrm.runs.config import CONFIG_FOLDER
from textrm.train import train

# One batch of small pictures through a narrow net, flat unless it is what is chosen; everything else as the file says.
SMALL = [
    "data.workers=0", "data.batch_size=2", "data.crop=64", "data.samples_per_epoch=2",
    "+trainer.limit_train_batches=1", "+trainer.limit_val_batches=1", "+trainer.limit_test_batches=1",
    "trainer.max_epochs=1", "trainer.max_steps=1", "trainer.check_val_every_n_epoch=1", "trainer.log_every_n_steps=1",
    "trainer.accelerator=cpu", "callbacks.progress=null", "callbacks.costs.cpu_threads=null", "threads=1",
]  # fmt: skip
EXPERIMENTS = sorted(path.stem for path in (CONFIG_FOLDER / "experiment").glob("*.yaml"))
CHOICES = sorted(
    f"{path.parent.name}={path.stem}"
    for group in ("data", "net", "loss", "optimizer", "scheduler", "callbacks", "logger", "trainer", "task", "budget")
    for path in (CONFIG_FOLDER / group).glob("*.yaml")
)
CHOICES += [f"encoder@net.encoder={path.stem}" for path in (CONFIG_FOLDER / "encoder").glob("*.yaml")]
NEEDS_GPU = "trainer=fsdp"  # tests/training/test_refusals_of_devices.py composes it
# What belongs to another task is chosen beside its experiment.
TAGGING = [choice for choice in CHOICES if "=tag" in choice] + ["task=multilabel"]
ATTENTION = ["task=attention_tagging", "net=tag_attention"]
CLEANING = [choice for choice in CHOICES if "clean" in choice]
ELSEWHERE = (*TAGGING, *ATTENTION, *CLEANING, "scheduler=two_stage", "task=coarse_to_fine", "net=coarse_to_fine")
CHOICES = [choice for choice in CHOICES if "inpaint" not in choice and choice not in (*ELSEWHERE, NEEDS_GPU)]
TAGGING.remove("net=tag_attention")
INPAINTING = ["loss=inpainting", "loss=inpainting_relative", "scheduler=two_stage", "callbacks=inpainting",
              "data=mixed",
              *(f"net={path.stem}" for path in (CONFIG_FOLDER / "net").glob("inpaint_*.yaml")),
              *(f"holes@data.holes={path.stem}" for path in (CONFIG_FOLDER / "holes").glob("*.yaml")),
              "features@loss.features=released"]  # fmt: skip


def small(overrides: list[str], manifest: Path, run: Path) -> DictConfig:
    """The composed configuration, made small; what is mandatory is given the drawn manifest."""
    with initialize_config_dir(str(CONFIG_FOLDER), version_base="1.3"):
        config = compose("train", [*overrides, *SMALL, f"run={run}"])
    with open_dict(config):
        looking = "CoarseToFine" in config.net._target_
        if looking:
            config.data.crop = 512  # the look from furthest away sees an eighth of it
            config.trainer.precision = "32-true"  # bf16, which narrow nets have, takes minutes where a CPU lacks it
        if looking or config.weights is not None:
            pass  # weights are of the net as it is; looks are trained at their own width
        elif "encoder" in config.net and "name" in config.net.encoder:  # of another library
            config.net.encoder.name = "test_resnet" if "Timm" in config.net.encoder._target_ else "mobilenet_v2"
        elif "encoder" in config.net:
            xception = "Xception" in config.net.encoder._target_
            config.net.encoder.width = 0.125 if xception else 0.25
            if xception and not any("=xception" in override for override in overrides):
                config.net.encoder.middle_blocks = config.net.encoder.exit_blocks = 1
        else:
            for part in [config.net] if "width" in config.net else config.net.values():
                if isinstance(part, DictConfig):
                    part.width = 0.125
        if "discriminator" in config.task:
            config.task.discriminator.width = 0.125
        for node in (config.data, *config.data.train.values()):
            if OmegaConf.is_missing(node, "manifest"):
                node.manifest = str(manifest)
        if OmegaConf.is_missing(config.scheduler, "milestones"):
            config.scheduler.milestones = [1]
        if "length" in config.data.val:
            config.data.val.length = 1
    return config


@pytest.mark.slow
@pytest.mark.parametrize("choice", [f"experiment={name}" for name in EXPERIMENTS] + CHOICES)
def test_choice_trains_a_batch(choice: str, drawn: Path, tmp_path: Path) -> None:
    manifest = drawn
    if choice == "data=shards":
        pack(drawn, tmp_path / "shards", samples=3, seed=0, workers=1)
        manifest = tmp_path / "shards" / "manifest.csv"
    config = small([choice], manifest, tmp_path)
    train(config, tmp_path)
    written = {path.name for path in (tmp_path / "checkpoints").iterdir()}
    assert written == {"best.ckpt", "last.ckpt"}
    metrics = (tmp_path / "metrics.csv").read_text()
    assert "train/loss" in metrics
    tagging = "tag" in choice or "pretrain" in choice
    figure = "val/psnr" if "clean" in choice else "val/AP"
    assert ("val/psnr_hole" if "inpaint" in choice else "val/mAP" if tagging else figure) in metrics
    assert "???" not in (tmp_path / "resolved.yaml").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("choice", INPAINTING)
def test_choice_of_inpainting_trains_a_batch(choice: str, drawn: Path, tmp_path: Path) -> None:
    config = small(["experiment=inpaint", choice], drawn, tmp_path)
    train(config, tmp_path)
    assert "val/psnr_hole" in (tmp_path / "metrics.csv").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("choice", [*CLEANING, "net.output=direct", "data=synthetic"])
def test_choice_of_cleaning_trains_a_batch(choice: str, drawn: Path, tmp_path: Path) -> None:
    config = small(["experiment=clean_unet", choice], drawn, tmp_path)
    train(config, tmp_path)
    assert "val/psnr" in (tmp_path / "metrics.csv").read_text()


@pytest.mark.slow
@pytest.mark.parametrize(
    "overrides",
    [["experiment=pretrain_mobilenet", choice] for choice in TAGGING]
    + [["experiment=tag_attention", choice] for choice in (*ATTENTION, "encoder@net.encoder=xception_fast")],
    ids="-".join,
)
def test_choice_of_tagging_trains_a_batch(overrides: list[str], drawn: Path, tmp_path: Path) -> None:
    config = small(overrides, drawn, tmp_path)
    train(config, tmp_path)
    assert "val/mAP" in (tmp_path / "metrics.csv").read_text()


def test_experiments_are_short_and_begin_with_their_command() -> None:
    for name in EXPERIMENTS:
        lines = (CONFIG_FOLDER / "experiment" / f"{name}.yaml").read_text().splitlines()
        assert lines[0] == "# @package _global_"
        assert lines[1].startswith(f"# python -m textrm.train experiment={name}")
        said = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
        assert len(said) <= 30, name  # what is longer belongs into the groups


def test_residual_branches_begin_at_zero_but_in_a_recipe_that_is_older() -> None:
    gains = {}
    with initialize_config_dir(str(CONFIG_FOLDER), version_base="1.3"):
        for name in EXPERIMENTS:
            config = compose("train", [f"experiment={name}"])
            net = config.net.net if "CoarseToFine" in config.net._target_ else config.net
            gains[name] = OmegaConf.select(net, "encoder.residual_gain")
    assert {name for name, gain in gains.items() if gain == 1} == {"release_segment"}
    assert {name for name, gain in gains.items() if gain == 0} == {
        "fine_tune", "pretrain_mobilenet", "pretrain_xception", "release_find", "seg_mobilenet", "seg_xception",
        "study", "tag_attention",
    }  # fmt: skip
