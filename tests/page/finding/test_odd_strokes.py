from __future__ import annotations

import numpy as np

from textrm.page.finding.odd_strokes import odd_strokes
from textrm.page.finding.words import group_words


def test_an_unsure_stroke_of_another_color_is_no_part_of_its_word() -> None:
    image, prob = np.full((120, 240, 3), 255, np.uint8), np.zeros((120, 240), np.uint8)
    looks = {30: (0, 250), 45: (0, 250), 60: (0, 150), 75: (200, 250), 90: (200, 150), 105: (50, 150)}
    for left, (red, level) in looks.items():
        image[40:60, left : left + 10] = (red, 0, 0)
        prob[40:60, left : left + 10] = level
    words = group_words(image, [prob, prob[::2, ::2], prob[::4, ::4]], 0.3)
    assert words is not None
    assert len(words.areas) == 1
    strokes = words.strokes
    lefts = [int(strokes.xs[strokes.own == number].min()) for number in range(6)]
    odd = odd_strokes(words, np.ones(1, bool))
    assert {left for left, found in zip(lefts, odd, strict=True) if found} == {90}
    assert not odd_strokes(words, np.zeros(1, bool)).any()


def test_where_all_strokes_differ_none_is_odd() -> None:
    image, prob = np.full((120, 240, 3), 255, np.uint8), np.zeros((120, 240), np.uint8)
    for left, level in ((30, 0), (45, 200)):
        image[40:60, left : left + 10] = level
        prob[40:60, left : left + 10] = 150
    words = group_words(image, [prob, prob[::2, ::2], prob[::4, ::4]], 0.3)
    assert words is not None
    assert len(words.areas) == 1
    assert not odd_strokes(words, np.ones(1, bool)).any()
