"""Every motif: a thing that is taken for lettering and drawn into a box of any size."""

from __future__ import annotations

from textrm.synth.drawing import barred, emotion, facades, foliage, ground, ornaments, things
from textrm.synth.drawing.common.bounds import Motif
from textrm.synth.drawing.people import cartoon_faces, cartoon_features, cartoon_people

MOTIFS: tuple[tuple[Motif, float, float], ...] = (
    (cartoon_faces.face, 2.5, 0.9), (cartoon_faces.features, 1.5, 1.0), (cartoon_features.eye, 1, 1.3),
    (cartoon_features.nose, 0.4, 0.8), (cartoon_features.mouth, 1, 2.2),
    (cartoon_people.bust, 1, 0.8), (cartoon_people.person, 1.2, 0.5), (cartoon_people.profile, 1.2, 0.9),
    (cartoon_people.animal, 1, 1.0), (cartoon_people.bird, 1, 1.4), (cartoon_people.glove, 0.8, 0.8),
    (cartoon_people.boot, 0.8, 1.0),
    (facades.windows, 3, 1.2), (facades.house, 1, 1.1), (facades.skyline, 0.7, 1.8),
    (barred.tally, 1.5, 2.5), (barred.fence, 1.5, 2.5), (barred.ladder, 1, 0.5), (barred.comb, 1.5, 3.5),
    (barred.teeth, 0.8, 2.2), (barred.piano, 0.8, 2.5), (barred.stripes, 1, 1.5), (barred.clock, 0.8, 1.0),
    (foliage.leaf, 0.8, 0.6), (foliage.branch, 0.8, 1.8), (foliage.tuft, 1.2, 1.2), (foliage.tree, 0.8, 0.8),
    (foliage.flower, 0.8, 0.9), (foliage.feather, 0.8, 0.9), (foliage.lock, 1.2, 0.7),
    (emotion.drop, 0.8, 0.6), (emotion.vein, 0.7, 1.0), (emotion.bolt, 0.7, 0.8), (emotion.tail, 0.8, 0.6),
    (emotion.claws, 0.6, 1.1), (emotion.rays, 0.8, 1.0), (emotion.puff, 0.6, 1.1), (emotion.note, 1, 0.9),
    (ornaments.star, 1, 1.0), (ornaments.spiral, 1, 1.0), (ornaments.arrow, 1, 1.3), (ornaments.beads, 1.2, 3.0),
    (ornaments.heart, 0.6, 1.0), (ornaments.chain, 0.6, 3.0), (ornaments.border, 1, 3.5), (ornaments.cross, 1, 1.0),
    (ground.crack, 0.8, 1.2), (ground.rain, 1.2, 1.5), (ground.boards, 0.8, 1.5), (ground.stones, 0.8, 1.5),
    (ground.specks, 0.7, 1.5),
    (things.keypad, 0.8, 1.3), (things.dice, 0.6, 2.0), (things.film, 0.6, 3.0), (things.books, 0.8, 2.0),
    (things.gear, 0.6, 1.0), (things.abacus, 0.5, 1.4), (things.grille, 0.5, 1.4),
)  # fmt: skip
"""Every motif, how often it is drawn, and its usual width over its height."""
