"""Configurations are walked one way, through dictionaries and lists."""

from __future__ import annotations

from textrm.runs.walk import changed, entries

CONFIG = {"a": [{"b": 1}, 2], "c": {"d": None, 3: "e"}}


def test_every_value_comes_with_its_path() -> None:
    assert list(entries(CONFIG)) == [
        (("a",), [{"b": 1}, 2]), (("a", 0), {"b": 1}), (("a", 0, "b"), 1), (("a", 1), 2),
        (("c",), {"d": None, 3: "e"}), (("c", "d"), None), (("c", 3), "e"),
    ]  # fmt: skip
    assert list(entries("text")) == []


def test_a_copy_has_other_values_in_the_same_places() -> None:
    told = changed(CONFIG, lambda path, value: f"{'.'.join(map(str, path))}={value}")
    assert told == {"a": [{"b": "a.0.b=1"}, "a.1=2"], "c": {"d": "c.d=None", 3: "c.3=e"}}
    assert CONFIG == {"a": [{"b": 1}, 2], "c": {"d": None, 3: "e"}}
    assert changed("text", lambda path, value: (path, value)) == ((), "text")
