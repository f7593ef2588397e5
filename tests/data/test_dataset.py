"""Bad rows are told and counted and stop nothing; the cache stays within its bounds."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from textrm.data.datamodule import collate
from textrm.data.dataset import ManifestDataset
from textrm.data.sample import Sample
from textrm.data.tag_transform import TagTransform
from textrm.data.transforms import EvalTransform
from textrm.errors import UserError

Make = Callable[..., Path]


@pytest.fixture(autouse=True, params=["list", "table"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows at hand, and rows of a file that is too large for it."""
    if request.param == "table":
        monkeypatch.setattr("textrm.data.manifest.LARGE", 0)


def _noisy(sample: Sample, rng: np.random.Generator) -> dict[str, Any]:
    """A transform that shows what it was given: the id and a random number."""
    return {"id": sample.id, "draw": float(rng.random())}


def test_reads_the_rows_of_its_split(make_manifest: Make, fake_page: Callable[..., Any]) -> None:
    path = make_manifest(3)
    data = ManifestDataset(path, "train", EvalTransform())
    assert len(data) == 3
    assert torch.equal(data[1]["mask"][0], torch.from_numpy(fake_page(1)[2]).float())
    assert len(ManifestDataset(path, None, EvalTransform())) == 3
    with pytest.raises(UserError, match="no row of split 'val'"):
        ManifestDataset(path, "val", EvalTransform())


def test_absent_files_are_dropped_at_once(make_manifest: Make, caplog: pytest.LogCaptureFixture) -> None:
    path = make_manifest(3)
    (path.parent / "1_mask.png").unlink()
    with caplog.at_level(logging.WARNING):
        data = ManifestDataset(path, "train", _noisy)
    assert [data[i]["id"] for i in range(len(data))] == ["p0", "p2"]
    assert list(data.bad_rows) == ["p1"]
    assert "1_mask.png" in data.bad_rows["p1"]
    assert "bad row p1" in caplog.text
    caplog.clear()
    (path.parent / "2_image.png").unlink()
    with caplog.at_level(logging.WARNING):
        assert ManifestDataset(path, "train", _noisy).bad_count == 2
    assert len(caplog.messages) == 1
    assert "2 of 3 rows lack files; bad row p1 in" in caplog.text
    (path.parent / "0_mask.png").unlink()
    with pytest.raises(UserError, match="none of 3 rows"):
        ManifestDataset(path, "train", _noisy)


def test_training_takes_the_next_good_row(make_manifest: Make, caplog: pytest.LogCaptureFixture) -> None:
    path = make_manifest(4)
    for i in (1, 2):
        (path.parent / f"{i}_image.png").write_bytes(b"broken")
    data = ManifestDataset(path, "train", _noisy, replace_bad=True)
    with caplog.at_level(logging.WARNING):
        ids = [data[i]["id"] for i in range(4) for _ in range(3)]
    assert ids == ["p0"] * 3 + ["p3"] * 9
    assert set(data.bad_rows) == {"p1", "p2"}
    assert caplog.text.count("bad row p1") == 1  # told once, however often it was asked for
    assert data[1]["draw"] != data[3]["draw"]  # the replacement is augmented in its own way


def test_evaluation_counts_no_row_twice(make_manifest: Make) -> None:
    path = make_manifest(3)
    (path.parent / "1_image.png").write_bytes(b"broken")
    data = ManifestDataset(path, "train", EvalTransform())
    items = [data[i] for i in range(3)]
    assert [item["id"] for item in items] == ["p0", "p1", "p2"]
    assert items[1]["ignore"].all()
    assert items[1]["image"].shape == (3, 8, 8)
    assert set(data.bad_rows) == {"p1"}


def test_nothing_is_known_of_the_tags_of_a_bad_row(drawn: Path, tmp_path: Path) -> None:
    shutil.copytree(drawn.parent, tmp_path / "drawn")
    labels = drawn.with_name("labels.txt").read_text()
    data = ManifestDataset(tmp_path / "drawn" / "manifest.csv", "val", TagTransform(labels, 64), clean=False)
    (tmp_path / "drawn" / data.row(1).image).write_bytes(b"broken")
    found = collate([data[index] for index in range(3)])["tags"]
    assert found[1].isnan().all()
    for index in (0, 2):
        named = {label for label, value in zip(labels.split(), found[index], strict=True) if value}
        assert named == set(data.row(index).tags.split())
    counts = data.tag_counts()
    assert counts["lettering"] == sum("lettering" in data.row(index).tags.split() for index in range(len(data))) > 0


def test_a_set_of_bad_rows_ends_in_one_line(make_manifest: Make) -> None:
    path = make_manifest(2)
    for i in range(2):
        (path.parent / f"{i}_image.png").write_bytes(b"broken")
    with pytest.raises(UserError, match="all 2 rows are unusable"):
        ManifestDataset(path, "train", _noisy, replace_bad=True)[0]


def test_workers_tell_the_main_process_what_they_found(make_manifest: Make) -> None:
    path = make_manifest(4)
    (path.parent / "2_image.png").write_bytes(b"broken")
    data = ManifestDataset(path, "train", EvalTransform(), replace_bad=True)
    ids = [batch["id"] for batch in DataLoader(data, batch_size=None, num_workers=2)]
    assert ids == ["p0", "p1", "p3", "p3"]
    assert list(data.bad_rows) == ["p2"]


def test_draws_depend_on_seed_index_and_draw_only(make_manifest: Make) -> None:
    path = make_manifest(3)
    data, other = (ManifestDataset(path, "train", _noisy, seed=seed) for seed in (1, 2))
    numbers = [source.item(i, d)["draw"] for source in (data, other) for i in (0, 1) for d in (None, 0, 1)]
    assert len(set(numbers)) == 12
    assert data.item(1, 7) == ManifestDataset(path, "train", _noisy, seed=1).item(1, 7)
    assert data[0] == data.item(0)


def test_cache_keeps_pages_within_its_bounds(make_manifest: Make) -> None:
    path = make_manifest(4)
    page = 80 * 60 * 4 / 1e9  # image and mask
    data = ManifestDataset(path, "train", _noisy, clean=False, cache_gigabytes=2.5 * page)
    plain = ManifestDataset(path, "train", _noisy, clean=False)
    for i in (0, 1, 0, 2):  # 1 was used longest ago when 2 comes
        data.item(i)
        plain.item(i)
    assert list(data._cache) == [0, 2]
    for i in (0, 1, 2):
        (path.parent / f"{i}_image.png").write_bytes(b"broken")
    assert data[0]["id"] == "p0"  # from memory
    data[1]
    assert set(data.bad_rows) == {"p1"}
    plain[0]
    assert set(plain.bad_rows) == {"p0"}


def test_files_are_looked_for_where_the_rows_name_them(make_manifest: Make, tmp_path: Path) -> None:
    path = make_manifest(4)
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "deep").mkdir(parents=True)
    for number, place in ((1, elsewhere), (2, elsewhere / "deep")):
        (path.parent / f"{number}_image.png").rename(place / f"{number}.png")
    (path.parent / "folder.png").mkdir()
    text = path.read_text().replace("1_image.png", str(elsewhere / "1.png"))
    text = text.replace("2_image.png", "../elsewhere/../elsewhere/deep/2.png").replace("3_image.png", "folder.png")
    path.write_text(text)
    data = ManifestDataset(path, "train", _noisy)
    assert [data[index]["id"] for index in range(len(data))] == ["p0", "p1", "p2"]
    assert data.bad_rows == {"p3": f"no such file: {path.parent / 'folder.png'}"}
