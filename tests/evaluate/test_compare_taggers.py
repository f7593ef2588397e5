"""A tagger that was trained is exported, used without torch, and measured: the same figures everywhere."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from exported_once import ExportedOnce
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from standin_model import write_tagger
from task_contract import small

from textrm.data.manifest import load_sample, read_manifest
from textrm.errors import UserError
from textrm.evaluate import __main__ as evaluate
from textrm.evaluate.taggers import compare_taggers
from textrm.export import __main__ as export
from textrm.export import run as export_run
from textrm.page.letterbox import letterbox
from textrm.page.models.tagger import TaggingModel
from textrm.runs.config import CONFIG_FOLDER
from textrm.train import train

pytestmark = pytest.mark.slow

# Flat: exporting takes a time that grows with the number of layers.
SMALL = ("experiment=tag_attention", "data=tagged", "encoder@net.encoder=xception", "net.encoder.width=0.125",
         "net.encoder.middle_blocks=0", "net.encoder.exit_blocks=0", "net.channels=16", "net.hidden=16", "net.size=4",
         "trainer.max_epochs=1", "trainer.limit_val_batches=1.0")  # fmt: skip


@pytest.fixture(scope="module")
def run(drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tagger") / "run"
    train(small(drawn, folder, *SMALL), folder)
    return folder


def command(main: Callable[[], None], monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    monkeypatch.setattr(sys, "argv", ["command", *words])
    try:
        main()
    finally:
        GlobalHydra.instance().clear()


def test_the_exported_tagger_says_what_the_net_says(run: Path, drawn: Path, exported_once: ExportedOnce, tmp_path: Path,
                                                    monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    for module in (export, export_run):
        monkeypatch.setattr(module, "export", exported_once)
    command(export.main, monkeypatch, f"run={run}", f"out={tmp_path / 'tag.onnx'}")
    tagger = TaggingModel(tmp_path / "tag.onnx", threads=1)
    assert tagger.labels == tuple(drawn.with_name("labels.txt").read_text().split())
    assert (tagger.size, tagger.stride, tagger.run, tagger.threshold) == (64, 8, "run", 0.5)
    manifest = read_manifest(drawn)
    page = load_sample(manifest, manifest.rows[0]).image[:, :100]
    net, _ = export.load_run(run)
    square = torch.from_numpy(letterbox(page, 64)).permute(2, 0, 1)[None].float() / 255
    with torch.no_grad():
        looks = net(square)
    found = tagger(page)
    np.testing.assert_allclose(found.prob, looks.scores().sigmoid()[0], atol=1e-4)
    np.testing.assert_allclose(found.by_look, looks.logits.sigmoid()[0], atol=1e-4)
    assert found.boxes[0].tolist() == [0, 0, 100, 128]

    command(evaluate.main, monkeypatch, f"manifest={drawn}", f"taggers=[{tmp_path / 'tag.onnx'},{run}]", "threads=1",
            f"out={tmp_path / 'report'}")  # fmt: skip
    lines = list(csv.DictReader((tmp_path / "report" / "taggers.csv").open()))
    assert [line["tagger"] for line in lines] == [str(tmp_path / "tag.onnx"), str(run)]
    assert lines[0]["mAP"] == lines[1]["mAP"]
    validated = [line for line in csv.DictReader((run / "metrics.csv").open()) if line["val/mAP"]][-1]
    for name in ("mAP", "mAP_micro", "prior", "CP", "OF1"):  # the same pictures, by another way
        assert float(lines[1][name]) == pytest.approx(float(validated[f"val/{name}"]), abs=2e-3), name
    table = list(csv.DictReader((tmp_path / "report" / "tags.1.run.csv").open()))
    assert sorted(line["tag"] for line in table) == sorted(tagger.labels)


def test_a_tagger_is_not_quantised(run: Path, drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                   capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    with pytest.raises(SystemExit) as end:
        command(export.main, monkeypatch, f"run={run}", f"out={tmp_path / 'x.onnx'}", "int8=true", f"manifest={drawn}")
    assert end.value.code == 1
    assert "int8 and low are not for taggers" in capsys.readouterr().err
    assert not (tmp_path / "x.onnx").exists()


def test_what_cannot_be_compared_is_refused(run: Path, drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                            capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    write_tagger(tmp_path / "a.onnx", labels=("color", "monochrome"))
    write_tagger(tmp_path / "b.onnx", labels=("color", "unheard_of"))
    command(evaluate.main, monkeypatch, f"manifest={drawn}", f"taggers=[{tmp_path / 'a.onnx'}]", "threads=1")
    assert "2 tags on" in capsys.readouterr().out
    for words, message in (
        ([f"taggers=[{tmp_path / 'a.onnx'},{tmp_path / 'b.onnx'}]"], "which differ in monochrome, unheard_of"),
        (["taggers=[]"], "expected a list"),
        ([f"taggers=[{tmp_path / 'a.onnx'}]", "run=somewhere"], "run is given beside taggers"),
        ([f"taggers=[{tmp_path}]"], "is not a finished run"),
        ([f"run={run}"], "measure it with textrm.evaluate taggers="),
        ([f"fills=[{run}]"], "measure it with textrm.evaluate taggers="),
    ):
        with pytest.raises(SystemExit):
            command(evaluate.main, monkeypatch, f"manifest={drawn}", "threads=1", *words)
        assert message in capsys.readouterr().err


def test_pictures_with_tags_alone_are_scored(drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                             capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    rows = list(csv.DictReader(drawn.open()))
    for row in rows:
        row |= {"image": str(drawn.parent / row["image"]), "clean": "", "mask": "", "split": "val"}
    with (tmp_path / "manifest.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows(rows)
    write_tagger(tmp_path / "a.onnx", labels=("color", "monochrome"))
    command(evaluate.main, monkeypatch, f"manifest={tmp_path / 'manifest.csv'}", f"taggers=[{tmp_path / 'a.onnx'}]",
            "threads=1", f"out={tmp_path}")  # fmt: skip
    assert next(csv.DictReader((tmp_path / "taggers.csv").open()))["pictures"] == str(len(rows))
    assert "not scored" not in capsys.readouterr().out


def test_pictures_without_any_of_the_tags_are_refused(drawn: Path, tmp_path: Path) -> None:
    write_tagger(tmp_path / "c.onnx", labels=("unheard_of",))
    with initialize_config_dir(str(CONFIG_FOLDER), version_base="1.3"):
        config = compose("evaluate", [f"manifest={drawn}"])
    with pytest.raises(UserError, match="has any of the 1 tags"):
        compare_taggers(config, [str(tmp_path / "c.onnx")])
