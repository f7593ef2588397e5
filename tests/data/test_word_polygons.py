"""Words come from the file that a row names; files that hold something else make a bad row."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from textrm.data.manifest import BadRow, Manifest, Row
from textrm.data.word_polygons import read_words


def row(words: str | None) -> Row:
    return Row("a", "val", "g", "a.png", extra={} if words is None else {"words": words})


def test_polygons_are_read_as_they_were_written(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[[[1.5, 2], [3, 2], [3, 4]], [[0, 0], [9, 0], [9, 9], [0, 9.25]]]")
    words, kinds = read_words(Manifest((), tmp_path), row("a.json"))
    assert [word.shape for word in words] == [(3, 2), (4, 2)]
    assert [word.dtype for word in words] == [np.float32, np.float32]
    assert (words[0][0].tolist(), words[1][3].tolist()) == ([1.5, 2], [0, 9.25])
    assert kinds == ("", "")


def test_objects_say_what_their_words_are(tmp_path: Path) -> None:
    told = [{"polygon": [[1, 2], [3, 2], [3, 4]], "kind": "sign"}, {"polygon": [[0, 0], [9, 0], [9, 9]]}]
    (tmp_path / "a.json").write_text(json.dumps(told))
    words, kinds = read_words(Manifest((), tmp_path), row("a.json"))
    assert kinds == ("sign", "")
    assert words[1].tolist() == [[0, 0], [9, 0], [9, 9]]


@pytest.mark.parametrize("words", [None, "", " "])
def test_without_the_column_there_are_none(tmp_path: Path, words: str | None) -> None:
    assert read_words(Manifest((), tmp_path), row(words)) == ((), ())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[[[1, 2]", "no JSON of polygons"),
        ("7", "no JSON of polygons"),
        ('[[["a", 2]]]', "no JSON of polygons"),
        ("[[[1, 2], [3]]]", "no JSON of polygons"),
        ("[[1, 2, 3]]", r"has a word of shape \(3,\)"),
        ("[[[1, 2, 3]]]", r"has a word of shape \(1, 3\)"),
        ("[[[1, NaN]]]", "finite"),
        (None, "No such file"),
    ],
)
def test_other_contents_make_a_bad_row(tmp_path: Path, content: str | None, said: str) -> None:
    if content is not None:
        (tmp_path / "a.json").write_text(content)
    with pytest.raises(BadRow, match=said) as bad:
        read_words(Manifest((), tmp_path), row("a.json"))
    assert bad.value.id == "a"
