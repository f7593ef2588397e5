"""A checkpoint is there whole, the new one or the old one."""

from __future__ import annotations

import pickle
import tempfile
from pathlib import Path

import pytest
import pytorch_lightning as pl
import torch
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from omegaconf import OmegaConf

from textrm.checkpoints.writer import WholeCheckpoints
from textrm.errors import UserError
from textrm.runs.config import CONFIG_FOLDER


def test_a_failed_write_leaves_the_old_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))  # no other file system takes part
    path, writer = tmp_path / "checkpoints" / "last.ckpt", WholeCheckpoints()
    writer.save_checkpoint({"epoch": 1}, path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.replace", full)
        with pytest.raises(OSError, match="No space left"):
            writer.save_checkpoint({"epoch": 2}, path)
    assert torch.load(path, weights_only=True) == {"epoch": 1}
    assert [file.name for file in path.parent.iterdir()] == ["last.ckpt"]
    writer.save_checkpoint({"epoch": 2}, path)
    assert torch.load(path, weights_only=True) == {"epoch": 2}


def test_trainings_write_so() -> None:
    with initialize_config_dir(str(CONFIG_FOLDER), version_base="1.3"):
        trainer = instantiate(compose("train", ["trainer.accelerator=cpu"]).trainer)
    assert isinstance(trainer.strategy.checkpoint_io, WholeCheckpoints)


class Remembered:
    """What a callback of somebody's might keep."""


def test_what_could_not_be_read_back_is_not_written(tmp_path: Path) -> None:
    path, writer = tmp_path / "last.ckpt", WholeCheckpoints()
    with pytest.raises(UserError, match=r"would hold \S*test_checkpoint_writer\.Remembered, and could not"):
        writer.save_checkpoint({"callbacks": {"Mine": {"seen": Remembered()}}}, path)
    assert not path.exists()
    writer.save_checkpoint({"callbacks": {"Mine": {"seen": [1, "a", {"b": torch.zeros(2)}]}}}, path)
    assert torch.load(path, weights_only=True)["callbacks"]["Mine"]["seen"][:2] == [1, "a"]


class Small(pl.LightningModule):
    """Says nothing of itself but what a checkpoint holds."""

    def __init__(self, rate: float = 0.0) -> None:
        super().__init__()
        self.rate = rate


def test_hyperparameters_are_plain_data_since_lightning_reads_no_others(tmp_path: Path) -> None:
    """Lightning 2.6.6 on torch 2.14.1 refuses those of OmegaConf, of a checkpoint on this disk too."""
    path, writer = tmp_path / "last.ckpt", WholeCheckpoints()
    held = {"state_dict": {}, "pytorch-lightning_version": pl.__version__, "hyper_parameters": {"rate": 0.5}}
    writer.save_checkpoint(held, path)
    assert Small.load_from_checkpoint(path).rate == 0.5
    foreign = held | {"hyper_parameters": OmegaConf.create(held["hyper_parameters"])}
    with pytest.raises(UserError, match=r"would hold .*omegaconf\.dictconfig\.DictConfig"):
        writer.save_checkpoint(foreign, path)
    assert Small.load_from_checkpoint(path).rate == 0.5
    torch.save(foreign, path)
    with pytest.raises(pickle.UnpicklingError, match="omegaconf"):
        Small.load_from_checkpoint(path)
