from __future__ import annotations

import errno
import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from textrm.data.manifest import Row, load_sample, read_manifest, write_manifest
from textrm.data.synthetic import SyntheticDataset
from textrm.data.word_polygons import read_words
from textrm.errors import UserError
from textrm.synth import __main__ as synth_command
from textrm.synth.faces.library import find_fonts
from textrm.synth.letter_art import crop_art, letter_art
from textrm.synth.pages import draw_page
from textrm.synth.write import write_set


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_files_do_not_depend_on_the_number_of_workers(tmp_path: Path) -> None:
    for workers in (1, 2):
        write_set(tmp_path / str(workers), 4, size=96, seed=9, workers=workers)
    one, two = files_of(tmp_path / "1"), files_of(tmp_path / "2")
    assert one == two
    assert len(one) == 4 * 4 + 3  # the manifest, the labels, the sheet


def test_the_manifest_reads_back_as_the_pages(tmp_path: Path) -> None:
    manifest = read_manifest(write_set(tmp_path, 3, size=(96, 128), seed=2, workers=1, split=(0, 0, 1), sheet=False))
    assert [row.split for row in manifest.rows] == ["test"] * 3
    for index, row in enumerate(manifest.rows):
        page = draw_page(2, index, find_fonts(), size=(96, 128))
        read = load_sample(manifest, row)
        np.testing.assert_array_equal(read.image, page.image)
        np.testing.assert_array_equal(read.mask, page.mask)
        assert page.clean is not None
        np.testing.assert_array_equal(read.clean, page.clean)
        assert read.tags == page.tags
        assert (row.width, row.height, row.group) == (128, 96, "synth-2-0")
        words = json.loads((tmp_path / row.extra["words"]).read_text())
        assert len(words) == len(page.words)
        for word, polygon, kind in zip(words, page.words, page.kinds, strict=True):
            np.testing.assert_allclose(word["polygon"], polygon, atol=0.01)
            assert word["kind"] == kind
        for word, polygon in zip(read_words(manifest, row)[0], page.words, strict=True):
            np.testing.assert_allclose(word, polygon, atol=0.01)
    assert not (tmp_path / "sheet.png").exists()
    families = {face.family for face in find_fonts().faces}
    for row in manifest.rows:
        faces = row.extra["faces"].split(";")
        assert set(faces) <= families
        assert faces == sorted(set(faces))
    found = {tag for row in manifest.rows for tag in row.tags.split()}
    assert (tmp_path / "labels.txt").read_text().split("\n") == [*sorted(found), ""]


def test_given_art_is_lettered(tmp_path: Path) -> None:
    art = np.random.default_rng(0).integers(60, 190, (200, 180, 3)).astype(np.uint8)
    cv2.imwrite(str(tmp_path / "clean.png"), art)
    row = {"image": "clean.png", "clean": "clean.png", "mask": "clean.png"}
    write_manifest(
        tmp_path / "art.csv",
        [
            Row("a", "train", "book", licence="CC0", **row),
            Row("b", "val", "other", **row),
            Row("c", "train", "painted", extra={"lettering_in_art": "true"}, **{**row, "clean": "absent.png"}),
        ],
    )
    path = write_set(tmp_path / "out", 3, size=96, seed=1, workers=1, art=tmp_path / "art.csv", tags=False)
    for row_out in read_manifest(path).rows:
        assert (row_out.group, row_out.licence, row_out.tags) == ("book", "CC0", "")
    assert not path.with_name("labels.txt").exists()
    with pytest.raises(UserError, match="no text-free picture"):
        write_set(tmp_path / "out", 1, size=96, workers=1, art=tmp_path / "art.csv", art_split="test")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 0}, "n=0"),
        ({"size": (32, 512)}, "64 to 4096"),
        ({"size": (512,)}, "height and width"),
        ({"color": 1.5}, "color=1.5"),
        ({"workers": -1}, "workers=-1"),
        ({"split": (1, 0)}, "three shares"),
    ],
)
def test_wrong_values_end_in_one_line(tmp_path: Path, arguments: dict[str, object], message: str) -> None:
    with pytest.raises(UserError, match=message) as error:
        write_set(tmp_path / "out", **{"n": 1, "size": 64, "workers": 1, **arguments})  # type: ignore[arg-type]
    assert "\n" not in str(error.value)
    assert not (tmp_path / "out").exists()


def test_an_unwritable_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot make this folder"):
        write_set(tmp_path / "file" / "out", 1, size=64, workers=1)


@pytest.mark.slow
def test_the_command_writes_pages_and_a_sheet(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "textrm.synth", f"out={tmp_path / 'pages'}", "n=2", "size=64", "workers=1",
               "fonts=[packages,system]"]  # fmt: skip
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert len(read_manifest(tmp_path / "pages" / "manifest.csv").rows) == 2
    sheet = cv2.imread(str(tmp_path / "pages" / "sheet.png"))
    assert sheet is not None
    assert sheet.shape[1] > 6 * 64
    result = subprocess.run([*command, "colour=1"], capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "did you mean color?" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_manifest_of_other_pictures_is_not_replaced(tmp_path: Path) -> None:
    write_manifest(tmp_path / "manifest.csv", [Row("a", "train", "book", image="a.png")])
    before = (tmp_path / "manifest.csv").read_bytes()
    with pytest.raises(UserError, match=r"manifest.csv was not written by this command"):
        write_set(tmp_path, 1, size=96, workers=1)
    assert (tmp_path / "manifest.csv").read_bytes() == before
    for _ in range(2):  # its own set may be made anew
        write_set(tmp_path / "out", 1, size=96, workers=1, sheet=False)


def test_art_that_no_word_finds_room_on_becomes_a_drawn_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cv2.imwrite(str(tmp_path / "clean.png"), np.full((120, 120, 3), 90, np.uint8))
    write_manifest(tmp_path / "art.csv", [Row("a", "train", "book", image="clean.png", clean="clean.png")])
    monkeypatch.setattr("textrm.synth.letter_art.ATTEMPTS", 0)
    path = write_set(tmp_path / "out", 2, size=96, seed=1, workers=1, art=tmp_path / "art.csv", sheet=False)
    assert [(row.id, row.source) for row in read_manifest(path).rows] == [
        (f"synth-1-{index}", "textrm.synth") for index in range(2)
    ]
    data = SyntheticDataset(
        2, 96, lambda sample, _: {"id": sample.id}, seed=1, art=tmp_path / "art.csv", art_fraction=1.0
    )
    assert data.item(0)["id"] == "synth-1-0"


def test_a_set_letters_the_pages_that_training_letters(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    for name in ("a", "b"):
        cv2.imwrite(str(tmp_path / f"{name}.png"), rng.integers(60, 190, (120, 130, 3)).astype(np.uint8))
    write_manifest(tmp_path / "art.csv", [Row(name, "train", name, image=f"{name}.png") for name in ("a", "b")])
    wanted = {"seed": 5, "art": tmp_path / "art.csv", "art_fraction": 0.5}
    path = write_set(tmp_path / "out", 12, size=96, workers=1, sheet=False, pristine=1.0, color=1.0, **wanted)
    manifest = read_manifest(path)
    rows = {row.id: row for row in manifest.rows}
    data = SyntheticDataset(12, 96, lambda sample, _: {"id": sample.id}, **wanted)
    ids = [data.item(index)["id"] for index in range(12)]
    lettered = {index: id[0] for index, id in enumerate(ids) if not id.startswith("synth")}
    assert set(lettered.values()) == {"a", "b"}
    assert set(rows) == {f"{'art' if index in lettered else 'synth'}-5-{index}" for index in range(12)}
    for index, name in lettered.items():  # to the pixel what follows from seed and number, whoever decides
        row = rows[f"art-5-{index}"]
        assert row.group == name
        rng = np.random.default_rng([5, index, 1])
        assert rng.random() < 0.5
        assert "ab"[int(rng.integers(2))] == name
        art = cv2.cvtColor(cv2.imread(str(tmp_path / f"{name}.png")), cv2.COLOR_BGR2RGB)
        page = letter_art(rng, crop_art(rng, art, 96, 96), find_fonts(), monochrome=0.0, empty=0.08, pristine=1.0)
        np.testing.assert_array_equal(load_sample(manifest, row).image, page.image)


def test_a_full_disk_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(synth_command, "write_set", full)
    monkeypatch.setattr(sys, "argv", ["synth", "out=new"])
    with pytest.raises(SystemExit) as stopped:
        synth_command.main()
    assert stopped.value.code == 1
    assert capsys.readouterr().err == (
        "error: the disk is full: make room, then give the same command again, for a training with ckpt_path=last\n"
    )
