"""The studies under experiments/ that are not sweeps run as their pages say."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from study_commands import in_this_process

from experiments.masked_convolutions import __main__ as study
from experiments.meme_cleaning import __main__ as meme_cleaning
from experiments.pretraining import __main__ as pretraining
from textrm.config import CONFIG_FOLDER


def test_masked_convolutions_train_judge_and_are_not_repeated(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = in_this_process(monkeypatch, study)
    tiny = "net.width=0.125 net.levels=2 data.crop=32 data.workers=0 trainer.accelerator=cpu"
    monkeypatch.setattr(study, "COMMON", f"{study.COMMON} {tiny}")
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


def test_pretraining_tags_fine_tunes_and_is_not_repeated(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = in_this_process(monkeypatch, pretraining)
    tiny = "data.crop=64 data.workers=0 trainer.accelerator=cpu +trainer.limit_val_batches=1"
    tiny += " net.encoder.width=0.125 net.encoder.middle_blocks=0 net.encoder.exit_blocks=0"
    narrow = "net.pooling.out_channels=16 net.decoder.channels=16"
    monkeypatch.setattr(pretraining, "TAGGING", f"{pretraining.TAGGING} {tiny} net.channels=16")
    monkeypatch.setattr(pretraining, "SEGMENTING", f"{pretraining.SEGMENTING} {tiny} {narrow}")
    arguments = ["--tagged", str(drawn), "--pages", str(drawn), "--seeds", "1", "--pretraining-steps", "8",
                 "--steps", "2", "--threads", "1", "--limit", "4", "--only", "multilabel",
                 "--out", str(tmp_path)]  # fmt: skip
    for _ in range(2):  # the second time nothing is left to do
        result = CliRunner().invoke(pretraining.main, arguments)
        assert result.exit_code == 0, result.output
        assert [command.split()[0] for command in commands] == [*["textrm.train"] * 3, "textrm.evaluate"]
    assert f"weights={tmp_path / 'tagging' / 'first-1' / 'checkpoints' / 'best.ckpt'}" in commands[1]
    assert f"net.encoder.weights={tmp_path / 'tagging' / 'multilabel-1'}" in commands[2]
    lines = list(csv.DictReader((tmp_path / "results.csv").open()))
    assert {(line["stage"], line["start"]) for line in lines} == {
        ("tagging", "first"), ("tagging", "multilabel"), ("segmentation", "multilabel"),
    }  # fmt: skip
    assert (tmp_path / "plot.png").stat().st_size > 10_000
    unknown = CliRunner().invoke(pretraining.main, [*arguments, "--only", "imagenet"])
    assert "error: --only imagenet: expected some of scratch, multilabel, attention" in str(unknown.exception)
    other = CliRunner().invoke(pretraining.main, [*arguments, "--steps", "3"])
    assert "trainer.max_steps=2" in str(other.exception)
    assert "give another --out" in str(other.exception)
    of_photographs = CliRunner().invoke(pretraining.main, [*arguments, "--imagenet", "weights.pt"])
    assert "no ImageNet weights of xception_fast" in str(of_photographs.exception)


def test_meme_cleaning_trains_on_templates_and_measures_beside_peers(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = in_this_process(monkeypatch, meme_cleaning)
    tiny = "net=clean_unet net.unet.channels=[8,8] net.unet.blocks=[1,1] data.crop=64 data.batch_size=2"
    monkeypatch.setattr(meme_cleaning, "RUNS", {"residual-templates": tiny})
    monkeypatch.setattr(meme_cleaning, "PEERS", ("segment+telea",))
    monkeypatch.setattr(meme_cleaning, "SETS", {"out_of_template": "val"})
    monkeypatch.setattr(meme_cleaning, "RENDERING", "--size 96 --workers 1")
    monkeypatch.setattr(meme_cleaning, "COMMON", f"{meme_cleaning.COMMON} data.workers=0 trainer.accelerator=cpu")
    arguments = ["--art", str(drawn), "--memes", str(drawn), "--steps", "2", "--templates", "8", "--threads", "1",
                 "--limit", "1", "--out", str(tmp_path)]  # fmt: skip
    for _ in range(2):  # the second time nothing is left to do
        result = CliRunner().invoke(meme_cleaning.main, arguments)
        assert result.exit_code == 0, result.output
        assert [command.split()[0] for command in commands] == [
            "textrm.data.importers.captioned", "textrm.train", *["textrm.evaluate"] * 2,
        ]  # fmt: skip
    assert f"data.manifest={tmp_path / 'templates'}/manifest.csv" in commands[1]
    lines = list(csv.DictReader((tmp_path / "results.csv").open()))
    assert {(line["method"], line["set"]) for line in lines} == {
        (method, "out_of_template") for method in ("residual-templates", "segment+telea")
    }  # fmt: skip
    assert all(5 < float(line["psnr"]) <= 60 for line in lines)
    assert (tmp_path / "plot.png").stat().st_size > 5_000
    unknown = CliRunner().invoke(meme_cleaning.main, [*arguments, "--only", "other"])
    assert "error: --only other: expected some of residual-templates" in str(unknown.exception)


def test_every_net_of_meme_cleaning_composes() -> None:
    with initialize_config_dir(str(CONFIG_FOLDER), version_base="1.3"):
        for words in meme_cleaning.RUNS.values():
            config = compose("train", [*meme_cleaning.COMMON.split(), *words.split(), "data.manifest=none"])
            assert config.data.batch_size * config.data.crop**2 == pytest.approx(9 * 256**2, rel=0.15)
