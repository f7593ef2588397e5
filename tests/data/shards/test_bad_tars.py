"""A tar that is not as it was written is told in one line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from shard_shares import data_of

from textrm.data.dataset import ManifestDataset
from textrm.data.manifest import Row, read_manifest, write_manifest
from textrm.data.shards.__main__ import main
from textrm.data.shards.read import place_of
from textrm.data.transforms import EvalTransform
from textrm.errors import UserError
from textrm.runs.config import explain

Make = Callable[..., Path]


def run(*words: object) -> tuple[int, str]:
    told = CliRunner().invoke(main, [*map(str, words), "--workers", "1"])
    return told.exit_code, told.output


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
