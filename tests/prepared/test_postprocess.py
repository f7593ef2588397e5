"""What was cleaned goes back into the originals."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from infer_command import files, make_book
from infer_command import run as run_infer
from PIL import Image
from prepared_set import clean, noise, prepare, restore, whiten

from textrm.data.manifest import Row, read_manifest, write_manifest
from textrm.pictures.read import read
from textrm.prepared.restore import changes


def test_the_three_commands_in_a_row(model_file: Path, tmp_path: Path) -> None:
    book = make_book(tmp_path / "book")
    wide = np.full((96, 81), 65535, np.uint16)
    wide[20:30, 20:60] = 77
    cv2.imwrite(str(book / "two/4.tif"), wide)
    exif = Image.Exif()
    exif[0x010E] = "a page"
    Image.open(book / "2.jpg").save(book / "two/5.jpg", quality=90, dpi=(300, 300), exif=exif)
    assert prepare(book, tmp_path / "set", "--size", 128).exit_code == 0
    assert run_infer(model_file, tmp_path / "set/image", "-o", tmp_path / "clean", "--mask").exit_code == 0
    result = restore(tmp_path / "set", tmp_path / "clean", tmp_path / "out")
    assert (result.exit_code, result.output) == (0, "5 pictures restored\n")
    assert files(tmp_path / "out") == files(book)
    for name in files(book):
        with Image.open(book / name) as before, Image.open(tmp_path / "out" / name) as after:
            assert (after.size, after.mode, after.format) == (before.size, before.mode, before.format)
            assert after.info.get("dpi") == before.info.get("dpi")
            assert after.getexif().get(0x010E) == before.getexif().get(0x010E)
        restored = read(tmp_path / "out" / name).image
        assert restored.min() > (240 if name.endswith("jpg") else 254), name
    assert cv2.imread(str(tmp_path / "out/two/4.tif"), cv2.IMREAD_UNCHANGED).dtype == np.uint16


@pytest.mark.parametrize("kind", ["RGB", "L", "16 bits"])
def test_what_is_painted_comes_back_as_it_was_painted(kind: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    source, painted = tmp_path / "in/a.png", noise(16, 20, seed=5)
    if kind == "16 bits":
        before = np.random.default_rng(0).integers(0, 65536, (40, 60, 3), dtype=np.uint16)
        cv2.imwrite(str(source), before[..., ::-1])
    else:
        before = noise(40, 60) if kind == "RGB" else noise(40, 60, 1)[..., 0]
        Image.fromarray(before).save(source)
    if kind == "L":
        painted[:] = painted[..., :1]
    prepare(tmp_path / "in", tmp_path / "set", "--size", 64)

    def paint(pixels: np.ndarray) -> None:
        pixels[12 + 8 : 12 + 24, 2 + 30 : 2 + 50] = painted
        pixels[:12] = 77  # the padding may be painted as one likes

    clean(tmp_path / "set", tmp_path / "clean", paint)
    assert restore(tmp_path / "set", tmp_path / "clean", tmp_path / "out").exit_code == 0
    after = cv2.imread(str(tmp_path / "out/a.png"), cv2.IMREAD_UNCHANGED)
    expected = before.copy()
    expected[8:24, 30:50] = {"RGB": painted, "L": painted[..., 0], "16 bits": painted.astype(np.uint16) * 257}[kind]
    same = before[8:24, 30:50] == expected[8:24, 30:50]
    assert same.mean() < 0.1
    if kind == "16 bits":  # where what is shown did not change, the finer value stays
        stays = (read(source).image[8:24, 30:50] == painted).all(2)
        expected[8:24, 30:50][stays] = before[8:24, 30:50][stays]
    assert np.array_equal(after[..., ::-1] if after.ndim == 3 else after, expected)


def test_a_scaled_change_takes_the_cleaned_picture_with_a_soft_edge(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    before = noise(400, 400) // 4 + 90
    Image.fromarray(before).save(tmp_path / "in/a.png")
    prepare(tmp_path / "in", tmp_path / "set", "--size", 100)

    def paint(pixels: np.ndarray) -> None:
        pixels[40:60, 30:70] = (20, 30, 40)

    clean(tmp_path / "set", tmp_path / "clean", paint)
    assert restore(tmp_path / "set", tmp_path / "clean", tmp_path / "out").exit_code == 0
    after = read(tmp_path / "out/a.png").image
    assert (after[168:232, 128:272] == (20, 30, 40)).all()  # the cubic filter reaches 2 pixels of the canvas, 8 here
    outside = np.ones((400, 400), bool)
    outside[154:246, 114:286] = False
    assert np.array_equal(after[outside], before[outside])
    # Beside the box the grain is that of the canvas first, then more and more that of the original.
    grain = [after[176:224, x].std() / before[176:224, x].std() for x in range(280, 288)]
    assert grain[0] < 0.6 < 0.8 < grain[5]
    assert grain[6] == grain[7] == 1


@pytest.mark.parametrize("suffix", [".jpg", ".webp"])
def test_lossy_cleaned_pictures(tmp_path: Path, suffix: str) -> None:
    y, x = np.mgrid[:300, :400]
    before = np.stack([x / 2, y / 2, (x + y) / 4], 2).astype(np.uint8)
    before[100:140, 100:110] = 255  # a letter
    (tmp_path / "in").mkdir()
    Image.fromarray(before).save(tmp_path / "in/a.png")
    prepare(tmp_path / "in", tmp_path / "set", "--size", 0, "--multiple", 4)

    def paint(pixels: np.ndarray) -> None:
        pixels[100:140, 100:110] = pixels[100:140, 90:100]

    cleaned = clean(tmp_path / "set", tmp_path / "clean", paint, suffix)
    assert restore(tmp_path / "set", cleaned, tmp_path / "out").exit_code == 0
    after = read(tmp_path / "out/a.png").image
    assert after[100:140, 100:110].max() < 120
    after[98:142, 98:112] = before[98:142, 98:112]
    assert np.array_equal(after, before)
    restore(tmp_path / "set", cleaned, tmp_path / "all", "--tolerance", 0)
    assert (read(tmp_path / "all/a.png").image != before).any(2).mean() > 0.1


def test_what_counts_as_a_change() -> None:
    before = np.full((20, 30, 3), 100, np.uint8)
    after = before.copy()
    after[5, 5, 1] = 101
    assert np.argwhere(changes(before, after, 0)).tolist() == [[5, 5]]
    after[10:12, 20:22, 2] = 109
    assert not changes(before, after, 9).any()
    found = changes(before, after, 8)
    assert found[8:14, 18:24].all()
    assert found.sum() == 36
    after[15, 2:5] = 0  # a speck
    assert changes(before, after, 8).sum() == 36
    after[15, 5] = 0  # a stroke
    assert changes(before, after, 8).sum() == 36 + 5 * 8


def test_what_is_done_is_passed_over(tree: Path, tmp_path: Path) -> None:
    prepared, cleaned, out = tmp_path / "set", clean(tmp_path / "set", tmp_path / "clean", whiten), tmp_path / "out"
    assert restore(prepared, cleaned, out).output == "3 pictures restored\n"
    assert restore(prepared, cleaned, out, "--tolerance", 10).output == (
        "0 pictures restored, 3 were done already (--overwrite makes them anew, with the options given now)\n"
    )
    os.utime(cleaned / "1.png", ns=(2**62, 2**62))
    result = restore(prepared, cleaned, out)
    assert (result.exit_code, result.output.count("\n")) == (1, 2)
    assert "is there already, older than the cleaned picture; give --overwrite" in result.output
    assert restore(prepared, cleaned, out, "--overwrite").output == "3 pictures restored\n"
    # The user's own folder is not written over, for its pictures are older than the cleaned ones.
    for path in tree.rglob("*.*"):
        os.utime(path, ns=(0, 0))
    before = (tree / "1.png").read_bytes()
    assert restore(prepared, cleaned, tree).output.endswith("0 pictures restored, 3 failed\n")
    assert (tree / "1.png").read_bytes() == before


def test_a_set_can_be_moved(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "set").rename(tmp_path / "moved")
    for path in list(tree.rglob("*.*")):
        path.unlink()
    cleaned = clean(tmp_path / "moved", tmp_path / "clean", whiten)
    assert restore(tmp_path / "moved", cleaned, tmp_path / "out").exit_code == 0
    (row,) = (row for row in read_manifest(tmp_path / "moved/manifest.csv").rows if row.id == "1")
    x0, y0, _, _ = map(int, row.extra["box"].split(","))
    after, before = read(tmp_path / "out/1.png").image, noise(40, 60)
    before[: 300 - y0, : 300 - x0] = 255
    assert np.array_equal(after, before)


def test_notes_name_the_original(tmp_path: Path) -> None:
    (tmp_path / "in/two").mkdir(parents=True)
    Image.fromarray(noise(40, 60)).quantize(9).save(tmp_path / "in/two/a.gif")
    prepare(tmp_path / "in", tmp_path / "set", "--size", 64)
    cleaned = clean(tmp_path / "set", tmp_path / "clean", lambda pixels: pixels.fill(255))
    result = restore(tmp_path / "set", cleaned, tmp_path / "out")
    assert result.output.startswith("note: two/a.gif: filled with the nearest colours of its palette")


def test_pictures_of_a_manifest_are_named_by_their_ids(tree: Path, tmp_path: Path) -> None:
    write_manifest(tree / "manifest.csv", [Row("id7", "test", "memes", "2.jpg")])
    assert prepare(tree / "manifest.csv", tmp_path / "named").exit_code == 0
    assert restore(tmp_path / "named", tmp_path / "named/image", tmp_path / "out").exit_code == 0
    assert files(tmp_path / "out") == ["id7.jpg"]
    assert (tmp_path / "out/id7.jpg").read_bytes() == (tree / "2.jpg").read_bytes()
