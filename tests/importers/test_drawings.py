"""Pages set from drawings: what is read, what is written, what is refused."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from textrm.data.manifest import load_sample, read_manifest
from textrm.data.masks import mask_of_drawn_pair
from textrm.errors import UserError
from textrm.importers.drawings import main, read_drawing

pytestmark = pytest.mark.slow


def write_drawing(path: Path, colour: tuple[int, int, int] = (200, 30, 60)) -> Path:
    """A disc on a transparent ground, 120 x 80 with a margin."""
    picture = np.zeros((120, 160, 4), np.uint8)
    cv2.ellipse(picture, (80, 60), (50, 40), 0, 0, 360, (*colour[::-1], 255), -1)
    cv2.imwrite(str(path), picture)
    return path


def test_pages_hold_the_drawings_and_no_lettering(tmp_path: Path) -> None:
    folder = tmp_path / "drawings"
    folder.mkdir()
    write_drawing(folder / "disc.png")
    done = CliRunner().invoke(main, [str(folder), str(tmp_path / "out"), "--n", "4", "--workers", "1", "--source", "s"])
    assert done.exit_code == 0, done.output
    manifest = read_manifest(tmp_path / "out" / "manifest.csv")
    assert len(manifest.rows) == 4
    for row in manifest.rows:
        sample = load_sample(manifest, row)
        assert sample.clean is not None
        assert np.array_equal(sample.image, sample.clean)
        assert sample.masked
        assert not sample.mask.any()
        assert row.source == "s"
    colour = np.array((200, 30, 60))
    shown = [np.abs(load_sample(manifest, row).image.astype(int) - colour).max(2) < 3 for row in manifest.rows]
    assert sum(page.mean() > 0.005 for page in shown) >= 3


def test_the_same_seed_gives_the_same_pages_whatever_the_workers(tmp_path: Path) -> None:
    folder = tmp_path / "drawings"
    folder.mkdir()
    write_drawing(folder / "disc.png")
    for workers in ("1", "2"):
        CliRunner().invoke(main, [str(folder), str(tmp_path / workers), "--n", "3", "--workers", workers])
    for name in ("000000", "000001", "000002"):
        one, two = ((tmp_path / workers / "image" / f"{name}.png").read_bytes() for workers in ("1", "2"))
        assert one == two


def test_a_drawing_is_cut_to_what_it_shows(tmp_path: Path) -> None:
    drawing = read_drawing(write_drawing(tmp_path / "disc.png"))
    assert drawing.shape == (81, 101, 4)
    assert tuple(drawing[40, 50]) == (200, 30, 60, 255)


def test_of_a_damaged_drawing_libraries_print_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = write_drawing(tmp_path / "disc.png")
    whole = path.read_bytes()
    for damaged in (whole[:-30], whole[:60] + bytes(40) + whole[100:]):
        path.write_bytes(damaged)
        with pytest.raises(UserError, match="expected a drawing with an alpha channel"):
            read_drawing(path)
    assert capfd.readouterr() == ("", "")  # OpenCV 5.0.0.93: "libpng error: IDAT: incorrect data check"


def test_drawings_stand_before_large_effects_which_they_hide(tmp_path: Path) -> None:
    folder = tmp_path / "drawings"
    folder.mkdir()
    write_drawing(folder / "disc.png")
    given = [str(folder), str(tmp_path / "out"), "--n", "8", "--workers", "1", "--effects", "1"]
    done = CliRunner().invoke(main, given)
    assert done.exit_code == 0, done.output
    manifest = read_manifest(tmp_path / "out" / "manifest.csv")
    samples = [load_sample(manifest, row) for row in manifest.rows]
    lettered = [sample for sample in samples if sample.mask.any()]
    assert len(lettered) >= 5
    discs = 0
    for sample in lettered:
        assert sample.clean is not None
        assert np.array_equal(sample.mask != 0, mask_of_drawn_pair(sample.image, sample.clean) != 0)
        disc = (np.abs(sample.clean.astype(int) - (200, 30, 60)).max(2) < 2).astype(np.uint8)
        disc = cv2.erode(disc, np.ones((5, 5), np.uint8)) != 0
        assert np.array_equal(sample.image[disc], sample.clean[disc])  # the disc is in front
        discs += int(disc.any())
    assert discs >= 3


@pytest.mark.parametrize("channels", [0, 1, 3])
def test_what_has_no_alpha_is_reported_and_the_rest_is_done(tmp_path: Path, channels: int) -> None:
    folder = tmp_path / "drawings"
    folder.mkdir()
    write_drawing(folder / "disc.png")
    opaque = folder / "opaque.png"
    cv2.imwrite(str(opaque), np.zeros((40, 40, channels or 4), np.uint8))  # four channels that show nothing
    with pytest.raises(UserError, match="shows nothing" if not channels else "alpha channel"):
        read_drawing(opaque)
    done = CliRunner().invoke(main, [str(folder), str(tmp_path / "out"), "--n", "6", "--workers", "1"])
    assert done.exit_code == 1
    assert "opaque.png" in done.output
    assert len(read_manifest(tmp_path / "out" / "manifest.csv").rows) == 6


def test_bad_folders_end_in_one_line(tmp_path: Path) -> None:
    for folder, expected in ((tmp_path / "none", "no such folder"), (tmp_path, "has no drawing")):
        done = CliRunner().invoke(main, [str(folder), str(tmp_path / "out")])
        assert done.exit_code == 1
        assert expected in done.output
        assert "Traceback" not in done.output


def test_small_things_in_rows_are_no_lettering(tmp_path: Path) -> None:
    folder = tmp_path / "drawings"
    folder.mkdir()
    write_drawing(folder / "disc.png")
    for share in ("0", "1"):
        done = CliRunner().invoke(
            main, [str(folder), str(tmp_path / share), "--n", "4", "--workers", "1", "--rows", share]
        )
        assert done.exit_code == 0, done.output
    with_rows, without = (read_manifest(tmp_path / share / "manifest.csv") for share in ("1", "0"))
    for row in with_rows.rows:
        assert not load_sample(with_rows, row).mask.any()
    changed = [np.abs(load_sample(with_rows, one).image.astype(int) - load_sample(without, other).image).max() > 30
               for one, other in zip(with_rows.rows, without.rows, strict=True)
               if one.width == other.width]  # fmt: skip
    assert any(changed)
