"""From metadata to the selection: filters, packings, the report."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from danbooru_release import Record, lines, pack, random_records, record, report, run, text

from textrm.importers.danbooru import shards
from textrm.importers.danbooru.records import Filters
from textrm.importers.danbooru.selection import least_tags
from textrm.importers.danbooru.spool import Spool

ABC = record(1001, "a b c artist:x character:y")


def naive(
    records: list[Record], ratings: str, min_tags: int, top_tags: int, top_pictures: int
) -> tuple[list[str], list[int]]:
    """Labels and ids as the page on the importer defines them, all in memory."""
    first: dict[int, Record] = {}
    for one in records:
        first.setdefault(int(one["id"]), one)
    passing = {}
    for id, one in first.items():
        tags = {tag["name"] for tag in one["tags"] if tag["category"] == "0"}
        if not one["is_deleted"] and one["rating"] in ratings and len(tags) >= min_tags:
            passing[id] = tags
    uses = Counter(tag for tags in passing.values() for tag in tags)
    labels = sorted(sorted(uses, key=lambda tag: (-uses[tag], tag))[:top_tags])
    taken = sorted(passing, key=lambda id: (-len(passing[id]), id))[:top_pictures]
    return labels, sorted(id for id in taken if passing[id] & set(labels))


@pytest.mark.parametrize(
    ("ratings", "min_tags", "top_tags", "top_pictures"),
    [("s", 0, 5, 1000), ("s", 4, 12, 40), ("sq", 3, 30, 77), ("sqe", 1, 1, 200), ("e", 6, 1000, 10)],
)
def test_the_selection_is_that_of_the_plain_definition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ratings: str, min_tags: int, top_tags: int, top_pictures: int
) -> None:
    monkeypatch.setattr(shards, "BLOCK", 20_000)
    records = random_records(400, seed=top_pictures)
    pack(tmp_path / "metadata", text(records))
    result = run(
        tmp_path / "out", "--metadata", tmp_path / "metadata", "--rating", ",".join(ratings), "--min-tags", min_tags,
        "--top-tags", top_tags, "--top-pictures", top_pictures,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    labels, ids = naive(records, ratings, min_tags, top_tags, top_pictures)
    assert lines(tmp_path / "out" / "labels.txt") == labels
    assert lines(tmp_path / "out" / "pictures.txt") == [f"{id % 1000:04d}/{id}.jpg" for id in ids]
    facts = report(tmp_path / "out")
    assert facts["metadata"]["lines"] == 400
    assert facts["metadata"]["duplicate ids"] == 400 - len({one["id"] for one in records})
    assert sum(facts["left_out"].values()) + len(ids) + facts["metadata"]["duplicate ids"] == 400
    assert (tmp_path / "out" / ".import").exists()  # what the same command with pictures goes on from


def test_the_real_records_are_read(tmp_path: Path, shared_data: Path) -> None:
    real = shared_data / "formats" / "danbooru_metadata" / "metadata_2records.jsonl"
    result = run(tmp_path, "--metadata", real, "--min-tags", 9)
    assert result.exit_code == 0, result.output
    labels = lines(tmp_path / "labels.txt")
    assert {"1girl", "animal_ears", "honeypot", "school_uniform"} <= set(labels)
    assert not {"aruruw", "marupeke", "photoshop_(medium)", "utawareru_mono"} & set(labels)
    assert "0218/251218.jpg" in lines(tmp_path / "pictures.txt")
    assert report(tmp_path)["metadata"] == {
        "lines": 2, "bad": 0, "duplicate ids": 0, "with a tag without name or category": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    "name", ["2021000000000003", "m.json", "m.jsonl.gz", "m.json.xz", "m.tar", "m.tar.gz", "m.json.tar.xz"]
)
def test_packings_give_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(shards, "BLOCK", 3_000)
    content = text(random_records(120))
    options = ("--min-tags", 2, "--top-pictures", 20)
    run(tmp_path / "plain", "--metadata", pack(tmp_path / "reference", content), *options)
    result = run(tmp_path / "packed", "--metadata", pack(tmp_path / "release" / name, content), *options)
    assert result.exit_code == 0, result.output
    for file in ("labels.txt", "pictures.txt", "report/tags.csv", "report/tags_per_picture.csv"):
        assert (tmp_path / "packed" / file).read_bytes() == (tmp_path / "plain" / file).read_bytes()
    assert report(tmp_path / "packed")["metadata"] == report(tmp_path / "plain")["metadata"]


def test_folders_and_several_paths_are_read_in_order(tmp_path: Path) -> None:
    pack(tmp_path / "release" / "0002.gz", text([record(7, "late"), record(8, "b")]))
    pack(tmp_path / "release" / "0001", text([record(7, "early")]))
    pack(tmp_path / "release" / ".0003", text([record(9, "hidden")]))
    pack(tmp_path / "release" / "README.md", b"not metadata\n")
    more = pack(tmp_path / "more.jsonl", text([record(8, "later"), record(10, "c")]))
    result = run(tmp_path / "out", "--metadata", tmp_path / "release", more, "--min-tags", 1)
    assert result.exit_code == 0, result.output
    assert lines(tmp_path / "out" / "labels.txt") == ["b", "c", "early"]
    assert report(tmp_path / "out")["metadata"]["duplicate ids"] == 2
    assert report(tmp_path / "out")["settings"]["metadata"] == ["0001", "0002.gz", "more.jsonl"]


@pytest.mark.parametrize(
    ("options", "ids", "labels"),
    [
        ((), [1, 2, 3], "a b c d"),
        (("--category", "artist, character"), [1, 2], "x y"),
        (("--category", "general,meta,copyright"), [1, 2, 3], "a b c d m w"),
        (("--rating", "q,e"), [4], "a"),
        (("--min-tags", 3), [1], "a b c"),
        (("--min-tags", 2), [1, 2, 3], "a b c d"),
        (("--top-tags", 1), [1, 2], "a"),
        (("--top-tags", 2), [1, 2, 3], "a b"),
        (("--top-pictures", 1), [1], "a b c d"),
        (("--blacklist", "x,nothing"), [2, 3], "a b c d"),
        (("--ignore-tags", "a,b"), [1, 3, 2], "c d"),
        (("--ignore-tags", "a,b,d"), [1, 3], "c"),
        (("--deleted",), [1, 2, 3, 5], "a b c d gone"),
    ],
)
def test_each_filter(tmp_path: Path, options: tuple[object, ...], ids: list[int], labels: str) -> None:
    records = [
        record(1, "a b c artist:x meta:m"),
        record(2, "a d a character:y character:y"),
        record(3, "b c copyright:w"),
        record(4, "a", rating="q"),
        record(5, "gone", is_deleted=True),
        record(6, "film", file_ext="mp4"),
        record(7, []),
    ]
    result = run(tmp_path / "out", "--metadata", pack(tmp_path / "m", text(records)), "--min-tags", 1, *options)
    assert result.exit_code == 0, result.output
    assert lines(tmp_path / "out" / "pictures.txt") == [f"{id:04d}/{id}.jpg" for id in sorted(ids)]
    assert lines(tmp_path / "out" / "labels.txt") == labels.split()
    assert report(tmp_path / "out")["left_out"]["not a picture"] == 1


def test_tag_lists_may_be_files(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("c\n\n#d\n")
    shard = pack(tmp_path / "m", text([ABC, record(2, "a d"), record(3, "a #d")]))
    run(tmp_path / "out", "--metadata", shard, "--min-tags", 1, "--blacklist", tmp_path / "list.txt")
    assert lines(tmp_path / "out" / "pictures.txt") == ["0002/2.jpg"]


def test_numbers_may_be_numbers_or_strings(tmp_path: Path) -> None:
    plain = record(5, "a", score=-4) | {"id": 5, "tags": [{"id": 1, "name": "a", "category": 0}]}
    spelt = record(6, "gone", is_deleted="true")
    banned = record(7, "gone", is_banned=1)
    unscored = record(8, "a", score=None)
    run(tmp_path / "out", "--metadata", pack(tmp_path / "m", text([plain, spelt, banned, unscored])), "--min-tags", 1)
    assert lines(tmp_path / "out" / "pictures.txt") == ["0005/5.jpg", "0008/8.jpg"]
    assert report(tmp_path / "out")["left_out"]["deleted or banned"] == 2


def test_ties_between_tags_go_to_the_name_that_sorts_first(tmp_path: Path) -> None:
    shard = pack(tmp_path / "m", text([record(1, "z y x"), record(2, "w z y x")]))
    run(tmp_path / "out", "--metadata", shard, "--min-tags", 1, "--top-tags", 2)
    assert lines(tmp_path / "out" / "labels.txt") == ["x", "y"]


def test_the_report_counts_tags(tmp_path: Path) -> None:
    records = [record(1, "a b c"), record(2, "a b"), record(3, "a"), record(4, "z"), record(5, "a", rating="e")]
    run(tmp_path / "out", "--metadata", pack(tmp_path / "m", text(records)), "--min-tags", 1, "--top-tags", 2,
        "--top-pictures", 3)  # fmt: skip
    assert lines(tmp_path / "out/report/tags.csv") == ["tag,pictures,taken", "a,3,3", "b,2,2", "c,1,", "z,1,"]
    assert lines(tmp_path / "out/report/tags_per_picture.csv") == ["tags,pictures", "1,2", "2,1", "3,1"]
    assert report(tmp_path / "out")["labels_per_picture"] == {"smallest": 1, "largest": 2, "mean": 5 / 3}
    assert report(tmp_path / "out")["left_out"]["not among the pictures with most tags"] == 1


def test_a_picture_without_any_label_is_left_out_and_counted(tmp_path: Path) -> None:
    records = [record(1, "a"), record(2, "a"), record(3, "b c d")]
    run(tmp_path / "out", "--metadata", pack(tmp_path / "m", text(records)), "--min-tags", 1, "--top-tags", 1)
    assert lines(tmp_path / "out" / "pictures.txt") == ["0001/1.jpg", "0002/2.jpg"]
    assert report(tmp_path / "out")["left_out"]["none of the labels"] == 1


def test_least_tags_is_where_the_top_ends() -> None:
    histogram = np.array([5, 0, 4, 3, 0, 2])
    assert least_tags(histogram, 0) == (-1, 0)
    assert least_tags(histogram, 14) == (-1, 0)
    assert least_tags(histogram, 2) == (5, 2)
    assert least_tags(histogram, 3) == (3, 1)
    assert least_tags(histogram, 9) == (2, 4)
    assert least_tags(histogram, 10) == (0, 1)


def test_memory_does_not_grow_with_the_metadata(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "BLOCK", 50_000)
    peaks = []
    for count in (100, 1500):
        content = text(record(id, [f"t{id * n % 50}" for n in range(9)], source="x" * 2000) for id in range(1, count))
        shard = pack(tmp_path / f"{count}.gz", content)
        tracemalloc.start()
        Spool(tmp_path / f"spool{count}").fill([shard], Filters(min_tags=1), workers=1)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert len(content) > 3_000_000
    assert peaks[1] - peaks[0] < 200_000
