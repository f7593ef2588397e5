"""What metadata gets wrong is counted and shown, and mistakes of the user end in one line."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from danbooru_release import lines, outputs, pack, random_records, record, report, run, text

from textrm.importers.danbooru import shards

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
    pack(tmp_path / "m", text([record(1001, "a b c artist:x character:y")] * 2))
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
