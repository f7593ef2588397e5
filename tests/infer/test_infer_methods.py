"""``textrm.infer --method``: the same command with one net from the lettered page to the clean one."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from infer_command import files, run
from PIL import Image
from standin_model import lettered_page

from textrm.pictures.read import read

END_TO_END = ("--method", "end-to-end")


def test_a_folder_is_cleaned_end_to_end_and_the_next_run_goes_on(
    cleaner_file: Path, book: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    result = run(cleaner_file, book, "-o", out, *END_TO_END)
    assert result.exit_code == 0
    assert "3 pages cleaned" in result.output
    assert files(out) == ["1.png", "2.jpg", "two/3.png"]
    assert read(out / "1.png").image[22:30, 18:22].min() > 250
    assert np.array_equal(read(book / "1.png").image, lettered_page())
    (out / "1.png").unlink()
    assert "1 page cleaned, 2 were done already" in run(cleaner_file, book, "-o", out, *END_TO_END).output


def test_what_is_written_beside_a_page_that_was_drawn(cleaner_file: Path, book: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    extras = ("--mask", "--prob", "--overlay", "--json", "--threshold", 0.8)
    assert run(cleaner_file, book / "1.png", "-o", out, *END_TO_END, *extras).exit_code == 0
    assert files(out) == ["1.json", "1.mask.png", "1.overlay.png", "1.png", "1.prob.png"]
    mask, prob = (np.asarray(Image.open(out / f"1.{name}.png")) for name in ("mask", "prob"))
    assert np.array_equal(mask, np.where(prob > 204, 255, 0))
    assert 0 < (mask > 0).sum() < (prob > 127).sum()
    changed = (read(out / "1.png").image != lettered_page()).any(2)
    assert (prob[changed] >= 8).all()  # 255 / 32
    overlay = np.asarray(Image.open(out / "1.overlay.png"))
    assert overlay[26, 20].tolist() == [0, 0, 0]  # the letters are still to be seen
    page = json.loads((out / "1.json").read_text())
    assert (page["threshold"], page["run"], page["page"]) == (0.8, "stand-in", "1.png")
    assert sum(region["area"] for region in page["regions"]) == (mask > 0).sum()


def test_the_threshold_decides_what_is_shown_and_not_what_is_drawn(
    cleaner_file: Path, book: Path, tmp_path: Path
) -> None:
    shown = {}
    for threshold in (0.2, 0.9):
        out = tmp_path / str(threshold)
        run(cleaner_file, book / "1.png", "-o", out, *END_TO_END, "--mask", "--threshold", threshold)
        shown[threshold] = np.asarray(Image.open(out / "1.mask.png")) > 0
    assert 0 < shown[0.9].sum() < shown[0.2].sum()
    assert (tmp_path / "0.2" / "1.png").read_bytes() == (tmp_path / "0.9" / "1.png").read_bytes()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_keeps_its_kind_and_all_pixels_without_lettering(
    cleaner_file: Path, tmp_path: Path, mode: str
) -> None:
    picture = Image.fromarray(lettered_page(70, 61))
    source = tmp_path / "page.png"
    converted = picture.quantize(16) if mode == "P" else picture.convert("L").convert(mode)
    if mode == "I;16":
        converted = Image.fromarray(np.asarray(converted) * np.uint16(257))
    if mode in ("LA", "RGBA"):
        converted.putalpha(Image.fromarray(np.tile(np.arange(61, dtype=np.uint8) + 190, (70, 1))))
    converted.save(source)
    assert run(cleaner_file, source, "-o", tmp_path / "out", *END_TO_END, "--prob").exit_code == 0
    prob = np.asarray(Image.open(tmp_path / "out" / "page.prob.png"))
    with Image.open(source) as before, Image.open(tmp_path / "out" / "page.png") as after:
        assert (after.mode, after.size) == (before.mode, before.size)
        old, new = np.asarray(before), np.asarray(after)
    assert 0.5 < (prob < 8).mean() < 1
    assert np.array_equal(old[prob < 8], new[prob < 8])
    assert (old != new)[22:30, 18:22].reshape(32, -1).any(1).all()
    if mode in ("LA", "RGBA"):
        assert np.array_equal(old[..., -1], new[..., -1])


def test_a_jpeg_as_png_gives_pixels_without_lettering_back(cleaner_file: Path, tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 60, (45, 77, 3), dtype=np.uint8)
    Image.fromarray(lettered_page(45, 77) // 2 + noise).save(tmp_path / "1.jpg", quality=70)
    assert (
        run(cleaner_file, tmp_path / "1.jpg", "-o", tmp_path, *END_TO_END, "--format", "png", "--prob").exit_code == 0
    )
    before, after = read(tmp_path / "1.jpg").image, read(tmp_path / "1.png").image
    kept = cv2.imread(str(tmp_path / "1.prob.png"), cv2.IMREAD_GRAYSCALE) < 7
    assert 0.3 < kept.mean() < 0.99
    assert np.array_equal(before[kept], after[kept])
    assert (before != after).any()


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--fill", "auto"), "--fill"),
        (("--low", 0.2), "--low"),
        (("--grow", 0), "--grow"),
        (("--fill-model", "net.onnx"), "--fill-model"),
        (("--grow", 3, "--fill", "white"), "--fill, --grow"),
    ],
)
def test_options_of_the_other_method_are_refused(
    cleaner_file: Path, book: Path, tmp_path: Path, options: tuple[object, ...], named: str
) -> None:
    result = run(cleaner_file, book, "-o", tmp_path / "out", *END_TO_END, *options)
    assert result.exit_code == 1
    (line,) = result.output.splitlines()
    assert line.startswith(f"error: {named}: of no use with --method end-to-end")
    assert not (tmp_path / "out").exists()


def test_a_model_of_the_other_method_is_told(model_file: Path, cleaner_file: Path, book: Path, tmp_path: Path) -> None:
    for model, method, words in (
        (cleaner_file, "segment+fill", "it is for textrm.infer --method end-to-end --model FILE"),
        (model_file, "end-to-end", "it is for textrm.infer --model FILE (--method segment+fill)"),
    ):
        result = run(model, book, "-o", tmp_path / "out", "--method", method)
        assert result.exit_code == 1
        (line,) = result.output.splitlines()
        assert words in line
    assert not (tmp_path / "out").exists()


def test_tiles_too_small_for_the_net_and_unknown_methods(cleaner_file: Path, book: Path, tmp_path: Path) -> None:
    result = run(cleaner_file, book, "-o", tmp_path / "out", *END_TO_END, "--tile", 130)
    assert result.exit_code == 1
    assert "tile is 130 pixels; expected at least 136 with this model" in result.output
    assert run(cleaner_file, book, "-o", tmp_path / "out", "--method", "magic").exit_code == 2
