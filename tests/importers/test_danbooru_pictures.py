"""From the selection to the manifest: every picture is looked at."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from danbooru_release import lines, outputs, pack, picture, record, report, run, text

from textrm.data.manifest import load_sample, read_manifest
from textrm.importers.danbooru import pictures
from textrm.importers.danbooru.pictures import Checked, mean_and_std
from textrm.pictures.plain import read_srgb

OPTIONS = ("--min-tags", 1, "--split", "0.5,0.25,0.25")


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """Metadata of twelve pictures, all of which are there."""
    ids = [3, 1003, 2017, *range(4001, 4010)]
    records = [record(id, f"t{id % 2} both copyright:w", score=str(id % 5 - 1)) for id in ids]
    records[1]["score"] = None
    pack(tmp_path / "metadata" / "0001", text(records))
    for id in ids:
        picture(tmp_path / "512px", id, 512 if id < 4000 else 64)
    return tmp_path


def test_the_manifest_has_every_picture_with_its_labels(release: Path) -> None:
    result = run(release / "out", "--metadata", release / "metadata", "--pictures", release, *OPTIONS)
    assert result.exit_code == 0, result.output
    manifest = read_manifest(release / "out" / "manifest.csv")
    assert [int(row.id) for row in manifest.rows] == [3, 1003, 2017, *range(4001, 4010)]
    row = manifest.rows[1]
    assert (row.group, row.image, row.tags, row.source) == ("1003", "../512px/0003/1003.jpg", "both t1", "danbooru")
    assert (row.width, row.height, row.licence) == (512, 512, "")
    assert dict(row.extra) == {"score": "", "rating": "s"}
    assert dict(manifest.rows[2].extra) == {"score": str(2017 % 5 - 1), "rating": "s"}
    assert load_sample(manifest, manifest.rows[3]).tags == {"both", "t1"}
    facts = report(release / "out")
    assert facts["pictures"]["not 512 x 512, taken as they are"] == 9
    assert facts["sizes"] == [[64, 64, 9], [512, 512, 3]]
    assert facts["splits"] == {
        split: sum(row.split == split for row in manifest.rows) for split in ("train", "val", "test")
    }
    assert not (release / "out" / ".import").exists()


def test_mean_and_deviation_are_those_of_all_pixels(release: Path) -> None:
    run(release / "out", "--metadata", release / "metadata", "--pictures", release / "512px", *OPTIONS)
    manifest = read_manifest(release / "out" / "manifest.csv")
    pixels = [read_srgb(manifest.folder / row.image).reshape(-1, 3) / 255 for row in manifest.rows]
    facts = report(release / "out")
    np.testing.assert_allclose(facts["mean"], np.concatenate(pixels).mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(facts["std"], np.concatenate(pixels).std(axis=0), rtol=1e-9)
    assert len(set(facts["mean"])) == 3


def test_a_flat_picture_has_no_deviation() -> None:
    flat = Checked(1, "", "", 3, 2, (6 * 77, 0, 6 * 255), (6 * 77**2, 0, 6 * 255**2))
    assert mean_and_std([flat, flat]) == ([77 / 255, 0, 1], [0, 0, 0])


def test_missing_and_corrupt_pictures_are_left_out_with_their_reasons(release: Path) -> None:
    tree = release / "512px"
    (tree / "0003" / "3.jpg").unlink()
    whole = (tree / "0017" / "2017.jpg").read_bytes()
    (tree / "0017" / "2017.jpg").write_bytes(whole[: len(whole) // 2])
    (tree / "0001" / "4001.jpg").write_bytes(b"<html>not found</html>")
    (tree / "0002" / "4002.jpg").write_bytes(b"")
    result = run(release / "out", "--metadata", release / "metadata", "--pictures", tree, *OPTIONS)
    assert result.exit_code == 0, result.output
    manifest = read_manifest(release / "out" / "manifest.csv")
    assert [int(row.id) for row in manifest.rows] == [1003, *range(4003, 4010)]
    with (release / "out" / "report" / "bad.csv").open(newline="") as file:
        bad = dict(csv.reader(file))
    assert list(bad) == ["where", "3", "2017", "4001", "4002"]
    assert bad["3"] == "missing"
    for id, reason in (("2017", "is damaged"), ("4001", "not a picture"), ("4002", "is empty")):
        assert reason in bad[id]
    facts = report(release / "out")["pictures"]
    assert (facts["selected"], facts["missing"], facts["corrupt"], facts["imported"]) == (12, 1, 3, 8)
    assert len(lines(release / "out" / "pictures.txt")) == 12
    assert "4001" in result.output
    assert lines(release / "out/report/tags.csv") == ["tag,pictures,taken", "both,12,8", "t1,8,5", "t0,4,3"]


def test_the_tree_of_originals_has_other_suffixes(release: Path) -> None:
    tree = release / "512px"
    (tree / "0003" / "3.jpg").unlink()
    picture(tree, 3, 40, "png")
    (tree / "0001" / "4001.jpg").unlink()
    picture(tree, 4001, 40, "png")  # the metadata says jpg, so that this is another's
    fields = {"file_ext": "png", "tags": record(3, "both t1")["tags"]}
    pack(release / "metadata" / "0000", text([record(3, "") | fields]))
    run(release / "out", "--metadata", release / "metadata", "--pictures", tree, *OPTIONS)
    rows = {row.id: row for row in read_manifest(release / "out" / "manifest.csv").rows}
    assert rows["3"].image == "../512px/0003/3.png"
    assert "4001" not in rows


def test_without_pictures_there_is_a_list_to_fetch_and_no_manifest(
    release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run(release / "out", "--metadata", release / "metadata", *OPTIONS)
    assert result.exit_code == 0
    assert "there is no manifest yet" in result.output
    assert {name for name in outputs(release / "out") if not name.startswith(".import/")} == {
        "labels.txt", "pictures.txt", "report/report.json", "report/tags.csv", "report/tags_per_picture.csv",
        "report/bad.csv",
    }  # fmt: skip
    for line in lines(release / "out" / "pictures.txt"):
        assert (release / "512px" / line).is_file()
    with monkeypatch.context() as patch:
        patch.setattr("textrm.importers.danbooru.spool.parse_block", None)  # the metadata is not read again
        result = run(release / "out", "--metadata", release / "metadata", "--pictures", release, *OPTIONS)
    assert result.exit_code == 0
    assert not (release / "out" / ".import").exists()
    refused = run(release / "out", "--metadata", release / "metadata", *OPTIONS)
    assert refused.exit_code == 1
    assert "holds an import with pictures" in refused.output


def test_where_no_picture_is_there_nothing_is_written_and_the_metadata_kept(
    release: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (release / "wrong" / "0999").mkdir(parents=True)
    options = ("--metadata", release / "metadata", *OPTIONS)
    result = run(release / "out", *options, "--pictures", release / "wrong")
    assert result.exit_code == 1
    assert "has none of the 12 pictures whole" in result.output
    assert not (release / "out" / "manifest.csv").exists()
    monkeypatch.setattr("textrm.importers.danbooru.spool.parse_block", None)
    assert run(release / "out", *options, "--pictures", release).exit_code == 0
    assert len(read_manifest(release / "out" / "manifest.csv").rows) == 12


def test_the_encoded_form_with_pictures(release: Path) -> None:
    (release / "e.json").write_text('{"4002": [1], "3": [0, 1], "9999": [0]}')
    (release / "labels.txt").write_text("one\ntwo\n")
    picture(release / "512px", 9999, 32, "png")
    given = ("--encoded", release / "e.json", "--labels", release / "labels.txt", "--pictures", release)
    assert run(release / "out", *given).exit_code == 0
    rows = read_manifest(release / "out" / "manifest.csv").rows
    assert [(row.id, row.tags) for row in rows] == [("3", "one two"), ("4002", "two"), ("9999", "one")]
    assert rows[2].image == "../512px/0999/9999.png"
    assert not rows[0].extra


def test_pictures_keep_their_splits_when_others_are_added(tmp_path: Path) -> None:
    def splits(ids: range, seed: int = 0) -> dict[str, str]:
        shard = pack(tmp_path / f"{len(ids)}", text(record(id, "a") for id in ids))
        out = tmp_path / f"out{len(ids)}-{seed}"
        run(
            out,
            "--metadata",
            shard,
            "--pictures",
            tmp_path / "tree",
            "--min-tags",
            1,
            "--split",
            "2,1,1",
            "--seed",
            seed,
        )
        return {row.id: row.split for row in read_manifest(out / "manifest.csv").rows}

    for id in range(1, 121):
        picture(tmp_path / "tree", id, 8)
    few, many = splits(range(1, 61)), splits(range(1, 121))
    assert {id: many[id] for id in few} == few
    assert len(many) == 120
    assert set(few.values()) == {"train", "val", "test"}
    assert splits(range(1, 61), seed=1) != few


def test_the_number_of_workers_does_not_matter(release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "BATCH", 2)
    for workers in (1, 2):
        given = ("--metadata", release / "metadata", "--pictures", release, *OPTIONS)
        assert run(release / f"out{workers}", *given, workers=workers).exit_code == 0
    assert outputs(release / "out1") == outputs(release / "out2")
