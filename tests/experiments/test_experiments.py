"""The studies under experiments/ that are not sweeps run as their pages say."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
import torch
from click.testing import CliRunner
from exported_once import ExportedOnce
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from onnx import numpy_helper
from study_commands import in_this_process

from experiments.finding import __main__ as finding
from experiments.finding import average, fit, fit_features, material, verify
from experiments.masked_convolutions import __main__ as study
from experiments.meme_cleaning import __main__ as meme_cleaning
from experiments.pretraining import __main__ as pretraining
from textrm.data.manifest import read_manifest
from textrm.export import graph
from textrm.nets.verification.trunks import PlainTrunk
from textrm.nets.verification.word_verifier import WordVerifier
from textrm.page import SegmentationModel
from textrm.page.finding.verifier import as_text
from textrm.runs.config import CONFIG_FOLDER

pytestmark = pytest.mark.slow

# To time a net takes an export, and bf16 is many times slower on CPUs that lack it.
CPU = "trainer.accelerator=cpu trainer.precision=32-true callbacks.costs.cpu_threads=null"


def test_masked_convolutions_train_judge_and_are_not_repeated(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = in_this_process(monkeypatch, study)
    tiny = f"net.width=0.125 net.levels=2 data.crop=32 data.workers=0 {CPU}"
    monkeypatch.setattr(study, "COMMON", f"{study.COMMON} {tiny}")
    arguments = ["--manifest", str(drawn), "--steps", "1", "--limit", "1", "--threads", "1",
                 "--only", "gated_separable", "--out", str(tmp_path)]  # fmt: skip
    for judge in ([], ["--judge", f"drawn={drawn}:val"]):
        result = CliRunner().invoke(study.main, [*arguments, *judge])
        assert result.exit_code == 0, result.output
    assert [command.split()[0] for command in commands] == ["textrm.train", "textrm.evaluate"]
    lines = list(csv.DictReader((tmp_path / "results.csv").open()))
    assert [line["method"] for line in lines][:4] == ["gated_separable", "inpaint.onnx", "telea", "navier_stokes"]
    assert {line["set"] for line in lines} == {"drawn"}


def test_every_net_of_the_comparison_composes() -> None:
    with initialize_config_dir(str(CONFIG_FOLDER), version_base="1.3"):
        kinds = {
            name: type(instantiate(compose("train", words.split()).net, width=0.125).encoder[0].convolution).__name__
            for name, words in study.NETS.items()
            if name != "fast"  # whose convolutions are plain ones
        }
        fast = compose("train", [study.WIDTH, *study.NETS["fast"].split(), *study.COMMON.split()]).net
        assert (fast._target_.rpartition(".")[2], fast.width) == ("FastInpainter", 1)
    assert kinds["gated_separable"] == "SeparableGatedConvolution"
    assert kinds["attention_features"] == "AttentionConvolution"
    assert len(set(kinds.values())) == 4


def test_pretraining_tags_fine_tunes_and_is_not_repeated(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = in_this_process(monkeypatch, pretraining)
    tiny = f"data.crop=64 data.workers=0 {CPU} +trainer.limit_val_batches=1"
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
    monkeypatch.setattr(meme_cleaning, "COMMON", f"{meme_cleaning.COMMON} data.workers=0 {CPU}")
    arguments = ["--art", str(drawn), "--memes", str(drawn), "--steps", "2", "--templates", "8", "--threads", "1",
                 "--limit", "1", "--out", str(tmp_path)]  # fmt: skip
    for _ in range(2):  # the second time nothing is left to do
        result = CliRunner().invoke(meme_cleaning.main, arguments)
        assert result.exit_code == 0, result.output
        assert [command.split()[0] for command in commands] == [
            "textrm.importers.captioned", "textrm.train", *["textrm.evaluate"] * 2,
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


def test_between_two_finders_lie_the_averages_of_their_weights(tmp_path: Path) -> None:
    once, coarse = finding.START, finding.START.with_name("find.float.onnx")
    image, prior = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3), dtype=np.uint8)
    for share, whose, given in ((1, once, None), (0, coarse, prior[..., 0])):
        out = tmp_path / f"{share}.onnx"
        result = CliRunner().invoke(average.main, [str(once), str(coarse), str(out), "--share", str(share)])
        assert result.exit_code == 0, result.output
        expected = SegmentationModel(whose, threads=1)(image, given)
        assert np.abs(SegmentationModel(out, threads=1)(image, prior[..., 0]) - expected).max() < 1e-5
    one, other = (onnx.load(path).graph.initializer for path in (tmp_path / "1.onnx", tmp_path / "0.onnx"))
    assert CliRunner().invoke(average.main, [str(once), str(coarse), str(tmp_path / "half.onnx")]).exit_code == 0
    halves = {entry.name: numpy_helper.to_array(entry) for entry in onnx.load(tmp_path / "half.onnx").graph.initializer}
    for first, second in zip(one, other, strict=True):
        middle = (numpy_helper.to_array(first) + numpy_helper.to_array(second)) / 2
        assert halves[first.name] == pytest.approx(middle, abs=1e-6)
    refused = CliRunner().invoke(average.main, [str(coarse), str(finding.START.with_name("inpaint.float.onnx")), "x"])
    assert refused.exit_code == 1
    assert "give float files of the same net" in refused.output


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("a/m.csv:train", ("a/m.csv", "train", 1.0)),
        ("a/m.csv:val:0.5", ("a/m.csv", "val", 0.5)),
        ("C:/a.csv:val:6", ("C:/a.csv", "val", 6.0)),
    ],
)
def test_sets_of_a_verifier_have_shares(text: str, entry: tuple[str, str, float]) -> None:
    assert verify._entry(text) == entry


def test_what_features_say_twice_becomes_one_verifier(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit_features, "STEPS", 500)
    torch.manual_seed(0)
    net = WordVerifier(PlainTrunk(6), 2, 5).eval()
    net.standardize.running_mean.uniform_(-1, 1)
    net.standardize.running_var.uniform_(0.5, 2)
    views, features = torch.rand(4, 2, 6, 64, 64) - 0.5, torch.randn(200, 5)
    truth = (features[:, 1] * features[:, 2] > 0).float()  # what no linear layer can tell
    with torch.no_grad():
        standard = net.standardize(features)
    members = fit_features.fit_features(standard, truth, torch.ones(200))
    with torch.no_grad():
        by_members = torch.stack([member(standard) for member in members]).mean(0)
        assert ((by_members > 0) == (truth > 0)).float().mean() > 0.9
        whole = fit_features.joined(net, members, 0.5)
        expected = (net(views, features[:4]) + by_members[:4]) / 2
        assert torch.allclose(whole(views, features[:4]), expected, atol=1e-5)


def test_sets_are_joined_by_the_places_of_their_files(drawn: Path, tmp_path: Path) -> None:
    found = read_manifest(material.joined(tmp_path / "joined.csv", [drawn, drawn.parent]))
    one = [row for row in read_manifest(drawn).rows if row.split == "train"]
    assert [row.id for row in found.rows] == [f"{number}_{row.id}" for number in (0, 1) for row in one]
    for row, again in zip(one, found.rows, strict=False):
        assert Path(again.image).samefile(drawn.parent / row.image)
        assert (again.group, again.source) == (row.group, row.source)


def test_the_recipe_of_the_finder_runs_from_drawings_to_weights_and_is_not_repeated(
    drawn: Path, exported_once: ExportedOnce, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = in_this_process(monkeypatch, finding)
    monkeypatch.setattr(graph, "export", exported_once)  # float and int8 weights are of one net, both times
    monkeypatch.setattr(material, "PAGES", "size=96 sheet=false workers=1")
    monkeypatch.setattr(fit, "BATCH", 8)
    monkeypatch.setattr(fit_features, "STEPS", 20)
    monkeypatch.setattr(finding, "INT8", "int8=true crop=64 crops=4 force=true")
    monkeypatch.setattr(finding, "LEGS", tuple(leg._replace(steps=4) for leg in (finding.LEGS[2], finding.LEGS[-1])))
    lists, disc = tmp_path / "lists", np.zeros((160, 160, 4), np.uint8)
    lists.mkdir()
    cv2.circle(disc, (80, 80), 60, (30, 60, 200, 255), -1)
    cv2.imwrite(str(lists / "disc.png"), disc)
    cv2.imwrite(str(lists / "photo.png"), np.random.default_rng(0).integers(0, 255, (120, 160, 3), np.uint8))
    for name, file in (
        ("drawings", "disc.png"),
        ("further_drawings", "disc.png"),
        ("stamps", "disc.png"),
        ("photos", lists / "photo.png"),
    ):
        (lists / f"{name}.csv").write_text(f"file\n{file}\n")
    small = ("data.crop=512 data.batch_size=1 data.workers=0 data.samples_per_epoch=4 threads=1 "
             f"{CPU} +trainer.limit_val_batches=1 trainer.check_val_every_n_epoch=1 "
             "callbacks.progress=null")  # fmt: skip
    arguments = ["--comics", str(drawn), "--clip-art", str(lists), "--stamps", str(lists), "--lists", str(lists),
                 "--out", str(tmp_path / "out"), "--scale", "0.001", "--options", small]  # fmt: skip
    result = CliRunner().invoke(finding.main, arguments)
    assert result.exit_code == 0, result.output
    legs = [command for command in commands if command.startswith("textrm.train")]
    assert f"weights={finding.START}" in legs[0]
    assert f"bare.manifest={tmp_path / 'out' / 'bare1.csv'}" in legs[1]
    averages = [command for command in commands if command.startswith("experiments.finding.average")]
    assert [command.split()[1:3] for command in averages] == [
        [str(finding.START), str(tmp_path / "out" / f"leg{number}.onnx")] for number in (1, 2)
    ]
    assert f"weights={tmp_path / 'out' / 'leg1_averaged.onnx'}" in legs[1]
    model = SegmentationModel(tmp_path / "out" / "find.onnx", threads=1)
    assert (model.looks, model.threshold) == (4, 0.4)
    assert model.metadata["verifier"] == as_text((tmp_path / "out" / "verifier.int8.onnx").read_bytes())
    before = len(commands)
    assert CliRunner().invoke(finding.main, arguments).exit_code == 0
    assert [command.split()[0] for command in commands[before:]] == ["textrm.export"] * 2
