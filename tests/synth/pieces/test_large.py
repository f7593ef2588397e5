from __future__ import annotations

import numpy as np
import pytest

from textrm.synth.faces.library import FontLibrary
from textrm.synth.inks.dresses import CONTRAST, contrast
from textrm.synth.inks.effects import Dress
from textrm.synth.inks.large_dresses import large_dress
from textrm.synth.pieces.large import large_effect
from textrm.synth.pieces.patch import Lettering


def effects(fonts: FontLibrary, letter: float, count: int, **options: object) -> list[Lettering]:
    made = [
        large_effect(np.random.default_rng([3, i]), fonts, 900, 900, letter=letter, **options) for i in range(count)
    ]
    kept = [patch for patch in made if patch is not None]
    assert len(kept) > 0.7 * count
    return kept


def heights(patches: list[Lettering]) -> np.ndarray:
    """The shorter side of the frame around each effect: about a letter's height where letters stand in a row."""
    corners = [patch.words[0] for patch in patches]
    return np.array([np.linalg.norm(word - np.roll(word, 1, 0), axis=1).min() for word in corners])


@pytest.mark.parametrize("letter", [100, 220])
def test_letters_are_about_as_high_as_asked_for(fonts: FontLibrary, letter: float) -> None:
    found = heights(effects(fonts, letter, 24, dress=Dress((0, 0, 0)), script="latin")) / letter
    assert 0.7 < np.median(found) < 1.6
    assert (found > 0.45).mean() > 0.85


def test_a_patch_keeps_to_its_box_by_leaving_letters_out(fonts: FontLibrary) -> None:
    for i in range(20):
        patch = large_effect(np.random.default_rng(i), fonts, 260, 240, letter=130)
        if patch is not None:
            height, width = patch.alpha.shape
            assert width <= 260
            assert height <= 240
    assert large_effect(np.random.default_rng(0), fonts, 60, 60, letter=200) is None


def test_a_hollow_letter_shows_what_lies_behind(fonts: FontLibrary) -> None:
    hollow = Dress((0, 0, 0), outlines=((4.0, (0, 0, 0)),), hollow=True)
    for open_, solid in zip(
        effects(fonts, 150, 8, dress=hollow), effects(fonts, 150, 8, dress=Dress((0, 0, 0))), strict=True
    ):
        assert (open_.alpha > 127).sum() < 0.9 * (solid.alpha > 127).sum()
        assert "hollow" in open_.tags


def test_some_letters_lie_over_one_another_with_outlines_of_their_own(fonts: FontLibrary) -> None:
    dress = Dress((255, 255, 255), outlines=((5.0, (0, 0, 0)),))
    patches = effects(fonts, 120, 40, dress=dress)
    apart = [patch for patch in patches if "overlapping" in patch.tags]
    assert 3 <= len(apart) < len(patches)
    for patch in apart:
        seen = patch.color[patch.alpha == 255]
        assert {0, 255} <= set(np.unique(seen))


@pytest.mark.parametrize("level", [0, 128, 255])
def test_every_dress_stands_out_from_its_ground(level: int) -> None:
    ground = np.full(3, float(level))
    for seed in range(120):
        dress = large_dress(np.random.default_rng(seed), 200, ground, monochrome=False)
        colors = [color for _, color in dress.outlines] + ([] if dress.hollow else [dress.ink])
        assert max(contrast(color, ground) for color in colors) * dress.opacity >= CONTRAST


def test_looks_are_of_all_kinds_and_grey_where_the_page_is() -> None:
    dresses = [large_dress(np.random.default_rng(seed), 300, None, monochrome=True) for seed in range(300)]
    tags = [dress.tags() for dress in dresses]
    for name in ("outlined", "hollow", "glow", "shadow", "gradient", "patterned"):
        assert 6 < sum(name in found for found in tags) < 290, name
    assert all(len(set(dress.ink)) == 1 for dress in dresses)
    widest = [width for dress in dresses for width, _ in dress.outlines]
    assert max(widest) > 20  # 9 px, the widest of a small effect, is thin around a letter of 300 px
    assert min(widest) >= 1.2
    assert any(len(dress.outlines) == 2 for dress in dresses)
