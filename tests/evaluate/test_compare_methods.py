"""Several ways of cleaning the same drawn pages, in one table; models are stand-ins."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
import yaml
from evaluate_command import read, run
from PIL import Image
from standin_model import write_cleaner, write_inpainter, write_model

from textrm.data.manifest import Row, write_manifest
from textrm.evaluate import page_methods as scoring_methods
from textrm.evaluate.sheet import FALSE, HIT

pytestmark = pytest.mark.slow

SIDE = 96


@pytest.fixture
def memes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Five pages in two styles with a black letter of 16 x 16 pixels; on the last there is dark art far from it."""
    monkeypatch.chdir(tmp_path)
    rows = []
    for number in range(5):
        clean = np.full((SIDE, SIDE, 3), 255 - number, np.uint8)
        if number == 4:
            clean[80:88, 80:88] = 0
        mask = np.zeros((SIDE, SIDE), np.uint8)
        mask[16:32, 16:32] = 255
        image = np.where(mask[..., None] > 0, 0, clean).astype(np.uint8)
        names = {role: f"{number}_{role}.png" for role in ("image", "clean", "mask")}
        for name, picture in zip(names.values(), (image, clean, mask), strict=True):
            assert cv2.imwrite(str(tmp_path / name), picture)
        style = {"style": "art" if number == 4 else "plain"}
        rows.append(Row(str(number), "val", "g", **names, width=SIDE, height=SIDE, extra=style))
    write_manifest(tmp_path / "manifest.csv", rows)
    return tmp_path / "manifest.csv"


@pytest.fixture
def released(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand-ins for the released weights."""
    folder = tmp_path / "weights"
    folder.mkdir()
    write_model(folder / "find.onnx")
    write_inpainter(folder / "inpaint.onnx")
    write_cleaner(folder / "clean.onnx")
    monkeypatch.setattr("textrm.page.models.cleaner.CleaningModel.released", folder / "clean.onnx")
    monkeypatch.setattr("textrm.page.models.segmenter.SegmentationModel.released", folder / "find.onnx")
    monkeypatch.setattr("textrm.page.models.inpainter.InpaintingModel.released", folder / "inpaint.onnx")
    return folder


def test_all_methods_are_measured_in_one_table(
    memes: Path, released: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing = write_cleaner(memes.with_name("clean.onnx"), {"textrm.keep": "0.999999"})
    segmenter = write_model(memes.with_name("mine.onnx"))
    names = ("segment+fill", "segment+white", "end-to-end", nothing, segmenter)
    out = memes.with_name("report")
    given = f"methods=[{','.join(map(str, names))}]"
    assert run(monkeypatch, "threads=1", f"manifest={memes}", given, "by=style", f"out={out}", "sheet=1") == 0
    shown = capsys.readouterr().out
    labels = ["segment+fill", "segment+white", "end-to-end", "clean.onnx", "mine.onnx"]
    for word in (*labels, "change", "s/page"):
        assert word in shown
    summary = read(out / "summary.csv")
    assert [line["method"] for line in summary] == [label for label in labels for _ in range(3)]
    assert [line["part"] for line in summary] == ["art", "plain", "all"] * 5
    whole = {line["method"]: line for line in summary if line["part"] == "all"}
    assert whole["segment+fill"]["pages"] == "5"
    assert all(float(line["seconds"]) > 0 for line in whole.values())  # five pages are enough for a time
    assert whole["mine.onnx"]["psnr"] == whole["segment+fill"]["psnr"]  # fill=auto, and the same stand-in
    assert float(whole["segment+fill"]["psnr"]) > float(whole["segment+white"]["psnr"])  # paper is not all white
    assert float(whole["clean.onnx"]["left"]) == 1.0  # a blend that is never enough changes nothing
    assert float(whole["clean.onnx"]["change"]) == 0.0
    assert float(whole["end-to-end"]["left"]) == 0.0  # on flat ground nothing of the stand-in's soft edges stays
    assert float(whole["end-to-end"]["AP"]) == float(whole["segment+fill"]["AP"])  # the blend is the probability
    art, plain, both = (float(line["change"]) for line in summary if line["method"] == "segment+white")
    assert plain == 0.0
    assert both == pytest.approx(art / 5)
    assert art > 64 * 255 / SIDE**2  # all the art turned white, of the far pixels only
    pages = read(out / "pages.csv")
    assert [line["method"] for line in pages] == [label for label in labels for _ in range(5)]
    assert [line["id"] for line in pages[:5]] == list("01234")
    with Image.open(out / "sheet.png") as sheet:
        step = SIDE + 8
        assert sheet.size == (12 * step - 8, 24 + SIDE + 8)  # lettered, five times found and result, truth; one page
        panels = [np.asarray(sheet.convert("RGB"))[24 : 24 + SIDE, n * step : n * step + SIDE] for n in range(12)]
    results = [panels[n] for n in (0, 2, 4, 6, 8, 10, 11)]
    assert [int(panel[24, 24, 0]) for panel in results] == [0, 251, 255, 251, 0, 251, 251]
    assert [int(panel[84, 84, 0]) for panel in results] == [0, 251, 255, 251, 0, 251, 0]  # the worst page is the art
    assert [tuple(panels[n][24, 24]) for n in (1, 3, 5, 9)] == [HIT] * 4
    assert [tuple(panels[n][84, 84]) for n in (1, 3, 5, 9)] == [FALSE] * 4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["methods=[]"], "expected a list"),
        (["methods=segment+fill"], "expected a list"),
        (["methods=[segment+fill,segment+fill]"], "methods names segment+fill twice"),
        (["methods=[segment+magic]"], "segment+magic is no way of cleaning; expected segment+fill, segment+auto"),
        (["methods=[nowhere.onnx]"], "there is no nowhere.onnx; expected run folders, ONNX files, end-to-end"),
        (["methods=[.]"], "is not a finished run"),
        (["methods=[weights/inpaint.onnx]"], "is a model for inpainting; expected textrm.task = segmentation"),
        (["methods=[end-to-end]", "model=a.onnx"], "model is given beside methods"),
        (["fill=telea", "fill_model=a.onnx"], "fill_model is given, but fill=telea uses no net"),
        (["methods=[end-to-end]", "fills=[telea]"], "methods is given beside fills"),
        (["methods=[end-to-end]", "taggers=[a]"], "methods is given beside taggers"),
        (
            ["fills=[run]"],
            "run is a run for segmentation; expected inpainting: measure it with textrm.evaluate run=RUN",
        ),
        (["taggers=[run]"], "run is a run for segmentation; expected tagging"),
    ],
)
def test_comparisons_that_cannot_be_made_end_in_one_line(
    arguments: list[str],
    said: str,
    memes: Path,
    released: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    checkpoints = memes.with_name("run") / "checkpoints"
    checkpoints.mkdir(parents=True)
    net = {"_target_": "torch.nn.Conv2d", "in_channels": 3, "out_channels": 1, "kernel_size": 1}
    (checkpoints.parent / "resolved.yaml").write_text(yaml.safe_dump({"net": net, "task": {}}))
    state = {"net.weight": torch.zeros(1, 3, 1, 1), "net.bias": torch.zeros(1)}
    torch.save({"state_dict": state}, checkpoints / "best.ckpt")
    assert run(monkeypatch, "threads=1", f"manifest={memes}", *arguments) == 1
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("error: ")
    assert said in lines[0]


def test_a_single_cleaning_model_and_rows_that_cannot_be_read(
    memes: Path, released: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    memes.with_name("1_mask.png").write_bytes(b"")
    memes.with_name("0_clean.png").unlink()
    for given, folder in (("model=weights/clean.onnx", "one"), ("methods=[end-to-end,segment+white]", "two")):
        assert run(monkeypatch, "threads=1", f"manifest={memes}", given, f"out={folder}", "sheet=9") == 1
        captured = capsys.readouterr()
        assert "not scored: 1:" in captured.out
        assert captured.err.strip().splitlines()[-1].startswith("error: 2 of 5 rows could not be read")
        assert Path(folder, "sheet.png").is_file()
    (alone,), (beside, _) = read(Path("one/summary.csv")), read(Path("two/summary.csv"))
    assert (alone.pop("method"), beside.pop("method")) == ("clean.onnx", "end-to-end")
    assert beside["AP"] == alone["AP"]  # the blend is the probability of either
    assert float(alone["left"]) == 60 / 256  # a file's net alone; the stand-in leaves the outermost pixels
    assert float(beside["left"]) == 0.0  # the released way takes the colour of flat ground
    assert alone["pages"] == "3"


@pytest.mark.parametrize(
    ("given", "listed"),
    [
        (["model=weights/clean.onnx"], "methods=[weights/clean.onnx]"),
        ([], "methods=[segment+fill]"),
        (["fill=white"], "methods=[segment+white]"),
    ],
)
def test_one_model_is_a_list_of_one(
    given: list[str], listed: str, memes: Path, released: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(monkeypatch, "threads=1", f"manifest={memes}", *given, "limit=2", "out=one") == 0
    assert run(monkeypatch, "threads=1", f"manifest={memes}", listed, "limit=2", "out=list") == 0
    assert sorted(path.name for path in Path("one").iterdir()) == ["pages.csv", "sheet.png", "summary.csv"]
    assert Path("one/summary.csv").read_bytes() == Path("list/summary.csv").read_bytes()
    assert Path("one/sheet.png").read_bytes() == Path("list/sheet.png").read_bytes()
    for alone, beside in zip(read(Path("one/pages.csv")), read(Path("list/pages.csv")), strict=True):
        assert alone | {"seconds": ""} == beside | {"seconds": ""}


def test_runs_of_one_name_are_told_apart(released: Path) -> None:
    same = [str(released.parent / folder / "last.onnx") for folder in "ab"]
    for name in same:
        Path(name).parent.mkdir()
        write_cleaner(Path(name))
    assert list(scoring_methods.named_methods(same)) == ["last.onnx", same[1]]
