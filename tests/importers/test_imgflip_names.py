"""Names in ImgFlip575K and on the command line: ids of memes from any address, and templates chosen by name."""

from __future__ import annotations

from pathlib import Path

import pytest
from imgflip_dataset import read_report, run, write_dataset, write_json

from textrm.data.manifest import read_manifest
from textrm.errors import UserError
from textrm.importers.imgflip575k.choices import out_of_domain
from textrm.importers.imgflip575k.layout import read_entries


def test_addresses_that_name_no_file_end_nothing(tmp_path: Path) -> None:
    dataset = write_dataset(tmp_path / "copy", count=1)
    urls = ["x/" + "a" * 300 + ".jpg", "x/\ud83d.jpg", "x/m\0.jpg", "x/a_b.jpg", "", None, 7, ["x/y"],
            "https://x/fine.jpg?a=1", "https://x/fine.png"]  # fmt: skip
    path = dataset / "dataset" / "memes" / "One-Dog.json"
    write_json(path, [{"url": url, "boxes": ["top"]} for url in urls] + [{"boxes": ["\ud83d", "\0"]}])
    entries, bad = read_entries(path)
    assert [entry.id for entry in entries] == [*(f"n{i}" for i in range(6)), "7", "n7", "fine", "n9", "n10"]
    assert [entry.file for entry in entries[1:4]] == ["", "", "a_b.jpg"]
    assert not bad
    result = run(dataset, tmp_path / "out")
    assert result.exit_code == 0, result.output
    made = [row.id for row in read_manifest(tmp_path / "out" / "manifest.csv").rows if row.group == "One-Dog"]
    assert made == sorted(f"One-Dog_{entry.id}" for entry in entries[:-1])
    assert read_report(tmp_path / "out")["counts"]["captions refused"] == 2


def test_numbers_in_place_of_names_are_unique(tmp_path: Path) -> None:
    named = [None, "https://x/n0.jpg", "https://x/n3.jpg", None, None, "https://x/n3.jpg"]
    write_json(tmp_path / "memes.json", [{"url": url, "boxes": [str(i)]} for i, url in enumerate(named)])
    entries, bad = read_entries(tmp_path / "memes.json")
    assert [entry.id for entry in entries] == ["n0", "n1", "n3", "n4", "n5", "n6"]
    assert [entry.captions for entry in entries] == [(str(i),) for i in range(6)]
    assert not bad


def test_names_come_before_shares_and_files_and_may_be_many(tmp_path: Path) -> None:
    names = [f"Template-{i}" for i in range(500)]
    assert out_of_domain(" , ".join(names), names, 0) == set(names)
    with pytest.raises(UserError, match=r"^--out-of-domain: Nobody: no template of this name, and no file$"):
        out_of_domain(",".join([*names, "Nobody"]), names, 0)
    assert out_of_domain("1984", ["1984", "Other"], 0) == {"1984"}
