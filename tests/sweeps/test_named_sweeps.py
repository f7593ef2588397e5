"""Every file under conf/sweep composes, each axis changes what is trained, and the first job is made without data."""

from __future__ import annotations

import re
import shutil
import sys
from itertools import islice
from pathlib import Path
from typing import Any

import hydra
import pytest
from hydra import compose, initialize_config_dir
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from omegaconf import DictConfig, OmegaConf

from textrm.runs.config import CONFIG_FOLDER
from textrm.runs.outcome import Outcome, Status
from textrm.train import main

NAMES = sorted(path.stem for path in (CONFIG_FOLDER / "sweep").glob("*.yaml"))
SMALL = [
    "experiment=seg_xception", "net=xception_fast", "net.encoder.width=0.125", "net.encoder.middle_blocks=1",
    "data.workers=0", "data.batch_size=2", "data.val_batch_size=2", "data.crop=64", "data.samples_per_epoch=2",
    "data.val.length=2", "trainer.max_epochs=1", "trainer.accelerator=cpu", "callbacks.progress=null", "threads=1",
    "callbacks.costs.cpu_threads=null",
]  # fmt: skip


GIVEN = {"mask_growth": ["pairs=pairs"]}  # as the sweep's file asks


def two_values(axis: Override) -> list[str]:
    if axis.is_discrete_sweep():
        return [f"{axis.key_or_group}={value}" for value in islice(axis.sweep_string_iterator(), 2)]
    return [f"{axis.key_or_group}={value}" for value in (axis.value().start, axis.value().end)]


def trained(config: DictConfig) -> list[Any]:
    """What training makes: other keys matter only where these refer to them."""
    return [OmegaConf.to_container(config[key], resolve=True) for key in ("task", "data", "trainer")]


@pytest.mark.parametrize("name", NAMES)
def test_each_axis_of_a_named_sweep_changes_what_is_trained(name: str) -> None:
    with initialize_config_dir(str(CONFIG_FOLDER), version_base="1.3"):
        whole = compose("train", [f"sweep={name}"], return_hydra_config=True)
        assert whole.name == name
        given = [f"{key}={values}" for key, values in whole.hydra.sweeper.params.items()]
        axes = [two_values(axis) for axis in OverridesParser.create().parse_overrides(given)]
        assert axes
        words = [
            "experiment=seg_xception",
            "net.encoder.width=0.125",
            f"sweep={name}",
            "trainer.max_steps=10",
            *GIVEN.get(name, []),
        ]
        words += [first for first, _ in axes]
        config = compose("train", words)
        for _, second in axes:
            assert trained(compose("train", [*words, second])) != trained(config), second
    hydra.utils.instantiate(config.task)


@pytest.mark.slow
def test_a_sweep_of_real_trainings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["train.py", "-m", *SMALL, "name=tiny", "loss.gamma=0,1"])
    main()
    runs = sorted((tmp_path / "multirun" / "tiny").glob("*/outcome.json"))
    outcomes = [Outcome.read(path.parent) for path in runs]
    assert [outcome.status for outcome in outcomes if outcome] == [Status.FINISHED] * 2
    assert {word for outcome in outcomes if outcome for word in outcome.overrides if "gamma" in word} == {
        "loss.gamma=0",
        "loss.gamma=1",
    }
    written = runs[0].with_name("resolved.yaml")  # as an earlier version, whose nets were all in one folder
    written.write_text(re.sub(r"textrm\.nets\.\w+\.(?=\w+\.)", "textrm.nets.", written.read_text()))
    assert "textrm.nets.segmenter.Segmenter" in written.read_text()
    main()
    assert "2 jobs in multirun/tiny, 2 finished before, 0 to run" in capfd.readouterr().out

    kept = runs[1].with_name("resolved.yaml")
    kept.write_text(kept.read_text().replace("residual_gain: 0", "residual_gain: 1"))  # as an older default left it
    with pytest.raises(SystemExit):
        main()
    told = capfd.readouterr().err.strip()
    assert f"{runs[1].parent.name} was trained with task.net.encoder.residual_gain 1, now 0: " in told
    assert "\n" not in told
    failed = Outcome.read(runs[1].parent)
    assert failed is not None
    failed.status = Status.FAILED  # what failed is made anew, however it was mended
    failed.write(runs[1].parent)
    shutil.rmtree(runs[1].parent / "checkpoints")
    main()
    assert "2 jobs in multirun/tiny, 1 finished before, 1 to run" in capfd.readouterr().out
