"""What is told of ways of filling that are compared on screens."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

import numpy as np
import pytest
import torch
from drawn_screens import drawn, frequencies
from torch.utils.data import Dataset

from textrm.evaluate.fill_scores import SCREENS, Fill, score_fills, summarise_fills
from textrm.evaluate.fills import fill_table
from textrm.evaluate.scoring import Line

PERIOD, BOX = 6, np.s_[10:150, 10:190]


def screen(moved: int = 0) -> np.ndarray:
    """Upright lines, moved by pixels to the left."""
    picture = drawn(160, 200, frequencies(PERIOD, 0, lines=True), 0.5)
    return np.roll(picture, -moved, 1)[..., None].repeat(3, 2)


def item(name: str, clean: np.ndarray) -> dict[str, Any]:
    """What a dataset of inpainting gives, with a hole of 140 x 180 pixels."""
    planes, mask = torch.from_numpy(clean.copy()).permute(2, 0, 1) / 255, torch.zeros(1, *clean.shape[:2])
    mask[0, BOX[0], BOX[1]] = 1
    return {
        "id": name,
        "clean": planes,
        "image": planes * (1 - mask),
        "mask": mask,
        "ignore": torch.zeros_like(mask) > 0,
    }


def scored(items: list[dict[str, Any]]) -> list[Line]:
    """The summary of fills with the lines themselves, with grey, with lines a third of a period off, and dark ones."""
    pictures = {"truth": screen(), "grey": np.full_like(screen(), 127), "moved": screen(2), "dark": screen() // 2}
    fillings: dict[str, Fill] = {name: partial(_given, picture) for name, picture in pictures.items()}
    data = cast("Dataset[Any]", items)
    return summarise_fills([line for found in score_fills(data, range(len(items)), fillings) for line in found])


def _given(picture: np.ndarray, image: np.ndarray, hole: np.ndarray) -> np.ndarray:
    return picture


def test_tone_phase_and_lattice_of_what_was_filled_on_a_screen() -> None:
    noise = np.random.default_rng(0).integers(100, 120, (160, 200, 3), dtype=np.uint8)
    truth, grey, moved, dark = scored([item("lines", screen()), item("no screen", noise)])
    for column in SCREENS.values():
        assert float(truth[column]) == pytest.approx(0, abs=1e-6)
    # The known lines beside the hole take a part in what is near them.
    assert float(grey["screen_tone"]) < 4
    assert float(grey["screen_lattice"]) == pytest.approx(1, abs=0.12)
    assert float(moved["screen_tone"]) < 4
    assert float(moved["screen_phase"]) == pytest.approx(2 / PERIOD, abs=0.04)
    assert float(moved["screen_lattice"]) == pytest.approx(2 * np.sin(np.pi * 2 / PERIOD), abs=0.2)
    assert float(dark["screen_tone"]) == pytest.approx(64, abs=6)
    assert float(dark["screen_phase"]) < 0.02
    assert float(dark["screen_lattice"]) == pytest.approx(0.5, abs=0.08)


def test_they_stand_in_the_table_where_a_hole_lies_on_a_screen() -> None:
    table = fill_table("", scored([item("lines", screen())]))
    shown = {str(column.header): list(map(str, column.cells)) for column in table.columns}
    assert shown["phase"][0] == "0.000"
    assert float(shown["phase"][2]) == pytest.approx(2 / PERIOD, abs=0.04)
    assert float(shown["tone"][3]) == pytest.approx(64, abs=6)
    assert float(shown["lattice"][3]) == pytest.approx(0.5, abs=0.08)
    plain = fill_table("", scored([item("no screen", np.full((160, 200, 3), 100, np.uint8))]))
    assert not {"tone", "phase", "lattice"} & {str(column.header) for column in plain.columns}
