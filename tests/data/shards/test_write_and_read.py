"""What is read out of tars is what was written into them, and a tar that is not as it was is told in one line."""

from __future__ import annotations

import csv
import pickle
import tarfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from shard_shares import data_of

from textrm.data.convert import main as convert
from textrm.data.dataset import ManifestDataset
from textrm.data.manifest import BadRow, Row, load_sample, read_manifest, write_manifest
from textrm.data.shards.__main__ import main
from textrm.data.shards.read import ROLES, place_of
from textrm.data.shards.write import pack
from textrm.data.transforms import EvalTransform
from textrm.data.word_polygons import read_words
from textrm.errors import UserError
from textrm.evaluate.scoring import choose_rows, load_page
from textrm.runs.config import explain

Make = Callable[..., Path]


def run(*words: object) -> tuple[int, str]:
    told = CliRunner().invoke(main, [*map(str, words), "--workers", "1"])
    return told.exit_code, told.output


@pytest.fixture(params=["list", "table"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows at hand, and rows of a file that is too large for it."""
    if request.param == "table":
        monkeypatch.setattr("textrm.data.manifest.LARGE", 0)


@pytest.mark.usefixtures("kind")
@pytest.mark.parametrize("suffix", [".csv", ".arrow", ".parquet"])
def test_samples_are_those_of_the_files(drawn: Path, tmp_path: Path, suffix: str) -> None:
    source = read_manifest(drawn)
    pack(drawn, tmp_path, samples=5, seed=3, workers=1)
    path = tmp_path / f"manifest{suffix}"
    if suffix != ".csv":
        assert CliRunner().invoke(convert, [str(tmp_path / "manifest.csv"), str(path)]).exit_code == 0
    packed = pickle.loads(pickle.dumps(read_manifest(path)))
    assert packed.shards is not None
    assert (tmp_path / "labels.txt").read_bytes() == drawn.with_name("labels.txt").read_bytes()
    rows = {row.id: row for row in packed.rows}
    assert [row.id for row in packed.rows] != [row.id for row in source.rows]
    assert len(rows) == len(source.rows) == 16
    for row in source.rows:
        found = rows[row.id]
        assert replace(found, image=row.image, clean=row.clean, mask=row.mask, extra=row.extra) == row
        one, other = load_sample(source, row), load_sample(packed, found)
        assert (one.id, one.tags) == (other.id, other.tags)
        for plane in ("image", "clean", "mask"):
            np.testing.assert_array_equal(getattr(one, plane), getattr(other, plane))
        assert all(map(np.array_equal, read_words(source, row), read_words(packed, found)))
    assert any(len(read_words(packed, row)) for row in packed.rows)
    chosen = choose_rows(packed, "val", 2)
    assert load_page(packed, chosen[0]).clean is not None
    with pytest.raises(UserError, match="its pictures lie in tars; expected files"):
        packed.paths(chosen[0])


SAVED = {
    "a.png": {}, "b.jpg": {"quality": 80}, "c.webp": {"lossless": True}, "d.bmp": {}, "e.gif": {},
    "f.tif": {"compression": "tiff_lzw"}, "g.tif": {}, "h.JPEG": {"progressive": True}, "漫画 1.png": {},
}  # fmt: skip


def test_pictures_of_all_formats_are_read_as_from_files(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (150, 130, 3)).astype(np.uint8)
    for name, how in SAVED.items():
        Image.fromarray(noise).save(tmp_path / name, **how)
    Image.fromarray(noise[..., 0].astype(np.uint16) * 257).save(tmp_path / "wide.png")
    Image.fromarray(noise[..., 0].astype(np.uint16) * 257).save(tmp_path / "wide.tif", compression="tiff_lzw")
    names = [*SAVED, "wide.png", "wide.tif"]
    write_manifest(tmp_path / "m.csv", [Row(name, "test", "g", name, mask=name) for name in names])
    pack(tmp_path / "m.csv", tmp_path / "out", samples=4, seed=None, workers=1)
    source, packed = read_manifest(tmp_path / "m.csv"), read_manifest(tmp_path / "out" / "manifest.csv")
    for one, other in zip(source.rows, packed.rows, strict=True):
        expected, found = load_sample(source, one), load_sample(packed, other)
        np.testing.assert_array_equal(found.image, expected.image, one.id)
        np.testing.assert_array_equal(found.mask, expected.mask, one.id)


def test_a_picture_that_is_damaged_is_a_bad_row_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "i.png").write_bytes(b"no picture")
    write_manifest(tmp_path / "m.csv", [Row("a", "train", "g", "i.png")])
    pack(tmp_path / "m.csv", tmp_path / "out", samples=4, seed=None, workers=1)
    packed = read_manifest(tmp_path / "out" / "manifest.csv")
    with pytest.raises(BadRow, match=rf"^a: {tmp_path}/out/train-00000\.tar/000000000\.image\.png: "):
        load_sample(packed, packed.rows[0])


def test_a_tar_holds_rows_of_one_split_and_other_programs_read_it(drawn: Path, tmp_path: Path) -> None:
    assert run(drawn, tmp_path, "--samples", 5)[0] == 0
    source, rows = read_manifest(drawn), read_manifest(tmp_path / "manifest.csv").rows
    splits = Counter(row.split for row in source.rows)
    held = Counter((row.split, row.extra["shard"]) for row in rows)
    tars = [(s, f"{s}-{n:05d}.tar") for s in ("train", "val") for n in range(-(-splits[s] // 5))]
    assert list(held) == tars
    assert all(count <= 5 for count in held.values())
    originals = {row.id: row for row in source.rows}
    with (tmp_path / "shards.csv").open() as file:
        lines = list(csv.DictReader(file))
    assert [(line["shard"], int(line["samples"])) for line in lines] == [(tar, held[s, tar]) for s, tar in tars]
    for line in lines:
        path = tmp_path / line["shard"]
        assert path.stat().st_size == int(line["bytes"])
        with tarfile.open(path) as archive:
            members = {member.name: archive.extractfile(member).read() for member in archive}  # type: ignore[union-attr]
        own = [row for row in rows if row.extra["shard"] == line["shard"]]
        assert len(members) == 4 * len(own)
        for row in own:
            for role in ROLES:
                before, after = (
                    r.extra[role] if role == "words" else getattr(r, role) for r in (originals[row.id], row)
                )
                place = place_of(after)
                assert place is not None
                assert place.name.split(".")[1:] == [role, before.rpartition(".")[2]]
                assert members[place.name] == (drawn.parent / before).read_bytes()


def test_the_same_command_writes_the_same_bytes_whatever_the_workers(drawn: Path, tmp_path: Path) -> None:
    for name, workers, seed in (("a", 1, 1), ("b", 2, 1), ("c", 1, 2)):
        pack(drawn, tmp_path / name, samples=6, seed=seed, workers=workers)
    a, b, c = ({p.name: p.read_bytes() for p in (tmp_path / name).iterdir()} for name in "abc")
    assert a == b
    assert a.keys() == c.keys()
    assert a["train-00000.tar"] != c["train-00000.tar"]
    pack(tmp_path / "c" / "manifest.csv", tmp_path / "d", samples=6, seed=None, workers=1)  # out of tars into others
    assert {p.name: p.read_bytes() for p in (tmp_path / "d").iterdir()} == c


def test_order_can_be_kept_and_one_file_in_two_places_is_written_once(make_manifest: Make, tmp_path: Path) -> None:
    path = make_manifest(4)
    write_manifest(path, [replace(row, clean=row.image, mask="") for row in read_manifest(path).rows])
    assert run(path, tmp_path / "out", "--keep-order", "--samples", 3)[0] == 0
    rows = read_manifest(tmp_path / "out" / "manifest.csv").rows
    assert [row.id for row in rows] == ["p0", "p1", "p2", "p3"]
    assert all(row.clean == row.image and not row.mask for row in rows)
    with tarfile.open(tmp_path / "out" / "train-00000.tar") as archive:
        assert archive.getnames() == [f"00000000{n}.image.png" for n in range(3)]


def test_rows_whose_files_are_gone_are_left_out_and_told(make_manifest: Make, tmp_path: Path) -> None:
    path = make_manifest(3)
    (path.parent / "1_mask.png").unlink()
    status, told = run(path, tmp_path / "out")
    assert status == 1
    assert told.splitlines()[0] == f"left out: p1: {path.parent / '1_mask.png'}: No such file or directory"
    assert f"{tmp_path / 'out' / 'manifest.csv'}: 2 samples in 1 tars" in told
    assert [row.id for row in read_manifest(tmp_path / "out" / "manifest.csv").rows] in (["p0", "p2"], ["p2", "p0"])
    status, told = run(path, tmp_path / "out")
    assert (status, told) == (1, f"error: {tmp_path / 'out'}: has a manifest.csv already; give another folder\n")


def damage(path: Path, how: str) -> None:
    content = path.read_bytes()
    place = place_of(read_manifest(path.parent / "manifest.csv").rows[-1].image)
    assert place is not None
    begin, end = place.begin, place.begin + place.length
    if how == "missing":
        path.unlink()
    elif how == "cut":
        path.write_bytes(content[: begin + 100])
    elif how == "grown":
        path.write_bytes(content + bytes(512))
    elif how == "other":  # as long, with the same names, but other pictures
        path.write_bytes(content.replace(place.crc.encode(), b"00000000"))
    elif how == "flipped":
        path.write_bytes(content[:begin] + bytes([content[begin] ^ 1]) + content[begin + 1 : end] + content[end:])


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("missing", r"train-00001\.tar: is not there, but shards\.csv lists it; copy it here"),
        ("cut", r"train-00001\.tar: has \d+ bytes, shards\.csv says \d+: it was cut short; copy it again"),
        ("grown", r"train-00001\.tar: has \d+ bytes, shards\.csv says \d+: it was changed; copy it again"),
    ],
)
def test_tars_that_are_missing_cut_short_or_grown_are_told_before_anything_is_read(
    make_shards: Make, how: str, said: str
) -> None:
    path = make_shards(5)
    damage(path.parent / "train-00001.tar", how)
    with pytest.raises(UserError, match=rf"^{path.parent}/{said}$"):
        ManifestDataset(path, "train", EvalTransform())
    assert run(path, "--check")[0] == 1
    assert run(path, "--check")[1].startswith(f"error: {path.parent}/train-00001.tar: ")


@pytest.mark.parametrize("how", ["missing", "cut", "other"])
@pytest.mark.parametrize("opened", [False, True])
def test_what_happens_to_a_tar_in_use_is_no_bad_row(make_shards: Make, how: str, opened: bool) -> None:
    path = make_shards(5)
    data = ManifestDataset(path, "train", EvalTransform(), replace_bad=True)
    if opened:
        data[4]
    tar = path.parent / "train-00001.tar"
    if how == "missing" and opened:
        tar.unlink()
        assert data[3]["id"]  # a file that is open is read to its end
        return
    damage(tar, how)
    said = {"missing": "cannot be opened", "cut": "was cut short", "other": "it was changed"}[how]
    with pytest.raises(UserError, match=said) as error:
        data[4]
    assert "\n" not in str(error.value)
    assert data[0]["id"]
    assert data.bad_count == 0


def test_what_a_worker_process_meets_is_one_line_too(make_shards: Make) -> None:
    path = make_shards(9)
    loader = data_of(path, workers=1, samples_per_epoch=8).train_dataloader()
    for tar in path.parent.glob("*.tar"):
        tar.unlink()
    with pytest.raises(UserError) as error:
        list(loader)
    said = explain(error.value)
    assert said.startswith(f"{path.parent}/train-0000")
    assert said.endswith(".tar: cannot be opened (No such file or directory); copy it here")


def test_every_byte_can_be_checked(make_shards: Make) -> None:
    path = make_shards(5)
    assert run(path, "--check") == (0, "2 of 2 tars are whole\n")
    damage(path.parent / "train-00001.tar", "flipped")
    line = f"error: {path.parent}/train-00001.tar: its bytes are not those that were written; copy it again\n"
    assert run(path, "--check") == (1, f"{line}1 of 2 tars are whole\n")


def test_several_missing_tars_are_one_line_and_so_is_a_missing_list(make_shards: Make) -> None:
    path = make_shards(9)
    for number in (0, 2):
        (path.parent / f"train-0000{number}.tar").unlink()
    with pytest.raises(
        UserError, match=r"train-00000\.tar: is not there, nor are 1 others of 3, but shards\.csv lists"
    ):
        read_manifest(path)
    (path.parent / "shards.csv").write_text("a,b\n")
    with pytest.raises(UserError, match=r"shards\.csv: is no list of tars \(its columns are a,b\); expected shard,"):
        read_manifest(path)
    (path.parent / "shards.csv").unlink()
    with pytest.raises(UserError, match=r"shards\.csv: is missing, which lists the tars of this set; copy it here"):
        read_manifest(path)


def test_a_manifest_of_other_tars_and_cells_that_are_no_places(make_shards: Make, make_manifest: Make) -> None:
    path = make_shards(4)
    rows = read_manifest(path).rows
    write_manifest(path, [replace(rows[0], image="0_image.png"), Row("x", "train", "g", "a", extra={"shard": "y.tar"})])
    data = ManifestDataset(path, "train", EvalTransform())
    for number, tar in ((0, "train-00000.tar"), (1, "y.tar")):
        with pytest.raises(UserError, match=rf"{tar}: '.*' is no place in a tar of shards\.csv; write the set again"):
            data[number]
    said = "is no manifest of tars; give the manifest.csv that this command wrote\n"
    assert run(make_manifest(2), "--check")[1].endswith(said)
