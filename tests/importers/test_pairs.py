"""The command: from two folders to a manifest, and what it says about the files it could not use."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image
from tiny_sets import Fake, Save

from textrm.data.manifest import load_sample, read_manifest
from textrm.importers.pairs import main

EXACT = ("--threshold", "0.1", "--close", "0", "--grow", "0")


def run(folder: Path, *options: str) -> Result:
    arguments = [str(folder / "raw"), str(folder / "clean"), str(folder / "out"), *options]
    return CliRunner().invoke(main, arguments, env={"COLUMNS": "400"})


def test_pairs_become_a_manifest_with_their_masks(folders: Path, fake_page: Fake) -> None:
    result = run(folders, *EXACT, "--source", "us", "--licence", "CC0")
    assert result.exit_code == 0, result.output
    manifest = read_manifest(folders / "out" / "manifest.csv")
    assert [row.id for row in manifest.rows] == ["work0__0", "work0__1", "work1__2", "work1__3"]
    assert [row.group for row in manifest.rows] == ["work0", "work0", "work1", "work1"]
    assert {(row.width, row.height, row.source, row.licence) for row in manifest.rows} == {(96, 96, "us", "CC0")}
    assert manifest.rows[0].image == "../raw/work0/0.png"
    assert manifest.rows[0].clean == "../clean/work0/0.bmp"
    for i, row in enumerate(manifest.rows):
        sample = load_sample(manifest, row)
        image, clean, mask = fake_page(i, 96, 96)
        # Lettering that is hardly darker than its ground may be missed, nothing else may be found.
        np.testing.assert_array_equal(sample.mask, mask & (np.abs(image.astype(int) - clean).max(axis=2) > 25))
        assert sample.mask.sum() > 0.95 * mask.sum()
    for work in ("work0", "work1"):
        assert len({row.split for row in manifest.rows if row.group == work}) == 1


def test_pictures_of_other_formats(folders: Path, fake_page: Fake) -> None:
    for i, suffix in enumerate(("jp2", "avif", "ppm")):
        (folders / "clean" / f"work{i // 2}" / f"{i}.bmp").unlink()
        Image.fromarray(fake_page(i, 96, 96)[1]).save(folders / "clean" / f"work{i // 2}" / f"{i}.{suffix}")
    result = run(folders, *EXACT)
    assert result.exit_code == 0, result.output
    manifest = read_manifest(folders / "out" / "manifest.csv")
    assert [Path(row.clean).name for row in manifest.rows] == ["0.jp2", "1.avif", "2.ppm", "3.bmp"]
    assert np.array_equal(load_sample(manifest, manifest.rows[0]).clean, fake_page(0, 96, 96)[1])


def test_a_second_run_gives_the_same_and_leaves_no_rubbish(folders: Path) -> None:
    def contents() -> dict[str, bytes]:
        return {
            str(p.relative_to(folders)): p.read_bytes() for p in sorted((folders / "out").rglob("*")) if p.is_file()
        }

    run(folders)
    first = contents()
    assert run(folders).exit_code == 0
    assert contents() == first
    assert set(first) == {"out/manifest.csv", *(f"out/mask/work{i // 2}/{i}.png" for i in range(4))}


def test_bad_files_are_told_and_the_rest_is_done(folders: Path, fake_page: Fake, save: Save) -> None:
    (folders / "raw" / "work0" / "0.png").write_bytes(b"not a picture")
    (folders / "clean" / "work0" / "1.bmp").unlink()
    save(folders / "clean" / "work1" / "9.png", fake_page(9)[1])
    save(folders / "raw" / "work1" / "3.jpg", fake_page(3, 96, 96)[0])
    result = run(folders)
    assert result.exit_code == 1
    assert [row.id for row in read_manifest(folders / "out" / "manifest.csv").rows] == ["work1__2"]
    for name, reason in (
        ("raw/work0/0.png", "not a picture"),
        ("raw/work0/1.png", "no file of this name in"),
        ("clean/work1/9.png", "no lettered picture of this name"),
        ("raw/work1/3.jpg", "3.png has the same name"),
    ):
        line = next(line for line in result.output.splitlines() if name in line)
        assert reason in line


def test_shifted_pairs_are_registered_and_written(folders: Path, fake_page: Fake, save: Save) -> None:
    rng = np.random.default_rng(0)
    art = cv2.resize(rng.integers(0, 255, (40, 40, 3), np.uint8), (200, 200), interpolation=cv2.INTER_CUBIC)
    raw = art.copy()
    raw[80:90, 60:120] = 255 - raw[80:90, 60:120] // 8
    save(folders / "raw" / "work0" / "0.png", raw)
    save(folders / "clean" / "work0" / "0.bmp", np.roll(art, (-2, 3), axis=(0, 1)))
    result = run(folders)
    assert result.exit_code == 0, result.output
    assert "shifted by (-3, +2) px" in result.output
    manifest = read_manifest(folders / "out" / "manifest.csv")
    assert manifest.rows[0].clean == "clean/work0/0.png"
    sample = load_sample(manifest, manifest.rows[0])
    np.testing.assert_array_equal(sample.clean[4:-4, 4:-4], art[4:-4, 4:-4])
    assert run(folders, "--max-shift", "2").exit_code == 1


def test_nearly_empty_and_nearly_full_masks_are_left_out(folders: Path, fake_page: Fake, save: Save) -> None:
    clean = fake_page(0, 96, 96)[1]
    save(folders / "raw" / "work0" / "0.png", clean)
    flat = np.full((96, 96, 3), 255, np.uint8)
    save(folders / "clean" / "work0" / "1.bmp", flat)
    save(folders / "raw" / "work0" / "1.png", np.where(np.arange(96)[:, None, None] < 70, np.uint8(0), flat))
    result = run(folders, "--max-residual", "1")
    assert result.exit_code == 1
    assert "the mask is nearly empty (0.000%)" in result.output
    assert "the mask covers 7" in result.output
    kept = run(folders, "--max-residual", "1", "--keep-empty")
    assert "nearly empty" not in kept.output
    manifest = read_manifest(folders / "out" / "manifest.csv")
    assert [row.id for row in manifest.rows] == ["work0__0", "work1__2", "work1__3"]
    assert load_sample(manifest, manifest.rows[0]).mask.sum() == 0


def test_copies_make_the_set_stand_alone(folders: Path) -> None:
    assert run(folders, "--copy").exit_code == 0
    manifest = read_manifest(folders / "out" / "manifest.csv")
    assert manifest.rows[3].image == "image/work1/3.png"
    assert manifest.rows[3].clean == "clean/work1/3.bmp"
    assert (folders / "out" / "image/work1/3.png").read_bytes() == (folders / "raw/work1/3.png").read_bytes()


@pytest.mark.parametrize(
    ("rule", "groups"),
    [
        ("folder", {"work0", "work1"}),
        ("prefix", {"0", "1", "2", "3"}),
        (r"work(\d)", {"0", "1"}),
        (r"\d$", set("0123")),
    ],
)
def test_groups_come_from_folder_prefix_or_expression(folders: Path, rule: str, groups: set[str]) -> None:
    run(folders, "--group-by", rule)
    assert {row.group for row in read_manifest(folders / "out" / "manifest.csv").rows} == groups


def test_a_single_group_goes_to_train_with_a_hint(folders: Path) -> None:
    result = run(folders, "--group-by", "work")
    assert result.exit_code == 0
    assert "All pages are one group" in result.output
    assert {row.split for row in read_manifest(folders / "out" / "manifest.csv").rows} == {"train"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--group-by", "("), "expected folder, prefix or a regular expression"),
        (("--split", "1,2"), "expected shares of train, val and test"),
        (("--masks", "/nowhere"), "/nowhere: no such folder"),
        (("--threshold", "40"), "not in the range"),
    ],
)
def test_wrong_options_end_in_one_line(folders: Path, options: tuple[str, ...], message: str) -> None:
    result = run(folders, *options)
    assert result.exit_code != 0
    assert message in result.output
    assert "Traceback" not in result.output


def test_wrong_folders_end_in_one_line(folders: Path) -> None:
    def call(*arguments: object) -> str:
        result = CliRunner().invoke(main, [str(argument) for argument in arguments])
        assert result.exit_code == 1
        return result.output

    assert "lies in" in call(folders / "raw", folders / "clean", folders / "raw" / "out")
    assert "add --masks" in call(folders / "raw", "-", folders / "out")
    (folders / "none").mkdir()
    assert "has no picture" in call(folders / "none", folders / "clean", folders / "out")


def test_masks_of_real_pages_are_near_the_truth(tmp_path: Path, shared_data: Path) -> None:
    truth = read_manifest(shared_data / "comics" / "manifest.csv")
    rows = [row for row in truth.rows if row.split == "val"][::12]
    for row in rows:
        for role, name in (("raw", row.image), ("clean", row.clean)):
            (tmp_path / role).mkdir(exist_ok=True)
            (tmp_path / role / f"{row.id}.jpg").symlink_to(truth.folder / name)
    assert run(tmp_path, *EXACT, "--group-by", "prefix").exit_code == 0
    found = read_manifest(tmp_path / "out" / "manifest.csv")
    hits = misses = extra = 0
    for row, true_row in zip(found.rows, sorted(rows, key=lambda row: row.id), strict=True):
        mask, true = load_sample(found, row, clean=False).mask, load_sample(truth, true_row, clean=False).mask
        hits, misses, extra = hits + (mask & true).sum(), misses + (true > mask).sum(), extra + (mask > true).sum()
    assert len(rows) >= 2
    assert 2 * hits / (2 * hits + misses + extra) > 0.95


def test_what_to_do_about_an_empty_mask_helps(folders: Path, fake_page: Fake, save: Save) -> None:
    clean = fake_page(0, 96, 96)[1]
    save(folders / "clean" / "work0" / "0.bmp", np.full_like(clean, 200))
    faint = np.full_like(clean, 200)
    faint[30:40, 20:60] = 180
    save(folders / "raw" / "work0" / "0.png", faint)
    said = run(folders, *EXACT).output
    assert "the two pictures differ by 20 of 255 levels at most; give --threshold 0.077 to find that" in said
    assert "0.png" not in run(folders, "--threshold", "0.077", "--close", "0", "--grow", "0").output
    save(folders / "raw" / "work0" / "0.png", np.full_like(clean, 200))
    assert "the two pictures are the same; give --keep-empty" in run(folders, *EXACT).output
    for i in range(4):
        save(folders / "masks" / f"work{i // 2}" / f"{i}.png", fake_page(i, 96, 96)[2] * (i > 0))
    said = run(folders, "--masks", str(folders / "masks")).output
    assert "nearly empty (0.000%): give --keep-empty if the page has no lettering, or draw its mask again" in said
    assert "--threshold" not in said
    assert len(read_manifest(folders / "out" / "manifest.csv").rows) == 3  # 0 and 1 are read as 0 and 255
