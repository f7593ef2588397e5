"""Every file under conf/sweep composes, and its first job can be made without any data file."""

from __future__ import annotations

import sys
from pathlib import Path

import hydra
import pytest
from hydra import compose, initialize_config_dir
from hydra.core.override_parser.overrides_parser import OverridesParser

from textrm.config import CONFIG_FOLDER
from textrm.outcome import Outcome
from textrm.train import main

NAMES = sorted(path.stem for path in (CONFIG_FOLDER / "sweep").glob("*.yaml"))
SMALL = [
    "experiment=seg_xception", "net=xception_fast", "net.encoder.width=0.125", "net.encoder.middle_blocks=1",
    "data.workers=0", "data.batch_size=2", "data.val_batch_size=2", "data.crop=64", "data.samples_per_epoch=2",
    "data.val.length=2", "trainer.max_epochs=1", "trainer.accelerator=cpu", "callbacks.progress=null", "threads=1",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_first_job_of_a_named_sweep_is_made(name: str) -> None:
    with initialize_config_dir(str(CONFIG_FOLDER), version_base="1.3"):
        whole = compose("train", [f"sweep={name}"], return_hydra_config=True)
        axes = whole.hydra.sweeper.params
        assert whole.name == name
        parsed = OverridesParser.create().parse_overrides([f"{key}={values}" for key, values in axes.items()])
        choices = [
            f"{axis.key_or_group}={next(axis.sweep_string_iterator())}" for axis in parsed if axis.is_discrete_sweep()
        ]
        config = compose("train", ["experiment=seg_xception", f"sweep={name}", *choices, "trainer.max_steps=10"])
    assert hydra.utils.instantiate(config.task).net is not None
    assert axes


def test_a_sweep_of_real_trainings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["train.py", "-m", *SMALL, "name=tiny", "loss.gamma=0,1"])
    main()
    runs = sorted((tmp_path / "multirun" / "tiny").glob("*/outcome.json"))
    outcomes = [Outcome.read(path.parent) for path in runs]
    assert [outcome.status for outcome in outcomes if outcome] == ["finished", "finished"]
    assert {word for outcome in outcomes if outcome for word in outcome.overrides if "gamma" in word} == {
        "loss.gamma=0",
        "loss.gamma=1",
    }
    main()
    assert "2 jobs in multirun/tiny, 2 finished before, 0 to run" in capfd.readouterr().out
