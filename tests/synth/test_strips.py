from __future__ import annotations

import numpy as np
import pytest

from textrm.data.sample import Sample
from textrm.synth.faces.library import FontLibrary
from textrm.synth.pages import EMPTY_KINDS, KINDS, Kind
from textrm.synth.pictograms import pictograms
from textrm.synth.strips import strip


def samples(kind: Kind, fonts: FontLibrary, color: bool, lettered: bool) -> list[Sample]:
    drawn = (kind(np.random.default_rng(seed), 160, 200, fonts, color, lettered) for seed in range(8))
    return [letterer.sample("x", tags) for letterer, tags in drawn]


@pytest.mark.parametrize("kind", [strip, pictograms])
def test_without_lettering_nothing_is_marked(fonts: FontLibrary, kind: Kind) -> None:
    drawn = 0
    for sample in samples(kind, fonts, True, False):
        assert not sample.mask.any()
        np.testing.assert_array_equal(sample.image, sample.clean)
        drawn += int(sample.image.std() > 8)
    assert drawn >= 6


@pytest.mark.parametrize("kind", [strip, pictograms])
def test_lettered_pages_mark_only_what_letters_changed_and_stay_grey(fonts: FontLibrary, kind: Kind) -> None:
    lettered = 0
    for sample in samples(kind, fonts, False, True):
        assert sample.clean is not None
        assert (sample.image == sample.image[..., :1]).all()
        np.testing.assert_array_equal(sample.mask, np.abs(sample.image.astype(int) - sample.clean).max(2) > 16)
        lettered += int(sample.mask.any())
    assert lettered >= 5


def test_strips_hold_large_faces_with_lines_to_what_they_say(fonts: FontLibrary) -> None:
    faces = 0
    for seed in range(10):
        letterer, tags = strip(np.random.default_rng(seed), 200, 260, fonts, True, True)
        assert "strip" in tags
        assert tags & {"cartoon_face", "stick_figure"}
        faces += "cartoon_face" in tags
        for x0, y0, x1, y1 in letterer.room.taken:
            assert x0 < x1 <= 260 + 40
            assert y0 < y1
    assert 4 <= faces <= 9


def test_a_third_of_the_pages_without_lettering_are_pictograms() -> None:
    def share(kinds: tuple[tuple[Kind, float], ...]) -> float:
        return sum(weight for kind, weight in kinds if kind is pictograms) / sum(weight for _, weight in kinds)

    assert share(EMPTY_KINDS) == pytest.approx(1 / 3, abs=0.03)
    assert share(KINDS) < 0.06
