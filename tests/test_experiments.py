"""The studies under experiments/ run as their pages say."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate

from experiments.masked_convolutions import __main__ as study
from textrm.config import CONFIG_FOLDER


def test_masked_convolutions_train_judge_and_are_not_repeated(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[str] = []
    run = study.run

    def spy(command: str) -> None:
        commands.append(command)
        run(command)

    monkeypatch.setattr(study, "run", spy)
    monkeypatch.setattr(study, "COMMON", f"{study.COMMON} data.crop=32 data.workers=0 trainer.accelerator=cpu")
    arguments = ["--manifest", str(drawn), "--steps", "1", "--limit", "1", "--threads", "1",
                 "--only", "partial_separable", "--out", str(tmp_path)]  # fmt: skip
    for judge in ([], ["--judge", f"drawn={drawn}:val"]):
        result = CliRunner().invoke(study.main, [*arguments, *judge])
        assert result.exit_code == 0, result.output
    assert [command.split()[0] for command in commands] == ["textrm.train", "textrm.evaluate"]
    lines = list(csv.DictReader((tmp_path / "results.csv").open()))
    assert [line["method"] for line in lines] == ["partial_separable", "telea", "navier_stokes"]
    assert {line["set"] for line in lines} == {"drawn"}


def test_every_net_of_the_comparison_composes() -> None:
    with initialize_config_dir(str(CONFIG_FOLDER), version_base="1.3"):
        kinds = {
            name: type(instantiate(compose("train", words.split()).net, width=0.125).encoder[0].convolution).__name__
            for name, words in study.NETS.items()
        }
    assert kinds["gated_separable"] == "SeparableGatedConvolution"
    assert kinds["attention_features"] == "AttentionConvolution"
    assert len(set(kinds.values())) == 4
