"""A training that takes no time, in the place of textrm.train, for tests of the sweepers."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hydra.core.hydra_config import HydraConfig
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

import textrm.runs.config
from textrm.errors import UserError
from textrm.runs.config import CONFIG_FOLDER
from textrm.runs.outcome import Outcome, Status

CONFIG = """
defaults:
  - _self_
  - sweep: null
  - override hydra/sweeper: grid
name: fake
x: 0.0
y: 0
fail: null
mute: null
epochs: 0
callbacks:
  checkpoint: {{monitor: val/AP}}
hydra:
  searchpath: ["file://{conf}"]
  sweep:
    dir: multirun/${{name}}
    subdir: {subdir}
  output_subdir: null
  hydra_logging: {{disable_existing_loggers: false}}
"""


def train(config: DictConfig) -> float | None:
    """A parabola over x with its top at 1, in ``epochs`` steps that a search may cut short; fails where x is ``fail``.

    Where x is ``mute`` it has no score. It is interrupted where x is ``STOP_AT`` and in the call that follows the first
    ``STOP_AFTER``, of the environment.
    """
    run = Path(HydraConfig.get().runtime.output_dir)
    overrides = list(HydraConfig.get().overrides.task)
    with Path("trained.txt").open("a") as told:
        told.write(f"{' '.join(overrides)}\n")
    begun = len(Path("trained.txt").read_text().splitlines())
    if f"{config.x:g}" == os.environ.get("STOP_AT") or str(begun - 1) == os.environ.get("STOP_AFTER"):
        raise KeyboardInterrupt
    if config.x == config.fail:
        raise UserError(f"x={config.x}: expected another")
    score = None if config.x == config.mute else -((config.x - 1) ** 2) + config.y
    pruning = instantiate(config.callbacks.pruning) if config.get("callbacks", {}).get("pruning") else None
    alone = SimpleNamespace(broadcast=lambda told: told)
    trainer = SimpleNamespace(sanity_checking=False, callback_metrics={"val/AP": score}, should_stop=False,
                              is_global_zero=True, strategy=alone)  # fmt: skip
    for trainer.current_epoch in range(config.get("epochs", 0)):
        if pruning is not None and not trainer.should_stop:
            pruning.on_validation_end(trainer, None)
    Outcome(Status.PRUNED if trainer.should_stop else Status.FINISHED, overrides, score=score).write(run)
    return score


def write_config(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    subdir = OmegaConf.to_container(OmegaConf.load(CONFIG_FOLDER / "train.yaml"))["hydra"]["sweep"]["subdir"]
    (folder / "fake.yaml").write_text(CONFIG.format(conf=CONFIG_FOLDER, subdir=subdir))


def command(monkeypatch: pytest.MonkeyPatch, folder: Path, *words: str) -> int:
    """The exit status of ``python fake.py -m …`` in ``folder``."""
    write_config(folder / "conf")
    monkeypatch.setattr(textrm.runs.config, "CONFIG_FOLDER", folder / "conf")
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["fake.py", "-m", *words])
    try:
        textrm.runs.config.hydra_entry("fake")(train)()
    except SystemExit as end:
        return int(end.code or 0)
    return 0
