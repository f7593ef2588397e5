"""The command that letters text-free pictures: its files, splits, captions, and pictures it cannot use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from imgflip_dataset import save, scene
from PIL import Image

from textrm.data.manifest import Row, load_sample, read_manifest, write_manifest
from textrm.importers.backgrounds import share_out
from textrm.importers.captioned import main
from textrm.synth.faces.files import in_packages

# Ctrl-C as a terminal sends it, to all processes, while the first workers are being started
STOPPED = """
import os, signal, threading
from concurrent.futures import ProcessPoolExecutor
from textrm.importers.captioned import main
submit = ProcessPoolExecutor.submit
def stop_soon(*given):
    ProcessPoolExecutor.submit = submit
    threading.Timer(0.05, os.killpg, (0, signal.SIGINT)).start()
    return submit(*given)
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background ignores it
    ProcessPoolExecutor.submit = stop_soon
    main()
"""


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    """Five pictures, two of them in a sub-folder."""
    for i in range(5):
        save(tmp_path / "art" / ("more" if i > 2 else "") / f"photo{i}.png", scene(i, 320, 400))
    return tmp_path / "art"


def run(pictures: Path, out: Path, *options: str) -> Result:
    return CliRunner().invoke(main, [str(pictures), str(out), "--workers", "1", *options], env={"COLUMNS": "400"})


def test_every_picture_is_lettered_as_often_as_asked(photographs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run(photographs, out, "--n", "12", "--size", "340", "--empty", "0", "--worn", "0", "--split", "0.6,0.4,0",
                 "--source", "us", "--licence", "CC0")  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "12 memes of 5 groups" in result.output
    assert "0 without lettering" in result.output
    manifest = read_manifest(out / "manifest.csv")
    groups = [row.group for row in manifest.rows]
    assert sorted(groups.count(group) for group in set(groups)) == [2, 2, 2, 3, 3]
    assert "more/photo4" in groups
    assert len({(row.group, row.split) for row in manifest.rows}) == 5
    assert {row.split for row in manifest.rows} == {"train", "val"}
    for row in manifest.rows:
        sample = load_sample(manifest, row)
        assert (row.source, row.licence) == ("us", "CC0")
        assert row.extra["style"]
        assert row.extra["font"]
        assert sample.clean is not None
        assert sample.mask.any()
        apart = np.abs(sample.image.astype(int) - sample.clean).max(2)
        assert apart[sample.mask > 0].mean() > 40 > 10 > apart[sample.mask == 0].mean()


def test_the_files_do_not_depend_on_the_number_of_workers(photographs: Path, tmp_path: Path) -> None:
    contents = []
    for out, options in (("a", ["--workers", "1"]), ("b", ["--workers", "2"]), ("c", ["--seed", "5"])):
        assert run(photographs, tmp_path / out, "--n", "4", *options).exit_code == 0
        files = sorted(path for path in (tmp_path / out).rglob("*") if path.is_file())
        contents.append({str(path.relative_to(tmp_path / out)): path.read_bytes() for path in files})
    assert contents[0] == contents[1] != contents[2]


def test_captions_come_from_the_file_and_bad_ones_are_counted(photographs: Path, tmp_path: Path) -> None:
    captions = tmp_path / "captions.txt"
    captions.write_text("smile \U0001f642\n", encoding="utf-8")
    result = run(photographs, tmp_path / "out", "--captions", str(captions), "--empty", "0", "--jpeg", "0")
    assert result.exit_code == 0
    assert "captions refused: 5" in result.output
    assert "5 without lettering" in result.output
    manifest = read_manifest(tmp_path / "out" / "manifest.csv")
    for row in manifest.rows:
        sample = load_sample(manifest, row)
        assert sample.clean is not None
        assert not sample.mask.any()
        assert row.extra["style"] == ""
        np.testing.assert_array_equal(sample.image, sample.clean)
    captions.write_text("top words | bottom words")
    assert run(photographs, tmp_path / "out", "--captions", str(captions), "--empty", "0").exit_code == 0
    manifest = read_manifest(tmp_path / "out" / "manifest.csv")
    assert all(load_sample(manifest, row).mask.any() for row in manifest.rows)


def test_a_share_stays_without_lettering(photographs: Path, tmp_path: Path) -> None:
    assert run(photographs, tmp_path / "out", "--empty", "1").exit_code == 0
    assert {row.extra["style"] for row in read_manifest(tmp_path / "out" / "manifest.csv").rows} == {""}


def test_a_manifest_keeps_groups_splits_and_sources(photographs: Path, tmp_path: Path) -> None:
    rows = [
        Row("a", "val", "book", "photo0.png", source="x", licence="CC BY"),
        Row("b", "train", "other", "photo1.png", "photo2.png", "photo1.png"),
        Row("c", "train", "other", "photo1.png", mask="photo1.png"),
        Row("d", "train", "noisy", "more/photo3.png", extra={"lettering_in_art": "true"}),
    ]
    write_manifest(photographs / "manifest.csv", rows)
    out = tmp_path / "out"
    assert run(photographs / "manifest.csv", out, "--n", "4").exit_code == 0
    made = read_manifest(out / "manifest.csv").rows
    assert sorted((row.id[0], row.split, row.group, row.source, row.licence) for row in made) == [
        ("a", "val", "book", "x", "CC BY"), ("a", "val", "book", "x", "CC BY"),
        ("b", "train", "other", "", ""), ("b", "train", "other", "", ""),
    ]  # fmt: skip


def test_unusable_pictures_are_told_and_the_rest_is_done(photographs: Path, tmp_path: Path) -> None:
    (photographs / "photo0.png").write_bytes(b"no picture")
    save(photographs / "photo1.png", scene(0, 40, 400))
    result = run(photographs, tmp_path / "out")
    assert result.exit_code == 1
    assert "pictures left out: 2" in result.output
    assert "photo0.png: not a picture" in result.output
    assert "is 400x40, needs 64 px a side" in result.output
    assert "2 of 5 memes could not be made" in result.output
    assert len(read_manifest(tmp_path / "out" / "manifest.csv").rows) == 3


def test_of_a_gif_the_first_frame_is_lettered(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (120, 100), color) for color in ((200, 10, 10), (10, 200, 10))]
    (tmp_path / "art").mkdir()
    frames[0].save(tmp_path / "art" / "moving.gif", save_all=True, append_images=frames[1:])
    assert run(tmp_path / "art", tmp_path / "out", "--worn", "0", "--empty", "1").exit_code == 0
    manifest = read_manifest(tmp_path / "out" / "manifest.csv")
    clean = load_sample(manifest, manifest.rows[0]).clean
    assert clean is not None
    assert np.abs(clean.astype(int) - (200, 10, 10)).max() < 3


def test_fonts_in_italics_alone_are_used(photographs: Path, tmp_path: Path) -> None:
    (italic,) = (path for path in in_packages() if "Italic" in path)
    assert run(photographs, tmp_path / "out", "--n", "1", "--empty", "0", "--fonts", italic).exit_code == 0
    (row,) = read_manifest(tmp_path / "out" / "manifest.csv").rows
    assert row.extra["font"] == Path(italic).stem


def test_what_is_no_source_of_pictures_is_refused(photographs: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    rows = [Row("a", "train", "g", "art/photo0.png", mask="art/photo0.png")]
    write_manifest(tmp_path / "manifest.csv", rows)
    (tmp_path / "notes.txt").write_text("some words\n")
    for pictures, out, told in (
        (tmp_path / "nothing", "out", "no such folder or manifest"),
        (tmp_path / "empty", "out", "has no picture"),
        (tmp_path / "manifest.csv", "out", "has no text-free picture"),
        (tmp_path / "notes.txt", "out", "notes.txt: is no manifest; expected a folder of pictures or a manifest.csv\n"),
        (photographs, "art/out", "choose an output folder outside of it"),
    ):
        result = run(pictures, tmp_path / out)
        assert result.exit_code == 1
        assert told in result.output
        assert not (tmp_path / out).exists()


def test_ctrl_c_leaves_no_manifest(photographs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("textrm.importers.captioned.make_memes", stop)
    result = run(photographs, tmp_path / "out")
    assert result.exit_code == 130
    assert "stopped; no manifest was written" in result.output
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_ctrl_c_ends_workers_that_are_just_starting_without_a_word(photographs: Path, tmp_path: Path) -> None:
    """The pool's threads and the workers, which Ctrl-C reaches too, print nothing, and nothing goes on."""
    command = [sys.executable, "-c", STOPPED, str(photographs), str(tmp_path / "out"), "--workers", "2", "--n", "40"]
    done = subprocess.run(command, capture_output=True, text=True, start_new_session=True)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "stopped; no manifest was written\n")


def test_help_has_a_short_name() -> None:
    result = CliRunner().invoke(main, ["-h"])
    assert result.exit_code == 0
    assert "PICTURES OUT" in result.output


def test_memes_are_shared_out_evenly_and_few_follow_the_seed() -> None:
    pictures = [(f"/{i}.png", Row(str(i), "train", str(i), "x")) for i in range(7)]
    tasks = share_out(pictures, 17, seed=0)
    assert sorted(number for task in tasks for number in task.numbers) == list(range(17))
    assert {len(task.numbers) for task in tasks} == {2, 3}
    few = [{task.picture for task in share_out(pictures, 3, seed)} for seed in (0, 0, 1)]
    assert len(few[0]) == 3
    assert few[0] == few[1] != few[2]
