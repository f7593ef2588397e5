"""What is read out of tars is what was written into them."""

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

from textrm.data.convert import main as convert
from textrm.data.manifest import BadRow, Row, load_sample, read_manifest, write_manifest
from textrm.data.shards.__main__ import main
from textrm.data.shards.read import ROLES, place_of
from textrm.data.shards.write import pack
from textrm.data.word_polygons import read_words
from textrm.errors import UserError
from textrm.evaluate.scoring import choose_rows, load_page

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
        assert all(map(np.array_equal, read_words(source, row)[0], read_words(packed, found)[0]))
    assert any(read_words(packed, row)[0] for row in packed.rows)
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
