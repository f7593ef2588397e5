"""From the encoded form, numbers of labels, to the selection."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest
from danbooru_release import lines, report, run


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
