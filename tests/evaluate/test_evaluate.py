"""Evaluation of a stand-in model on drawn pages whose figures can be computed by hand."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from evaluate_command import read, run
from onnx import TensorProto, helper
from PIL import Image

from textrm.data.manifest import BadRow, Row, load_sample, read_manifest, write_manifest
from textrm.errors import UserError
from textrm.evaluate.scoring import choose_rows, score_pages
from textrm.evaluate.sheet import FALSE, HIT, IGNORED, MISSED, disagreement
from textrm.evaluate.summary import summarise

pytestmark = pytest.mark.slow

SIDE = 96


def dark_is_lettering(path: Path, task: str = "segmentation") -> Path:
    """An ONNX segmenter whose probability is the darkness of the red channel."""
    nodes = [
        helper.make_node("Cast", ["image"], ["float"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["float"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("Slice", ["planes", "zero", "one", "channels"], ["red"]),
        helper.make_node("Div", ["red", "scale"], ["light"]),
        helper.make_node("Sub", ["unit", "light"], ["prob"]),
    ]
    constants = [
        helper.make_tensor("zero", TensorProto.INT64, [1], [0]),
        helper.make_tensor("one", TensorProto.INT64, [1], [1]),
        helper.make_tensor("channels", TensorProto.INT64, [1], [1]),
        helper.make_tensor("scale", TensorProto.FLOAT, [], [255.0]),
        helper.make_tensor("unit", TensorProto.FLOAT, [], [1.0]),
    ]
    graph = helper.make_graph(
        nodes, "dark",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, ["n", "h", "w", 3])],
        [helper.make_tensor_value_info("prob", TensorProto.FLOAT, ["n", 1, "h", "w"])],
        constants,
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    for key, value in {"task": task, "stride": "8", "version": "0", "run": "drawn", "threshold": "0.5"}.items():
        model.metadata_props.add(key=f"textrm.{key}", value=value)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Two white pages with a letter of 256 pixels; the second also has a dark square of 64 pixels that is art."""
    rows = []
    for id, style in (("plain", "bw"), ("art", "color")):
        clean = np.full((SIDE, SIDE, 3), 255, np.uint8)
        if id == "art":
            clean[80:88, 80:88] = 0
        mask = np.zeros((SIDE, SIDE), np.uint8)
        mask[16:32, 16:32] = 255
        image = np.where(mask[..., None] > 0, 0, clean).astype(np.uint8)
        for role, picture in (("image", image), ("clean", clean), ("mask", mask)):
            assert cv2.imwrite(str(tmp_path / f"{id}_{role}.png"), picture)
        names = {role: f"{id}_{role}.png" for role in ("image", "clean", "mask")}
        rows.append(Row(id, "val", id, **names, width=SIDE, height=SIDE, extra={"style": style}))
    write_manifest(tmp_path / "manifest.csv", rows)
    return tmp_path / "manifest.csv"


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return dark_is_lettering(tmp_path / "dark.onnx")


def test_the_command_writes_the_figures(
    manifest: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "report"
    assert run(monkeypatch, f"manifest={manifest}", f"model={model}", "by=style", f"out={out}", "sheet=1") == 0
    assert "F1 2px" in capsys.readouterr().out
    assert {path.suffix for path in tmp_path.iterdir()} == {".png", ".csv", ".onnx", ""}  # no log file beside them
    bw, color, both = read(out / "summary.csv")
    assert [line["part"] for line in (bw, color, both)] == ["bw", "color", "all"]
    assert [line["pages"] for line in (bw, color, both)] == ["1", "1", "2"]
    assert float(bw["F1"]) == float(bw["AP"]) == float(both["recall"]) == 1.0
    assert float(color["precision"]) == pytest.approx(256 / 320)
    assert float(both["AP"]) == float(both["precision"]) == pytest.approx(512 / 576)  # pooled, not the mean 0.9
    assert float(both["F1"]) == pytest.approx(1024 / 1088)
    assert float(both["left"]) == 0.0
    assert float(bw["psnr"]) == float(bw["psnr_near"]) == 60.0
    assert float(color["psnr"]) < 30.0  # the art was taken away
    assert float(color["leak"]) > float(bw["leak"]) == 0.0
    assert float(both["false_area"]) == pytest.approx(64 / SIDE**2 / 2)
    assert both["seconds"] == ""  # two pages are too few for a time
    assert both["small_recall"] == ""  # no word is that low
    assert [(line["words"], line["words_found"], line["half_erased"]) for line in (bw, both)] == [
        ("1", "1.0", "0.0"), ("2", "1.0", "0.0"),
    ]  # fmt: skip
    assert (both["leak_worst_page"], both["leak_worst"]) == ("art", color["leak"])
    assert (both["text_free"], both["touched_1"], both["kept_whole"]) == ("0", "", "")
    assert [line["id"] for line in read(out / "pages.csv")] == ["plain", "art"]
    assert not (out / "kinds.csv").exists()
    with Image.open(out / "sheet.png") as sheet:
        assert sheet.size == (480, 24 + SIDE + 8)  # one strip, the worst page
        panel = np.asarray(sheet.convert("RGB"))[24:, SIDE + 8 :]
    assert tuple(panel[84, 84]) == FALSE
    assert tuple(panel[20, 20]) == HIT


def test_a_text_free_set_is_measured_by_what_was_touched(
    manifest: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cv2.imwrite(str(tmp_path / "zero.png"), np.zeros((SIDE, SIDE), np.uint8))
    pictures = ("plain_clean.png", "art_clean.png", "art_clean.png")
    rows = [
        Row(f"{number}", "val", "g", name, name, "zero.png", source=name, tags="sign" if number else "")
        for number, name in enumerate(pictures)
    ]
    rows[2].extra["ignore_boxes"] = "0,0,96,86"  # type: ignore[index]  # leaves 8 x 2 px of the dark square
    write_manifest(tmp_path / "free.csv", rows)
    out = tmp_path / "report"
    arguments = (f"manifest={tmp_path / 'free.csv'}", f"model={model}", "by=source", f"out={out}", "sheet=1")
    assert run(monkeypatch, *arguments) == 0
    assert "–" in capsys.readouterr().out
    art, plain, whole = read(out / "summary.csv")
    assert (plain["text_free"], plain["false_area"], plain["touched_0.1"]) == ("1", "0.0", "0.0")
    areas = (64 / SIDE**2, 16 / (SIDE * 10))
    assert float(art["false_area"]) == pytest.approx(sum(areas) / 2)
    assert [float(art[f"touched_{share}"]) for share in ("0.1", "1", "5")] == [1.0, 0.5, 0.0]
    assert [float(whole[f"touched_{share}"]) for share in ("0.1", "1", "5")] == pytest.approx([2 / 3, 1 / 3, 0.0])
    assert (whole["leak_worst_page"], whole["recall"], whole["left"], whole["F1tol_page"]) == ("2", "", "", "")
    assert [line["id"] for line in read(out / "pages.csv")] == ["0", "1", "2"]
    assert [(line["kind"], line["words"]) for line in read(out / "kinds.csv")] == [("sign", "0")]


def test_rows_that_cannot_be_read_are_reported_and_the_rest_is_scored(
    manifest: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "plain_mask.png").write_bytes(b"")
    out = tmp_path / "report"
    assert run(monkeypatch, f"manifest={manifest}", f"model={model}", f"out={out}") == 1
    captured = capsys.readouterr()
    assert "not scored: plain:" in captured.out
    assert captured.err.strip().splitlines()[-1].startswith("error: 1 of 2 rows could not be read")
    assert [line["id"] for line in read(out / "pages.csv")] == ["art"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["manifest=nowhere.csv"], "nowhere.csv"),
        (["model=nowhere.onnx"], "nowhere.onnx"),
        (["run=nowhere"], "nowhere"),
        (["model=a.onnx", "run=b"], "both model and run"),
        (["split=test"], "split test has no picture with a mask"),
        (["by=colour"], "by=colour"),
        (["limit=0"], "limit is 0"),
        (["tresh=3"], "tresh"),
    ],
)
def test_mistakes_end_in_one_line(
    arguments: list[str],
    said: str,
    manifest: Path,
    model: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    given = {argument.split("=")[0] for argument in arguments}
    usual = [f"manifest={manifest}"] if "manifest" not in given else []
    usual += [f"model={model}"] if not given & {"model", "run"} else []
    assert run(monkeypatch, *usual, *arguments) == 1
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("error: ")
    assert said in lines[0]


def test_pages_without_a_clean_version_are_scored_by_pixels_only(manifest: Path) -> None:
    source = read_manifest(manifest)
    rows = [Row("plain", "val", "plain", "plain_image.png", mask="plain_mask.png")]
    (pages,) = score_pages(source, rows, {"red": lambda picture: (255 - picture[..., 0], picture)})
    assert not isinstance(pages, BadRow)
    page = pages["red"]
    assert page.line()["F1"] == 1.0
    assert np.isnan(page.line()["psnr"])
    assert np.isnan(summarise([page])[-1]["false_area"])


def test_a_limit_is_spread_over_the_split(manifest: Path) -> None:
    source = read_manifest(manifest)
    assert [row.id for row in choose_rows(source, "val", 1)] == ["plain"]
    rows = tuple(Row(str(n), "val", "g", "a.png", mask="m.png") for n in range(11))
    many = type(source)(rows, source.folder)
    assert [row.id for row in choose_rows(many, "val", 3)] == ["0", "5", "10"]
    with pytest.raises(UserError, match="splits that have some: val; give split="):
        choose_rows(many, "train")


def test_disagreement_colours(manifest: Path, tmp_path: Path) -> None:
    source = read_manifest(manifest)
    row = Row("art", "val", "art", "art_image.png", mask="art_mask.png", extra={"ignore_boxes": "0,0,4,4"})
    level = np.zeros((SIDE, SIDE), np.uint8)
    level[16:24, 16:32] = 255
    level[0:4, 0:8] = 255
    picture = disagreement(load_sample(source, row), level)
    spots = ((20, 20), (28, 20), (2, 6), (2, 2), (60, 60))
    assert [tuple(picture[spot]) for spot in spots] == [HIT, MISSED, FALSE, IGNORED, (255, 255, 255)]
