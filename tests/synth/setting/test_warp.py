from __future__ import annotations

import cv2
import numpy as np
from patches import size_of

from textrm.synth.faces.library import FontFace
from textrm.synth.setting.block import Setting
from textrm.synth.setting.columns import set_columns
from textrm.synth.setting.rows import set_rows
from textrm.synth.setting.warp import grown, turn, wobble
from textrm.synth.words.text import Token


def test_polygons_follow_a_turn(japanese: FontFace) -> None:
    block = set_rows(
        np.random.default_rng(0), [Token("王国")], Setting(japanese, 40), lambda line, count: 200.0, 1, spaced=False
    )
    assert block is not None
    turned = turn(block, 90)
    (word,) = turned.words
    width, height = size_of(word)
    assert height > 1.5 * width
    left, top, ink_width, ink_height = cv2.boundingRect(np.where(turned.coverage > 60, turned.coverage, 0))
    assert np.allclose(word.min(0), (left, top), atol=6)  # the box holds side bearings
    assert np.allclose(word.max(0), (left + ink_width, top + ink_height), atol=6)
    # anticlockwise: what was at the left is now below
    assert word[0, 1] > word[1, 1]


def test_wobble_keeps_ink_inside_grown_polygons(japanese: FontFace) -> None:
    rng = np.random.default_rng(0)
    block = set_columns(rng, [Token("王国の剣")], Setting(japanese, 30), 200, 1)
    assert block is not None
    shaken = wobble(rng, block, 3.0, 20.0)
    inside = np.zeros(shaken.coverage.shape, np.uint8)
    cv2.fillPoly(inside, [np.round(shaken.words[0]).astype(np.int32)], 1)
    assert not ((shaken.coverage > 127) & (inside == 0)).any()


def test_growing_moves_every_side_out() -> None:
    square = np.array([(0, 0), (10, 0), (10, 10), (0, 10)], np.float32)
    larger = np.array([(-2, -2), (12, -2), (12, 12), (-2, 12)], np.float32)
    assert np.allclose(grown(square, 2), larger)
    assert np.allclose(grown(square[::-1], 2), larger[::-1])
