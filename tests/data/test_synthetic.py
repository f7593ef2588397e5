"""Drawn pages: new ones in training, the same ones in evaluation, lettered art in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from textrm.data import synthetic
from textrm.data.manifest import read_manifest, write_manifest
from textrm.data.sample import Sample
from textrm.data.synthetic import SyntheticDataset
from textrm.data.transforms import EvalTransform, TrainTransform
from textrm.errors import UserError

Make = Callable[..., Path]


class Drawn:
    """Stands in for both generators and remembers what they were asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pages: list[tuple[int, int]] = []
        self.art: list[np.ndarray] = []
        monkeypatch.setattr(synthetic, "draw_page", self.draw_page)
        monkeypatch.setattr(synthetic, "letter_art", self.letter_art)
        monkeypatch.setattr(synthetic, "find_fonts", lambda folders: None)

    def draw_page(self, seed: int, index: int, fonts: Any, *, size: int) -> Sample:
        self.pages.append((seed, index))
        return Sample("drawn", np.zeros((size, size, 3), np.uint8), np.zeros((size, size), np.uint8))

    def letter_art(self, rng: np.random.Generator, art: np.ndarray, fonts: Any, *, name: str) -> Sample:
        self.art.append(art)
        return Sample(name, art, np.zeros(art.shape[:2], np.uint8))


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Drawn:
    return Drawn(monkeypatch)


def test_real_pages_are_deterministic_and_fresh() -> None:
    first, again = (SyntheticDataset(4, 64, TrainTransform(64, scale=(1, 1.5)), seed=3) for _ in range(2))
    a, b, c = first.item(1, 5), again.item(2, 5), first.item(1, 6)
    assert torch.equal(a["image"], b["image"])  # the number of the draw alone makes the page
    assert torch.equal(a["mask"], b["mask"])
    assert not torch.equal(a["image"], c["image"])
    assert a["image"].shape == (3, 64, 64)
    assert a["has_clean"]


def test_training_and_evaluation_pages_never_meet(drawn: Drawn) -> None:
    data = SyntheticDataset(5, 16, EvalTransform(), seed=3)
    for i in range(5):
        data[i]
    for draw in range(5):
        data.item(0, draw)
    assert drawn.pages[:5] == [(3, i) for i in range(5)]
    assert len(set(drawn.pages)) == 10
    assert len(data) == 5


def test_choice_of_art_is_no_function_of_the_page_drawn(drawn: Drawn, make_manifest: Make) -> None:
    data = SyntheticDataset(1, 16, EvalTransform(), art=make_manifest(2), art_fraction=0.5)
    for draw in range(200):
        data.item(0, draw)
    assert len(drawn.art) == pytest.approx(100, abs=25)
    # The first number of the page's own generator is still uniform among the pages that were drawn.
    firsts = np.array([np.random.default_rng(page).random() for page in drawn.pages])
    assert firsts.mean() == pytest.approx(0.5, abs=0.08)
    assert (firsts < 0.5).mean() == pytest.approx(0.5, abs=0.15)


def test_art_is_the_clean_picture_cut_square(
    drawn: Drawn, make_manifest: Make, lettering: tuple[int, int, int]
) -> None:
    data = SyntheticDataset(1, 32, EvalTransform(), art=make_manifest(4), art_fraction=1)
    ids = {data.item(0, draw)["id"].split("-")[0] for draw in range(40)}
    assert ids == {"p0", "p1", "p2", "p3"}
    assert {art.shape for art in drawn.art} == {(32, 32, 3)}
    assert all((art == art[..., :1]).all() for art in drawn.art)  # the clean pages are grey, the lettering is not
    assert not drawn.pages


def test_only_text_free_art_is_taken(drawn: Drawn, make_manifest: Make) -> None:
    path = make_manifest(6)
    rows = list(read_manifest(path).rows)
    rows[0] = replace(rows[0], extra={"lettering_in_art": "true"})
    rows[1] = replace(rows[1], clean="")  # lettered, and no clean picture is known
    rows[2] = replace(rows[2], image=rows[2].clean, clean="", mask="")  # a picture without lettering
    rows[3] = replace(rows[3], split="val")
    rows[5] = replace(rows[5], clean=rows[4].clean)  # the same page in another language
    write_manifest(path, rows)
    data = SyntheticDataset(1, 16, EvalTransform(), art=path)
    assert [(row.id, row.image) for row in data.art.rows] == [("p2", "2_clean.png"), ("p4", "4_clean.png")]
    write_manifest(path, [rows[0], rows[1], rows[3]])
    with pytest.raises(UserError, match="no text-free picture in split 'train'"):
        SyntheticDataset(1, 16, EvalTransform(), art=path)


def test_unreadable_art_is_told_and_replaced_by_other_art(drawn: Drawn, make_manifest: Make) -> None:
    path = make_manifest(2)
    (path.parent / "0_clean.png").write_bytes(b"broken")
    data = SyntheticDataset(1, 16, EvalTransform(), art=path, art_fraction=1)
    assert {data.item(0, draw)["id"].split("-")[0] for draw in range(8)} == {"p1"}
    assert list(data.bad_rows) == ["p0"]
    (path.parent / "1_clean.png").write_bytes(b"broken")
    with pytest.raises(UserError, match="none of 2 text-free pictures can be used, one: "):
        data.item(0)
    assert sorted(data.bad_rows) == ["p0", "p1"]


def test_art_fraction_without_art_draws_pages(drawn: Drawn) -> None:
    assert SyntheticDataset(1, 16, EvalTransform(), art_fraction=1.0)[0]["id"] == "drawn"
