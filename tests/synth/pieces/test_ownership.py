from __future__ import annotations

import numpy as np

from textrm.synth.composing.bubbles import random_balloon_style
from textrm.synth.composing.letterer import Letterer
from textrm.synth.composing.owner_marks import add_credit, add_watermark
from textrm.synth.faces.library import FontLibrary
from textrm.synth.pieces.ownership import credit, owner_text, watermark


def page(fonts: FontLibrary, seed: int, level: int) -> Letterer:
    rng = np.random.default_rng(seed)
    return Letterer(
        rng, np.full((300, 260, 3), level, np.uint8), fonts, random_balloon_style(rng, True, (0, 0, 0)), True
    )


def test_a_watermark_is_translucent_but_the_mask_has_it(fonts: FontLibrary) -> None:
    alphas = []
    for level in (0, 130, 255):
        for seed in range(15):
            letterer = page(fonts, seed, level)
            if not add_watermark(letterer):
                continue
            sample = letterer.sample("x", set())
            assert {"watermark", "translucent"} <= sample.tags
            assert (sample.clean == level).all()
            assert sample.mask.sum() > 20
            difference = np.abs(sample.image.astype(int) - level).max(2)
            alphas.append(difference.max() / 255)
    assert len(alphas) > 30
    assert np.median(alphas) < 0.65


def test_some_watermarks_are_repeated(fonts: FontLibrary) -> None:
    counts = []
    for seed in range(30):
        letterer = page(fonts, seed, 255)
        if add_watermark(letterer):
            counts.append(len(letterer.words))
    assert 3 < sum(count > 4 for count in counts) < len(counts)


def test_a_credit_is_small_and_lies_at_an_edge(fonts: FontLibrary) -> None:
    placed = 0
    for seed in range(30):
        letterer = page(fonts, seed, 240)
        if not add_credit(letterer):
            continue
        sample = letterer.sample("x", set())
        assert "credit" in sample.tags
        assert (sample.clean == 240).all()
        rows, columns = np.nonzero(sample.mask)
        assert min(rows.min(), 299 - rows.max()) < 25
        assert np.ptp(columns) <= 0.5 * 260
        placed += 1
    assert placed > 20


def test_names_are_many_and_forms_vary() -> None:
    texts = {owner_text(np.random.default_rng(seed)) for seed in range(60)}
    assert len(texts) > 55
    assert any("©" in text for text in texts)
    assert any(".com" in text or ".net" in text for text in texts)


def test_boxes_too_small_give_none(fonts: FontLibrary) -> None:
    rng = np.random.default_rng(0)
    assert credit(rng, fonts, 8, 5, background=None, monochrome=True) is None
    assert watermark(rng, fonts, 20, 12, background=None, monochrome=True) is None
