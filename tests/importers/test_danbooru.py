"""From metadata, or its encoded form, to the selection: filters, packings, bad lines."""

from __future__ import annotations

import csv
import json
import tracemalloc
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from danbooru_release import Record, lines, outputs, pack, random_records, record, report, run, text

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


BAD = [
    ("not json", "not JSON"),
    ('{"id": "4", "tags": [', "not JSON"),
    ("[1, 2]", "not a JSON object"),
    ('{"tags": []}', "id is None"),
    ('{"id": "four", "tags": []}', "id is 'four'"),
    ('{"id": "0", "tags": []}', "id is '0'"),
    ('{"id": 1e300, "tags": []}', "id is 1e+300"),
    ('{"id": "100000001", "tags": []}', "expected 1 to 100000000"),
    ('{"id": "4"}', "no list of tags"),
    ('{"id": "4", "tags": null}', "no list of tags"),
    ('{"id": "4", "tags": "a b"}', "no list of tags"),
    ("[" * 100_000, "nested too deeply"),
]


def test_bad_lines_are_counted_and_shown_with_their_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "BLOCK", 100)
    good = [record(id, "a b") for id in range(1, 4)]
    content = text([good[0], *(line for line, _ in BAD[:6]), "", good[1], *(line for line, _ in BAD[6:])])
    content += b'{"id": "9", "tags": [{"name": "\xff", "category": "0"}]}\n' + text([good[2]]).removesuffix(b"\n")
    result = run(tmp_path / "out", "--metadata", pack(tmp_path / "shard", content), "--min-tags", 1)
    assert result.exit_code == 0, result.output
    assert lines(tmp_path / "out" / "pictures.txt") == ["0001/1.jpg", "0002/2.jpg", "0003/3.jpg"]
    with (tmp_path / "out" / "report" / "bad.csv").open(newline="") as file:
        told = list(csv.reader(file))
    told_lines = [*range(2, 8), *range(10, 17)]
    assert [where for where, _ in told] == ["where", *(f"shard:{line}" for line in told_lines)]
    for (_, reason), (_, expected) in zip(told[1:], [*BAD, (b"", "not JSON ('utf-8'")], strict=True):
        assert expected in reason
    assert report(tmp_path / "out")["metadata"]["bad"] == 13
    assert report(tmp_path / "out")["metadata"]["lines"] == 17
    assert "the first of 13 bad lines" in result.output
    assert "shard:2" in result.output


def test_lines_are_counted_from_the_start_of_each_shard(tmp_path: Path) -> None:
    content = text([record(1, "a"), record(2, "a"), "no json", "no json"])
    pack(tmp_path / "release" / "1.tar", content)
    pack(tmp_path / "release" / "2", content)
    run(tmp_path / "out", "--metadata", tmp_path / "release", "--min-tags", 1)
    told_lines = [line.split(",")[0] for line in lines(tmp_path / "out" / "report" / "bad.csv")]
    half = [f"1.tar/metadata/{where}" for where in ("0002.gz:1", "0002.gz:2")]
    assert told_lines == ["where", *half, "2:3", "2:4"]


def test_ties_between_tags_go_to_the_name_that_sorts_first(tmp_path: Path) -> None:
    shard = pack(tmp_path / "m", text([record(1, "z y x"), record(2, "w z y x")]))
    run(tmp_path / "out", "--metadata", shard, "--min-tags", 1, "--top-tags", 2)
    assert lines(tmp_path / "out" / "labels.txt") == ["x", "y"]


def test_tags_without_name_or_category_are_passed_over(tmp_path: Path) -> None:
    names = [{"name": name, "category": "0"} for name in (None, ["a"], "", " ", "\ud800")]
    odd = [*names, {"name": "a"}, {"category": "0"}, {"name": "b", "category": ["0"]}, "a", None]
    records = [record(id, "") | {"tags": [tag, *record(1, "c d")["tags"]]} for id, tag in enumerate(odd, 1)]
    records.append(record(20, ["two words"]))
    result = run(tmp_path / "out", "--metadata", pack(tmp_path / "m", text(records)), "--min-tags", 1)
    assert result.exit_code == 0, result.output
    assert lines(tmp_path / "out" / "labels.txt") == ["c", "d", "two_words"]
    assert report(tmp_path / "out")["metadata"]["with a tag without name or category"] == len(odd)
    assert report(tmp_path / "out")["metadata"]["bad"] == 0
    listed = run(tmp_path / "b", "--metadata", tmp_path / "m", "--min-tags", 1, "--blacklist", "two words,d")
    assert listed.exit_code == 1
    assert "no picture passes" in listed.output


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


@pytest.fixture
def encoded(tmp_path: Path) -> Path:
    """Four encoded pictures with 1 to 3 of four labels."""
    (tmp_path / "e.json").write_text(json.dumps({"3001": [0, 2, 3], "12": [2, 2, 1], "7": [2], "1500": [3, 0]}))
    (tmp_path / "labels.txt").write_text("zebra\n1girl\n/\\\\/\nday\n")
    return tmp_path


def test_the_encoded_form_is_taken_whole_with_its_own_numbering(encoded: Path) -> None:
    result = run(encoded / "out", "--encoded", encoded / "e.json", "--labels", encoded / "labels.txt")
    assert result.exit_code == 0, result.output
    assert (encoded / "out" / "labels.txt").read_bytes() == (encoded / "labels.txt").read_bytes()
    assert lines(encoded / "out/pictures.txt") == ["0007/7.jpg", "0012/12.jpg", "0500/1500.jpg", "0001/3001.jpg"]
    assert lines(encoded / "out/report/tags.csv")[1:] == ["/\\\\/,3,3", "day,2,2", "zebra,2,2", "1girl,1,1"]


def test_the_encoded_form_is_filtered_by_number_of_labels(encoded: Path) -> None:
    options = ("--encoded", encoded / "e.json", "--labels", encoded / "labels.txt", "--min-tags", 2)
    run(encoded / "out", *options, "--top-pictures", 2)
    assert lines(encoded / "out/pictures.txt") == ["0012/12.jpg", "0001/3001.jpg"]
    assert report(encoded / "out")["left_out"] == {"too few tags": 1, "not among the pictures with most tags": 1}
    assert lines(encoded / "out/report/tags.csv")[1:] == ["/\\\\/,2,2", "day,2,1", "zebra,2,1", "1girl,1,1"]


def test_bad_entries_of_the_encoded_form_are_counted(encoded: Path) -> None:
    entries = '{"5": [1], "5": [2], "x": [1], "6": "12", "8": [true], "9": [1.5], "10": [-1], "11": {"1": 2}, "13": []}'
    (encoded / "e.json").write_text(entries)
    result = run(encoded / "out", "--encoded", encoded / "e.json", "--labels", encoded / "labels.txt")
    assert result.exit_code == 0, result.output
    assert lines(encoded / "out/pictures.txt") == ["0005/5.jpg"]
    facts = report(encoded / "out")
    assert (facts["metadata"]["bad"], facts["metadata"]["duplicate ids"]) == (6, 1)
    assert facts["left_out"]["too few tags"] == 1
    assert "1girl,1,1" in lines(encoded / "out/report/tags.csv")


def test_labels_that_disagree_with_the_encoding_are_refused(encoded: Path) -> None:
    def refused(labels: str) -> str:
        (encoded / "labels.txt").write_text(labels)
        result = run(encoded / "out", "--encoded", encoded / "e.json", "--labels", encoded / "labels.txt")
        assert result.exit_code == 1
        return result.output

    assert "has label number 3, but" in refused("a\nb\nc\n")
    assert "has 3 labels, 0 to 2" in refused("a\nb\nc\n")
    assert "line 3: 'a' is line 1 already" in refused("a\nb\na\nd\n")
    assert "line 2: empty" in refused("a\n\nc\nd\n")
    assert "has no labels" in refused("")
    assert not (encoded / "out" / "labels.txt").exists()


def test_the_real_encoded_sample(tmp_path: Path, shared_data: Path) -> None:
    sample = shared_data / "formats" / "danbooru_yu45020"
    source = sample / "113k_imgs_512tags_encoded.first300.json"
    result = run(tmp_path, "--encoded", source, "--labels", sample / "labels_512.txt")
    assert result.exit_code == 0, result.output
    listed = [line.removeprefix("./training_images/") for line in lines(sample / "training_image_list.first300.txt")]
    assert sorted(listed) == sorted(lines(tmp_path / "pictures.txt"))
    labels = lines(tmp_path / "labels.txt")
    assert labels == lines(sample / "labels_512.txt")
    truth = Counter(labels[number] for numbers in json.loads(source.read_text()).values() for number in numbers)
    with (tmp_path / "report" / "tags.csv").open(newline="") as file:
        found = {row["tag"]: int(row["taken"]) for row in csv.DictReader(file)}
    assert found == {label: truth[label] for label in labels}
    assert report(tmp_path)["left_out"] == {"too few tags": 0, "not among the pictures with most tags": 0}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "give the metadata"),
        (("--metadata", "m", "--encoded", "e.json", "--labels", "l.txt"), "give the metadata"),
        (("--encoded", "e.json"), "belong together"),
        (("--encoded", "e.json", "--labels", "l.txt", "--rating", "s"), "--rating needs --metadata"),
        (("--metadata", "nowhere"), "nowhere: no such file or folder"),
        (("--metadata", "empty"), "has no metadata"),
        (("--metadata", "."), "lies in"),
        (("--metadata", "m", "--pictures", "empty"), "no picture tree"),
        (("--metadata", "m", "--category", "generale"), "expected some of general, artist"),
        (("--metadata", "m", "--rating", ""), "expected some of g, s, q, e"),
        (("--metadata", "m", "--split", "1,2"), "expected shares of train, val and test"),
        (("--metadata", "m", "--split", "0,0,0"), "not all 0"),
        (("--metadata", "m", "--min-tags", "99"), "no picture passes"),
        (("--metadata", "cut.gz"), "damaged or cut off"),
        (("--metadata", "cut.xz"), "damaged or cut off"),
        (("--encoded", "m", "--labels", "l.txt"), "expected JSON, a map"),
        (("--encoded", "list.json", "--labels", "l.txt"), "expected a JSON map"),
        (("--encoded", "e.json", "--labels", "nowhere"), "expected a text file with one label a line"),
    ],
)
def test_mistakes_end_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    pack(tmp_path / "m", text([ABC, ABC]))
    (tmp_path / "empty").mkdir()
    (tmp_path / "e.json").write_text('{"1": [0]}')
    (tmp_path / "list.json").write_text('[["1", [0]]]')
    (tmp_path / "l.txt").write_text("a\n")
    many = text(random_records(400))
    for suffix in (".gz", ".xz"):
        content = pack(tmp_path / "whole" / f"m{suffix}", many).read_bytes()
        (tmp_path / f"cut{suffix}").write_bytes(content[: len(content) // 2])
    result = run(tmp_path / "out", *options)
    assert result.exit_code in (1, 2)
    assert message in result.output
    assert isinstance(result.exception, SystemExit)
    assert "out/labels.txt" not in outputs(tmp_path)


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "BLOCK", 1000)
    monkeypatch.setattr(shards, "LONGEST_LINE", 1 << 20)
    result = run(tmp_path / "out", "--metadata", pack(tmp_path / "m", b"x" * (3 << 20)))
    assert result.exit_code == 1
    assert "a line of more than 1 MiB" in result.output
