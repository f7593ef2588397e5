"""Kinds of words that go and that stay, chosen on the command line and beside the pages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from infer_command import run
from PIL import Image
from standin_model import lettered_page

from textrm.page.finding import find as finding
from textrm.page.finding.mask import Region
from textrm.pictures.read import read

LETTER, MARK = (slice(20, 32), slice(16, 24)), (slice(80, 92), slice(60, 68))


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page whose letters are dialogue, with a mark at the lower right that is a credit."""

    def told(image: np.ndarray, ink: np.ndarray, regions: Sequence[Region]) -> list[Region]:
        return [replace(region, kind="credit" if region.box[1] > 60 else "dialogue", kind_score=0.75)
                for region in regions]  # fmt: skip

    monkeypatch.setattr(finding, "with_kinds", told)
    image = lettered_page()
    image[MARK] = 0
    path = tmp_path / "in" / "1.png"
    path.parent.mkdir()
    Image.fromarray(image).save(path)
    return path


@pytest.mark.parametrize(
    ("options", "letter", "mark", "said"),
    [
        ((), 255, 0, "1 credit kept: --remove all takes them"),
        (("--remove", "all"), 255, 255, ""),
        (("--remove", "credit, sign"), 0, 255, "1 dialogue kept"),
        (("--keep", "dialogue", "--remove", "all"), 0, 255, "1 dialogue kept"),
        (("--keep", "note"), 255, 0, "1 credit kept"),
    ],
)
def test_what_goes(
    model_file: Path, page: Path, tmp_path: Path, options: tuple[str, ...], letter: int, mark: int, said: str
) -> None:
    result = run(model_file, page, "-o", tmp_path / "out", "--jobs", 1, *options)
    assert result.exit_code == 0
    cleaned = read(tmp_path / "out" / "1.png").image
    assert (cleaned[LETTER] == letter).all()
    assert (cleaned[MARK] == mark).all()
    assert said in result.output
    assert ("kept" in result.output) == bool(said)


def test_what_stays_is_listed_and_is_no_part_of_the_mask(model_file: Path, page: Path, tmp_path: Path) -> None:
    result = run(model_file, page, "-o", tmp_path / "out", "--jobs", 1, "--json", "--mask")
    assert "1 word taken out\n" in result.output
    told = json.loads((tmp_path / "out" / "1.json").read_text())["regions"]
    assert [(word["kind"], word["kept"], word["doubtful"], word["kind_score"]) for word in told] == [
        ("dialogue", False, False, 0.75), ("credit", True, False, 0.75),
    ]  # fmt: skip
    mask = np.asarray(Image.open(tmp_path / "out" / "1.mask.png"))
    assert mask[LETTER].any()
    assert not mask[MARK].any()
    # The mask is all that goes, whatever its kinds are.
    white = np.zeros((96, 80), np.uint8)
    white[78:94, 58:70] = 255
    (tmp_path / "masks").mkdir()
    Image.fromarray(white).save(tmp_path / "masks" / "1.png")
    run(model_file, page, "-o", tmp_path / "given", "--jobs", 1, "--masks", tmp_path / "masks")
    cleaned = read(tmp_path / "given" / "1.png").image
    assert (cleaned[MARK] == 255).all()
    assert (cleaned[LETTER] == 0).all()


def test_other_kinds_make_a_page_anew(model_file: Path, page: Path, tmp_path: Path) -> None:
    run(model_file, page, "-o", tmp_path / "out", "--jobs", 1)
    again = run(model_file, page, "-o", tmp_path / "out", "--jobs", 1, "--remove", "all").output
    assert again.endswith("1 page cleaned, 1 of them anew for other options than before\n")


def test_a_file_beside_the_pages_may_say_it(model_file: Path, page: Path, tmp_path: Path) -> None:
    (page.parent / "textrm.toml").write_text('remove = "all"\nkeep = "dialogue,sign"\n')
    result = run(model_file, page.parent, "-o", tmp_path / "out", "--jobs", 1)
    assert "textrm.toml sets remove = all, keep = dialogue,sign\n" in result.output
    assert (read(tmp_path / "out" / "1.png").image[MARK] == 255).all()
    (page.parent / "textrm.toml").write_text('remove = "titles"\n')
    refused = run(model_file, page.parent, "-o", tmp_path / "out", "--jobs", 1)
    assert refused.exit_code == 1
    assert "remove = 'titles': there is no kind 'titles'; expected all, dialogue, " in refused.output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--remove", "dialogue,titles"), "there is no kind 'titles'; expected all, dialogue, caption"),
        (("--keep", "all"), "there is no kind 'all'; expected dialogue"),
        (("--remove", "sign", "--keep", "sign"), "leave nothing to take out"),
        (("--remove", "all", "--method", "end-to-end"), "--remove: of no use with --method end-to-end"),
    ],
)
def test_mistakes_are_told_in_one_line(
    model_file: Path, page: Path, tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    result = run(model_file, page, "-o", tmp_path / "out", *options)
    assert result.exit_code != 0
    assert said in result.output
    assert not (tmp_path / "out" / "1.png").exists()
