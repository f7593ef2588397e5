"""The importer of ImgFlip575K: rendered pairs, splits by template, and everything that can be wrong with a copy."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from imgflip_dataset import TEMPLATES, meme, read_report, run, save, scene, write_dataset, write_json

from textrm.data.manifest import load_sample, read_manifest

Mistake = Callable[[Path], object]


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    return write_dataset(tmp_path / "copy")


def test_captions_are_rendered_on_their_templates(dataset: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run(dataset, out, ["--per-template", "3", "--worn", "0", "--styles", "outline=1"])
    assert result.exit_code == 0, result.output
    manifest = read_manifest(out / "manifest.csv")
    assert len(manifest.rows) == 12
    assert {row.group for row in manifest.rows} == set(TEMPLATES)
    for row in manifest.rows:
        assert (row.source, row.licence, row.tags) == ("ImgFlip575K", "unclear", "meme")
        seed = list(TEMPLATES).index(row.group)
        assert row.extra["template_id"] == str(1000 + seed)
        assert row.id.startswith(f"{row.group}_m{seed or ''}")
        assert (row.extra["made"], row.extra["style"], row.extra["out_of_domain"]) == ("rendered", "outline", "")
        sample = load_sample(manifest, row)
        assert sample.clean is not None
        assert sample.mask.mean() > 0.02
        if row.group == "Three-Birds":
            np.testing.assert_array_equal(sample.clean, scene(2))
        apart = np.abs(sample.image.astype(int) - sample.clean).max(2)
        assert apart[sample.mask > 0].mean() > 60 > 10 > apart[sample.mask == 0].mean()
    report = read_report(out)
    assert report["counts"] == {"templates": 4, "memes listed": 16, "memes rendered": 12}
    assert report["styles"] == {"outline": 12}
    assert not report["bad"]


def test_the_files_follow_from_the_seed_alone(dataset: Path, tmp_path: Path) -> None:
    contents = []
    for out, options in (("a", ["--workers", "1"]), ("b", ["--workers", "2"]), ("c", ["--seed", "9"])):
        assert run(dataset, tmp_path / out, ["--per-template", "1", *options]).exit_code == 0
        files = sorted(path for path in (tmp_path / out).rglob("*") if path.is_file())
        contents.append({path.relative_to(tmp_path / out): path.read_bytes() for path in files})
    assert contents[0] == contents[1] != contents[2]


def test_a_template_is_in_one_split_and_unseen_ones_are_test(dataset: Path, tmp_path: Path) -> None:
    names = tmp_path / "unseen.txt"
    names.write_text("Two-Cats\n\nFour-Fish\n")
    for chosen in ("Two-Cats,Four-Fish", str(names), "0.5"):
        out = tmp_path / "out"
        assert run(dataset, out, ["--out-of-domain", chosen, "--split", "0.5,0.5,0"]).exit_code == 0
        rows = read_manifest(out / "manifest.csv").rows
        unseen = {row.group for row in rows if row.extra["out_of_domain"] == "true"}
        assert len(unseen) == 2
        assert chosen == "0.5" or unseen == {"Two-Cats", "Four-Fish"}
        assert {row.group for row in rows if row.split == "test"} == unseen
        assert {row.split for row in rows if row.group not in unseen} == {"train", "val"}
        assert len({(row.group, row.split) for row in rows}) == 4
        assert read_report(out)["settings"]["out_of_domain"] == sorted(unseen)


def test_given_boxes_hold_the_captions(dataset: Path, tmp_path: Path) -> None:
    boxes = tmp_path / "boxes.json"
    write_json(boxes, {"One-Dog": [[0.0, 0.5, 0.5, 1.0], [0.5, 0.0, 1.0, 0.5]]})
    out = tmp_path / "out"
    styles = ["--styles", "outline=1,band=1", "--worn", "0"]
    assert run(dataset, out, ["--boxes", str(boxes), *styles]).exit_code == 0
    manifest = read_manifest(out / "manifest.csv")
    for row in (row for row in manifest.rows if row.group == "One-Dog"):
        mask = load_sample(manifest, row).mask
        assert mask[75:, :100].any()
        assert mask[:75, 100:].any()
        assert not mask[:75, :100].any()
        assert not mask[75:, 100:].any()


def test_captions_that_cannot_be_set_are_counted_and_others_take_their_place(dataset: Path, tmp_path: Path) -> None:
    memes = dataset / "dataset" / "memes"
    write_json(memes / "One-Dog.json", [meme(1, "fine"), meme(2, "\U0001f602", "fine"), meme(3, "\U0001f602"),
                                        meme(4), meme(5, "", " "), meme(6, "", "fine")])  # fmt: skip
    out = tmp_path / "out"
    result = run(dataset, out, ["--worn", "0"])
    assert result.exit_code == 0, result.output
    made = {row.id for row in read_manifest(out / "manifest.csv").rows if row.group == "One-Dog"}
    assert made == {"One-Dog_m1", "One-Dog_m2", "One-Dog_m6"}
    report = read_report(out)
    counts = report["counts"]
    assert counts["captions refused"] == 2
    assert counts["memes of which no caption could be set, skipped"] == 1
    assert counts["memes without a caption, skipped"] == 2
    assert counts["empty captions, skipped"] == 3
    assert all("has an emoji or a glyph that no face has" in line for line in report["captions_refused"])


@pytest.mark.parametrize(
    ("mistake", "told", "left"),
    [
        (lambda root: (root / "templates/img/One-Dog.jpg").unlink(), "no picture of this template", 3),
        (lambda root: (root / "templates/img/One-Dog.jpg").write_bytes(b"no"), "not a picture", 3),
        (lambda root: (root / "templates/One-Dog.json").write_text("{"), "no JSON that can be read", 4),
        (lambda root: (root / "templates/One-Dog.json").write_text("[]"), "expected a JSON object, got list", 4),
        (lambda root: (root / "memes/One-Dog.json").write_text('[{"boxes"'), "no JSON that can be read", 3),
        (lambda root: (root / "memes/One-Dog.json").write_text("{}"), "expected a JSON list of memes, got dict", 3),
        (
            lambda root: write_json(root / "memes/One-Dog.json", [{"boxes": [1]}, meme(1, "x")]),
            "meme 0: expected an",
            4,
        ),
        (lambda root: write_json(root / "memes/Nobody.json", []), "no template of this name", 4),
        (lambda root: (root / "memes/One-Dog.json").write_text(f"[{'1' * 5000}]"), "no JSON that can be read", 3),
        (
            lambda root: write_json(root / "templates/One-Dog.json", {"template_id": "\ud83d"}),
            "template_id is '\\ud83d', expected",
            4,
        ),
    ],
)
def test_a_bad_file_is_told_in_one_line_and_the_rest_is_done(
    dataset: Path, tmp_path: Path, mistake: Mistake, told: str, left: int
) -> None:
    mistake(dataset / "dataset")
    out = tmp_path / "out"
    result = run(dataset, out, ["--per-template", "1"])
    assert result.exit_code == 1
    assert len({row.group for row in read_manifest(out / "manifest.csv").rows}) == left
    (line,) = read_report(out)["bad"]
    assert told in line
    assert line in result.output
    assert "Traceback" not in result.output


def test_of_two_pictures_of_a_template_one_is_used_and_told(dataset: Path, tmp_path: Path) -> None:
    save(dataset / "dataset/templates/img/One-Dog.png", scene(8))
    out = tmp_path / "out"
    assert run(dataset, out, ["--per-template", "1", "--worn", "0", "--styles", "outline=1"]).exit_code == 0
    (note,) = read_report(out)["notes"]
    assert "One-Dog.jpg: not used, this template has another picture, which is: One-Dog.png" in note
    manifest = read_manifest(out / "manifest.csv")
    (row,) = (row for row in manifest.rows if row.group == "One-Dog")
    clean = load_sample(manifest, row).clean
    assert clean is not None
    np.testing.assert_array_equal(clean, scene(8))


def test_a_picture_alone_is_used_or_noted(dataset: Path, tmp_path: Path) -> None:
    (dataset / "dataset/templates/One-Dog.json").unlink()
    (dataset / "dataset/memes/Two-Cats.json").unlink()
    out = tmp_path / "out"
    assert run(dataset, out, ["--per-template", "1"]).exit_code == 0
    assert [row.group for row in read_manifest(out / "manifest.csv").rows] == ["Four-Fish", "One-Dog", "Three-Birds"]
    notes = read_report(out)["notes"]
    assert any("no description" in note and "One-Dog" in note for note in notes)
    assert any("no memes are listed" in note and "Two-Cats" in note for note in notes)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--styles", "outlined=1"], "--styles outlined=1: expected NAME=SHARE, with a name of outline, band"),
        (["--styles", "outline=0"], "all shares are 0"),
        (["--out-of-domain", "Nobody"], "Nobody: no template of this name"),
        (["--out-of-domain", "1.5"], "expected a share from 0 to below 1"),
        (["--boxes", "missing.json"], "missing.json: expected {"),
        (["--pictures", "missing"], "missing: no such folder; expected meme pictures"),
        (["--split", "0,0,0"], "expected three shares"),
    ],
)
def test_wrong_options_are_told_in_one_line(dataset: Path, tmp_path: Path, options: list[str], told: str) -> None:
    result = run(dataset, tmp_path / "out", ["--per-template", "1", *options])
    assert result.exit_code == 1
    assert told in result.output
    assert not (tmp_path / "out" / "manifest.csv").exists()


def test_bad_boxes_and_other_folders_are_refused(dataset: Path, tmp_path: Path) -> None:
    boxes = tmp_path / "boxes.json"
    for content, told in (([1], "expected {"), ({"One-Dog": [[0, 0, 2, 1]]}, "[0, 0, 2, 1] is no box"),
                          ({"Nobody": []}, "Nobody: no template of this name")):  # fmt: skip
        boxes.write_text(json.dumps(content))
        assert told in run(dataset, tmp_path / "out", ["--boxes", str(boxes)]).output
    other = run(dataset / "dataset" / "memes", tmp_path / "out").output
    assert "is not laid out as ImgFlip575K; expected dataset/templates/img" in other
    assert "choose an output folder outside of it" in run(dataset, dataset / "out").output
    assert run(dataset / "dataset", tmp_path / "out", ["--per-template", "1"]).exit_code == 0


def test_ctrl_c_leaves_no_manifest(dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("textrm.importers.imgflip575k.__main__.make_pairs", stop)
    assert run(dataset, tmp_path / "out").exit_code == 130
    assert not (tmp_path / "out").exists()


def test_the_real_layout_is_read(shared_data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = run(shared_data / "formats" / "imgflip575k", out, ["--per-template", "2", "--jpeg", "1"])
    assert result.exit_code == 0, result.output
    manifest = read_manifest(out / "manifest.csv")
    assert len(manifest.rows) == 10
    assert len({row.group for row in manifest.rows}) == 5
    assert {row.extra["template_id"] for row in manifest.rows} >= {"87743020"}
    row = next(row for row in manifest.rows if row.group == "Tuxedo-Winnie-The-Pooh")
    sample = load_sample(manifest, row)
    assert row.width == 800
    assert sample.clean is not None
    assert 0.002 < sample.mask.mean() < 0.5
