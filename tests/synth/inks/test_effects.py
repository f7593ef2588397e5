from __future__ import annotations

import numpy as np

from textrm.synth.inks.effects import Dress, paint


def test_outline_grows_the_ink_by_its_width() -> None:
    coverage = np.zeros((60, 60), np.uint8)
    coverage[25:35, 25:35] = 255
    color, alpha = paint(coverage, Dress((0, 0, 0), outlines=((4.0, (255, 255, 255)), (3.0, (200, 0, 0)))))
    solid = np.flatnonzero(alpha[30] == 255)
    assert (solid[0], solid[-1]) == (25 - 7, 34 + 7)
    assert color[30, 30].tolist() == [0, 0, 0]
    assert color[30, 22].tolist() == [255, 255, 255]
    assert color[30, 19].tolist() == [200, 0, 0]


def test_hollow_letters_show_what_lies_behind() -> None:
    coverage = np.zeros((40, 40), np.uint8)
    coverage[15:25, 15:25] = 255
    _, alpha = paint(coverage, Dress((0, 0, 0), outlines=((3.0, (255, 0, 0)),), hollow=True))
    assert alpha[20, 20] == 0
    assert alpha[20, 13] == 255


def test_hard_edges_have_no_grey() -> None:
    coverage = np.linspace(0, 255, 64, dtype=np.uint8).reshape(8, 8)
    _, alpha = paint(coverage, Dress((0, 0, 0), outlines=((1.5, (255, 255, 255)),), hard=True))
    assert set(np.unique(alpha)) <= {0, 255}
