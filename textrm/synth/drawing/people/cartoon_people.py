"""Cartoon people and animals in few lines: whole figures, profiles, birds, gloves, boots."""

from __future__ import annotations

import numpy as np

from textrm.synth.drawing.common.bounds import Bounds, Hand
from textrm.synth.drawing.common.strokes import bezier, smooth_closed, smooth_open
from textrm.synth.drawing.people.cartoon_faces import face
from textrm.synth.drawing.people.cartoon_features import eye, eye_pair_maker, mouth
from textrm.synth.values import Rng


def bust(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A large head on shoulders that the lower edge cuts off."""
    neck, shoulder = rng.uniform(0.05, 0.12), rng.uniform(0.28, 0.5)
    half = np.array([(neck, 0.68), (neck, 0.76), (shoulder * 0.8, 0.81), (shoulder, 1.0)])
    left, right = np.array([0.5, 0]) + half * (-1, 1), np.array([0.5, 0]) + half
    cloth = hand.accent if rng.random() < 0.6 else hand.bare
    pen = min(hand.pen, bounds.size * 0.04)
    hand.shape(bounds(np.concatenate([smooth_open(left, 4), smooth_open(right[::-1], 4)])), cloth, pen)
    if rng.random() < 0.5:  # a collar
        corners = [(0.5 - neck, 0.76), (0.5, 0.87), (0.5 + neck, 0.76)]
        hand.shape(bounds(corners), hand.bare, pen)
    for y in np.linspace(0.87, 0.97, int(rng.integers(0, 4))):
        hand.shape(bounds.round(0.5, y, 0.012, 0.012, 8), hand.ink, 0)
    face(rng, hand, bounds.part(0.14, 0, 0.86, 0.75))
    hand.tags.update(("clothes", "figure"))


def person(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A whole figure: a large head, a short body, bent arms and legs, round feet."""
    hand = hand.finer(bounds.size * 0.05)
    hip, chest = rng.uniform(0.68, 0.78), 0.47
    wide = rng.uniform(0.14, 0.26)
    for side in (-1, 1):
        foot = 0.5 + side * rng.uniform(0.1, 0.28)
        leg = bezier([(0.5 + side * wide * 0.5, hip), (0.5 + side * rng.uniform(0, 0.3), 0.85), (foot, 0.94)])
        hand.strokes([bounds(leg)], hand.pen * 1.5)
        hand.shape(bounds.round(foot + side * 0.05, 0.95, 0.1, 0.035), hand.accent)
    shoulders = [(0.5 - wide * 0.7, chest - 0.04), (0.5 + wide * 0.7, chest - 0.04)]
    torso = np.array([*shoulders, (0.5 + wide, hip), (0.5 - wide, hip)])
    hand.shape(bounds(smooth_closed(torso)), hand.accent if rng.random() < 0.6 else hand.paper)
    for side in (-1, 1):
        fist = (0.5 + side * rng.uniform(0.25, 0.42), rng.uniform(0.4, 0.75))
        arm = bezier([(0.5 + side * wide * 0.8, chest + 0.02), (0.5 + side * 0.38, rng.uniform(0.5, 0.7)), fist])
        hand.strokes([bounds(arm)], hand.pen * 1.5)
        hand.shape(bounds.round(*fist, 0.045, 0.03), hand.bare)
    if rng.random() < 0.4:
        for y in np.linspace(chest + 0.04, hip - 0.03, int(rng.integers(2, 5))):
            hand.shape(bounds.round(0.5, y, 0.02, 0.012, 8), hand.ink, 0)
    face(rng, hand, bounds.part(0.18, 0, 0.82, chest))
    hand.tags.update(("clothes", "figure"))


def profile(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A head from the side: one eye, a nose that sticks out, an ear, hair at the back."""
    if rng.random() < 0.5:
        bounds = bounds.part(1, 0, 0, 1)
    hand = hand.finer(bounds.size * 0.05)
    tip, low = rng.uniform(0.85, 0.99), rng.uniform(0.5, 0.62)
    jaw = rng.uniform(0.5, 0.72)
    outline = [(0.3, 0.1), (0.6, 0.13), (0.68, 0.36), (tip, low - 0.04), (tip, low + 0.06), (0.68, low + 0.08)]
    outline += [(jaw, 0.94), (0.35, 0.93), (0.14, 0.6), (0.12, 0.3)]
    hand.shape(bounds(smooth_closed(np.array(outline), 10).clip(0.01, 0.99)), hand.paper)
    eye(rng, hand, bounds.part(0.48, 0.3, 0.64, 0.3 + rng.uniform(0.12, 0.22)))
    mouth(rng, hand, bounds.part(0.48, low + 0.14, 0.7, low + 0.24))
    hand.strokes([bounds.arc((0.28, 0.45), (0.2, 0.68), (0.36, 0.62), (0.36, 0.48))])
    if rng.random() < 0.7:
        edge = np.array([(0.6, 0.16), (0.42, 0.26), (0.36, 0.42), (0.24, 0.44), (0.16, 0.7)])
        crown = np.array([(0.02, 0.55), (0.05, 0.2), (0.3, 0.02), (0.62, 0.1)])
        hair = np.concatenate([edge + rng.normal(0, 0.01, edge.shape), smooth_open(crown, 5)])
        hand.shape(bounds(hair.clip(0, 1)), hand.ink if rng.random() < 0.5 else hand.accent)
    hand.tags.update(("face", "cartoon_face"))


def animal(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """The head of a cat, dog, bear or rabbit."""
    hand = hand.finer(bounds.size * 0.05)
    kind = rng.integers(4)
    for side in (0, 1):
        ear = bounds.part(side, 0, 1 - side, 1)
        if kind == 0:
            hand.shape(ear([(0.12, 0.45), (0.14, 0.02), (0.42, 0.25)]), hand.paper)
        elif kind == 1:
            hand.shape(ear.round(0.13, 0.5, 0.1, 0.28), hand.accent)
        elif kind == 2:
            hand.shape(ear.round(0.2, 0.26, 0.12, 0.12), hand.accent)
        else:
            hand.shape(ear.round(0.34, 0.24, 0.08, 0.23), hand.paper)
    hand.shape(bounds.round(0.5, 0.6, 0.38, 0.36, 28), hand.paper)
    draw_eye = eye_pair_maker(rng)
    for x in (0.36, 0.64):
        draw_eye(rng, hand, bounds.part(x - 0.07, 0.42, x + 0.07, 0.6))
    hand.shape(bounds.round(0.5, 0.68, rng.uniform(0.04, 0.09), 0.045, 14), hand.ink, 0)
    for side in (0, 1):
        half = bounds.part(side, 0, 1 - side, 1)
        hand.strokes([half.arc((0.5, 0.72), (0.42, 0.86), (0.33, 0.76))])
        if rng.random() < 0.7:
            hand.strokes([half([(0.36, y), (0.02, 2.4 * y - 1)]) for y in (0.68, 0.73, 0.78)], hand.pen * 0.6)
    hand.tags.update(("animal", "cartoon_face"))


def bird(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A small bird or duck from the side, or one far away as two arcs."""
    if rng.random() < 0.4:
        lift = rng.uniform(0, 0.5)
        wings = [bounds.arc((0, lift), (0.3, 0), (0.5, 0.7)), bounds.arc((0.5, 0.7), (0.7, 0), (1, lift))]
        hand.strokes(wings)
    else:
        hand = hand.finer(bounds.size * 0.07)
        hand.shape(bounds([(0.3, 0.6), (0.02, 0.4), (0.1, 0.75)]), hand.paper)
        hand.shape(bounds.round(0.42, 0.6, 0.28, 0.22), hand.paper)
        hand.shape(bounds([(0.82, 0.24), (0.99, 0.32), (0.82, 0.38)]), hand.accent)
        hand.shape(bounds.round(0.7, 0.3, 0.16, 0.18), hand.paper)
        hand.shape(bounds.round(0.74, 0.26, 0.03, 0.04, 8), hand.ink, 0)
        hand.strokes([bounds.arc((0.28, 0.58), (0.4, 0.8), (0.55, 0.58))])
        hand.strokes([bounds([(x, 0.8), (x, 0.97), (x + 0.08, 0.97)]) for x in (0.38, 0.48)])
    hand.tags.add("birds")


def glove(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A hand of four fingers, flat or with a finger that points."""
    if rng.random() < 0.5:
        bounds = bounds.part(1, 0, 0, 1)
    hand = hand.finer(bounds.size * 0.08)
    spread = rng.uniform(0, 0.06)
    fill = hand.paper or hand.bare
    hand.shape(bounds.round(0.16, 0.6, 0.12, 0.08), fill)
    for index, x in enumerate((0.32, 0.5, 0.68)):
        top = rng.uniform(0.06, 0.2) if index == 0 or rng.random() < 0.6 else 0.4
        finger = [(x - 0.08, 0.6), (x - 0.08 + spread * (index - 1), top + 0.04), (x + spread * (index - 1), top)]
        finger += [(x + 0.08 + spread * (index - 1), top + 0.04), (x + 0.08, 0.6)]
        hand.shape(bounds(finger), fill)
    hand.shape(bounds.round(0.5, 0.68, 0.29, 0.2), fill)
    hand.shape(bounds([(0.3, 0.86), (0.7, 0.86), (0.74, 0.99), (0.26, 0.99)]), hand.accent)
    hand.tags.add("hands")


def boot(rng: Rng, hand: Hand, bounds: Bounds) -> None:
    """A boot with a sole, laces or a buckle."""
    if rng.random() < 0.5:
        bounds = bounds.part(1, 0, 0, 1)
    hand = hand.finer(bounds.size * 0.07)
    outline = [(0.12, 0.02), (0.52, 0.02), (0.54, 0.5), (0.9, 0.62), (0.98, 0.88), (0.08, 0.88)]
    solid = rng.random() < 0.4
    hand.shape(bounds(smooth_closed(np.array(outline), 4).clip(0, 1)), hand.ink if solid else hand.accent)
    hand.shape(bounds([(0.08, 0.87), (0.98, 0.87), (0.98, 0.98), (0.4, 0.98), (0.4, 0.93), (0.08, 0.93)]), hand.paper)
    y = np.linspace(0.1, 0.5, int(rng.integers(2, 7)))
    hand.strokes([bounds([(0.36, v), (0.52, v + 0.05)]) for v in y], hand.pen, hand.bare if solid else hand.ink)
    hand.tags.add("boots")
