"""What every task keeps, trained for real: a run that is continued ends where an unbroken one ends, and more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
import yaml
from hydra import compose, initialize_config_dir
from hydra.errors import HydraException
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from textrm.errors import UserError
from textrm.runs.config import CONFIG_FOLDER
from textrm.train import train

SMALL = [
    "data=manifest", "data.workers=0", "data.batch_size=2", "data.crop=64", "data.samples_per_epoch=6", "test=false",
    "trainer.accelerator=cpu", "trainer.log_every_n_steps=1", "callbacks.progress=null", "threads=1",
    "callbacks.costs.cpu_threads=null",
    "+trainer.limit_val_batches=2",
]  # fmt: skip

SEGMENTATION = [
    "experiment=seg_xception", "net=xception_fast", "net.encoder.width=0.125", "net.encoder.middle_blocks=2",
    "callbacks.freezing.epochs=1", "scheduler.step_size_up=3", "test=true",
]  # fmt: skip


def small(drawn: Path, run: Path, *overrides: str) -> DictConfig:
    with initialize_config_dir(str(CONFIG_FOLDER), version_base="1.3"):
        return compose("train", [*SMALL, f"data.manifest={drawn}", f"run={run}", *overrides])


def small_segmentation(drawn: Path, run: Path, *overrides: str) -> DictConfig:
    return small(drawn, run, *SEGMENTATION, *overrides)


def check_refused(drawn: Path, folder: Path, base: Sequence[str], cases: Sequence[tuple[Sequence[str], str]]) -> None:
    """Each of the overrides ends in the error that is said, before there is a folder; BARE is a set without truth."""
    bare = drawn.with_name("uncleaned.csv")
    bare.write_text(re.sub(r",clean/[^,]+,", ",,", drawn.read_text()))
    for overrides, said in cases:
        run = folder / "run"
        given = [override.replace("BARE", str(bare)) for override in overrides]
        with pytest.raises((UserError, HydraException, OmegaConfBaseException), match=said):
            train(small(drawn, run, *base, *given), run)
        assert not run.exists()


def state(run: Path) -> dict[str, torch.Tensor]:
    return torch.load(run / "checkpoints" / "last.ckpt", weights_only=True)["state_dict"]


def check_resuming(drawn: Path, folder: Path, *overrides: str) -> None:
    unbroken, broken = folder / "unbroken", folder / "broken"
    train(small(drawn, unbroken, *overrides, "trainer.max_epochs=2"), unbroken)
    train(small(drawn, broken, *overrides, "trainer.max_epochs=1"), broken)
    train(small(drawn, broken, *overrides, "trainer.max_epochs=2", "ckpt_path=last"), broken)
    expected, found = state(unbroken), state(broken)
    assert expected.keys() == found.keys()
    for name, value in expected.items():
        assert torch.equal(value, found[name]), name


def check_run(drawn: Path, run: Path, figures: set[str], *overrides: str) -> None:
    """The run folder has the curves ``figures`` and a configuration without gaps."""
    train(small(drawn, run, *overrides, "trainer.max_epochs=1"), run)
    header = (run / "metrics.csv").read_text().splitlines()[0].split(",")
    assert figures <= set(header)
    assert "${" not in yaml.safe_dump(yaml.safe_load((run / "resolved.yaml").read_text()))
