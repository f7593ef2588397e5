"""Pages are cleaned, and written as it was wished."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from infer_command import files, run
from PIL import Image
from standin_model import lettered_page, verifier, write_look

from textrm.data.sample import KINDS
from textrm.page import SegmentAndFill
from textrm.page.files import clean_pages
from textrm.page.files.clean_file import Cleaned
from textrm.page.finding.features import FEATURES
from textrm.page.finding.verifier import as_text
from textrm.pictures.read import read


def test_a_folder_is_cleaned_and_keeps_its_tree(model_file: Path, book: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run(model_file, book, "-o", out)
    assert result.exit_code == 0
    assert "3 pages cleaned" in result.output
    assert files(out) == ["1.png", "2.jpg", "two/3.png"]
    assert (read(out / "1.png").image == 255).all()
    assert read(out / "2.jpg").image.min() > 240
    assert np.array_equal(read(book / "1.png").image, lettered_page())


def test_what_is_written_beside_a_page(model_file: Path, book: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run(model_file, book / "1.png", "-o", out, "--mask", "--prob", "--overlay", "--json").exit_code == 0
    assert files(out) == ["1.json", "1.mask.png", "1.overlay.png", "1.png", "1.prob.png"]
    mask, prob = (np.asarray(Image.open(out / f"1.{name}.png")) for name in ("mask", "prob"))
    assert mask.dtype == prob.dtype == np.uint8
    assert set(np.unique(mask)) == {0, 255}
    assert np.array_equal(mask > 0, prob > 127)
    overlay = np.asarray(Image.open(out / "1.overlay.png"))
    assert overlay.shape == (96, 80, 3)
    assert overlay[26, 20].tolist() == [0, 0, 0]  # the letters are still to be seen
    assert (overlay != lettered_page()).any()
    page = json.loads((out / "1.json").read_text())
    assert (page["page"], page["width"], page["height"], page["run"]) == ("1.png", 80, 96, "stand-in")
    (region,) = page["regions"]
    assert region["area"] == (mask > 0).sum()
    assert 0.5 < region["score"] <= 1
    x, y = np.array(region["polygon"]).T
    assert region["box"] == [x.min(), y.min(), x.max() + 1, y.max() + 1]


def test_doubtful_words_stay_and_are_listed(book: Path, tmp_path: Path) -> None:
    unsure = {"textrm.words": json.dumps([-0.4] + [0.0] * (FEATURES - 1))}  # 0.4 for every word
    model = write_look(tmp_path / "look.onnx", unsure)
    assert run(model, book / "1.png", "-o", tmp_path / "out", "--json").exit_code == 0
    assert np.array_equal(read(tmp_path / "out" / "1.png").image, lettered_page())
    page = json.loads((tmp_path / "out" / "1.json").read_text())
    assert page["format"] == 5
    assert page["regions"]
    assert {entry["doubtful"] for entry in page["regions"]} == {True}
    assert page["regions"][0]["score"] == pytest.approx(0.4013, abs=1e-4)
    assert page["regions"][0]["kind"] in KINDS
    assert {entry["kept"] for entry in page["regions"]} == {False}
    said = run(model, book / "1.png", "-o", tmp_path / "all", "--json", "--threshold", 0.2)
    assert "looks at a page once" not in said.output
    assert (read(tmp_path / "all" / "1.png").image == 255).all()
    page = json.loads((tmp_path / "all" / "1.json").read_text())
    assert [(entry["word"], entry["doubtful"]) for entry in page["regions"]] == [(1, False)]


def test_a_model_of_one_look_is_told_of(model_file: Path, book: Path, tmp_path: Path) -> None:
    assert "looks at a page once" in run(model_file, book / "1.png", "-o", tmp_path / "out").output


def test_a_model_without_a_verifier_is_told_of(book: Path, tmp_path: Path) -> None:
    plain = run(write_look(tmp_path / "plain.onnx"), book / "1.png", "-o", tmp_path / "out")
    assert f"note: {tmp_path / 'plain.onnx'} holds no verifier of words: the mean of its looks" in plain.output
    own = write_look(tmp_path / "own.onnx", {"textrm.verifier": as_text(verifier())})
    assert "holds no verifier" not in run(own, book / "1.png", "-o", tmp_path / "own").output


def test_options_are_passed_on(model_file: Path, book: Path, tmp_path: Path) -> None:
    seen = {}

    def spy(page_files: object, cleaning: SegmentAndFill, as_png: bool, max_pixels: int, write: object) -> Cleaned:
        options = {name: value for name, value in vars(cleaning).items() if name != "model"}
        seen.update(options, as_png=as_png, max_pixels=max_pixels)
        return Cleaned(["a note"], words=0, doubtful=0, lacks="")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clean_pages, "clean_file", spy)
        result = run(model_file, book / "1.png", "-o", tmp_path / "out", "--threshold", 0.4, "--low", 0.2,
                     "--grow", 3, "--min-area", 5, "--fill", "telea", "--tile", 256, "--format", "png",
                     "--max-pixels", 99, "--remove", "sign,note", "--keep", "note")  # fmt: skip
    assert seen == {"threshold": 0.4, "low": 0.2, "grow": 3, "min_area": 5, "fill": "telea", "tile": 256,
                    "inpainter": None, "as_png": True, "max_pixels": 99, "go": {"sign"}}  # fmt: skip
    assert "1.png: a note" in result.output


def test_another_inpainting_net(model_file: Path, inpainter_file: Path, book: Path, tmp_path: Path) -> None:
    ways = {
        name: run(model_file, book / "1.png", "-o", tmp_path / name, *options).exit_code
        for name, options in {
            "own": ("--fill", "network", "--fill-model", inpainter_file),
            "useless": ("--fill", "telea", "--fill-model", inpainter_file),
            "wrong": ("--fill-model", model_file),
        }.items()
    }
    assert ways == {"own": 0, "useless": 1, "wrong": 1}
    said = run(model_file, book / "1.png", "-o", tmp_path / "wrong", "--fill-model", model_file).output
    assert "is a model for segmentation; expected textrm.task = inpainting" in said


def test_png_gives_untouched_pixels_back(model_file: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    page = np.clip(lettered_page().astype(int) - rng.integers(0, 60, (96, 80, 3)), 0, 255).astype(np.uint8)
    Image.fromarray(page).save(tmp_path / "1.jpg", quality=70)
    out = tmp_path / "out"
    assert run(model_file, tmp_path / "1.jpg", "-o", out, "--format", "png", "--mask", "--grow", 0).exit_code == 0
    mask = np.asarray(Image.open(out / "1.mask.png")) > 0
    before, after = read(tmp_path / "1.jpg").image, read(out / "1.png").image
    assert np.array_equal(before[~mask], after[~mask])
    assert (before[mask] != after[mask]).any()


def test_the_next_run_goes_on(model_file: Path, book: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run(model_file, book / "1.png", "-o", out).exit_code == 0
    (out / "1.png").write_bytes(b"kept as it is")
    result = run(model_file, book, "-o", out)
    assert "2 pages cleaned, 1 were done already" in result.output
    assert (out / "1.png").read_bytes() == b"kept as it is"
    result = run(model_file, book, "-o", out, "--overwrite")
    assert "3 pages cleaned" in result.output
    assert (read(out / "1.png").image == 255).all()


def test_pages_are_replaced_only_when_it_is_wished(model_file: Path, book: Path) -> None:
    before = (book / "1.png").read_bytes()
    result = run(model_file, book, "-o", book)
    assert result.exit_code == 1
    assert "give --overwrite" in result.output
    assert (book / "1.png").read_bytes() == before
    assert run(model_file, book, "-o", book, "--overwrite").exit_code == 0
    assert (read(book / "1.png").image == 255).all()


@pytest.mark.parametrize("arguments", [["--threshold", "2"], ["--fill", "magic"], ["--tile", "128"], ["--colour"]])
def test_wrong_options_are_named(model_file: Path, book: Path, tmp_path: Path, arguments: list[str]) -> None:
    result = run(model_file, book, "-o", tmp_path / "out", *arguments)
    assert result.exit_code == 2
    assert arguments[0] in result.output
