from __future__ import annotations

import numpy as np
import pytest

from textrm.synth.drawing.common.bounds import Motif, in_box, random_hand
from textrm.synth.drawing.common.canvas import Canvas
from textrm.synth.drawing.common.palette import random_palette
from textrm.synth.drawing.motifs import MOTIFS
from textrm.synth.drawing.panel_art import draw_panel, random_style

NAMES = {"ids": lambda motif: motif.__name__}


def drawn(motif: Motif, seed: int, box: tuple[float, float, float, float], *, dark: bool = False) -> tuple[Canvas, int]:
    """A canvas of 150 x 170 px with one motif in a box, and the level of its ground."""
    rng = np.random.default_rng(seed)
    ground = 0 if dark else 255
    palette = random_palette(rng, color=False)
    canvas = Canvas(150, 170, (ground, ground, ground), palette.ink, 2)
    hand = random_hand(canvas, rng, palette, min(box[2] - box[0], box[3] - box[1]), (ground, ground, ground))
    motif(rng, hand, in_box(box, hand.pen))
    return canvas, ground


@pytest.mark.parametrize("motif", [m for m, _, _ in MOTIFS], **NAMES)
@pytest.mark.parametrize("dark", [False, True])
def test_a_motif_stays_in_its_box_grey_and_tagged(motif: Motif, dark: bool) -> None:
    for seed in range(12):
        canvas, ground = drawn(motif, seed, (30, 20, 130, 110), dark=dark)
        picture = canvas.flatten()
        assert canvas.tags
        assert (picture == picture[..., :1]).all()
        inside = picture[18:112, 28:132]
        assert (np.abs(inside.astype(int) - ground).max(2) > 40).mean() > 0.002
        outside = np.ones((150, 170), bool)
        outside[18:112, 28:132] = False
        assert (picture[outside] == ground).all()


@pytest.mark.parametrize("motif", [m for m, _, _ in MOTIFS], **NAMES)
def test_a_motif_is_seeded_and_varies(motif: Motif) -> None:
    first, again, other = (drawn(motif, seed, (10, 10, 160, 140))[0].flatten() for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize("motif", [m for m, _, _ in MOTIFS], **NAMES)
def test_a_motif_as_small_as_a_letter_leaves_ink(motif: Motif) -> None:
    shown = 0
    for seed in range(8):
        picture = drawn(motif, seed, (50, 50, 58, 58))[0].flatten()
        shown += int(picture[50:58, 50:58].min() < 160)
        assert (picture[:48] == 255).all()
    assert shown >= 6


def test_hands_keep_their_pen_below_the_size_and_their_ink_off_the_ground() -> None:
    pens = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        palette = random_palette(rng, color=True)
        canvas = Canvas(8, 8, (255, 255, 255), palette.ink, 1)
        assert random_hand(canvas, rng, palette, 8, (255, 255, 255)).pen <= 1.2
        large = random_hand(canvas, rng, palette, 300, (0, 0, 0))
        pens.append(large.pen)
        assert max(large.ink) >= 170
        assert max(random_hand(canvas, rng, palette, 300, (255, 255, 255)).ink) <= 150
    assert 1 <= min(pens) < 2
    assert 12 < max(pens) <= 14


def test_a_place_maps_its_corners_and_parts() -> None:
    bounds = in_box((10, 20, 110, 70), pen=4)
    np.testing.assert_allclose(bounds([(0, 0), (1, 1)]), [(13, 23), (107, 67)])
    assert bounds.size == pytest.approx(44)
    assert bounds.stretch == pytest.approx(94 / 44)
    mirrored = bounds.part(1, 0, 0.5, 0.5)
    np.testing.assert_allclose(mirrored([(0, 0), (1, 1)]), [(107, 23), (60, 45)])
    turned = in_box((0, 0, 100, 100), pen=2, turn=np.pi / 2)
    np.testing.assert_allclose(turned([(0, 0), (0.5, 0.5)]), [(98, 2), (50, 50)])


def test_about_half_of_the_pages_hold_look_alikes() -> None:
    known = {"cartoon_face", "tally_marks", "comb", "teeth", "piano_keys", "stripes", "clock", "ladder", "house"}
    held = 0
    for seed in range(80):
        rng = np.random.default_rng(seed)
        style = random_style(rng, color=False)
        found = draw_panel(rng, 90, 90, style)[1] | draw_panel(rng, 90, 90, style)[1]
        held += bool(found & known)
        if not style.look_alikes:
            assert not found & known
    assert 30 <= held <= 60
