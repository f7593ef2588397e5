"""The study of kinds: true kinds of found words, scores, sets."""

from __future__ import annotations

import numpy as np

from experiments.kinds.fit import scores
from experiments.kinds.material import UNKNOWN, Words, drawn_words, faces, joined, true_kinds
from textrm.data.sample import KINDS, Sample
from textrm.page.finding.mask import find_lettering
from textrm.page.kinds.features import FEATURES

DIALOGUE, CREDIT = KINDS.index("dialogue"), KINDS.index("credit")


def words(seed: int, count: int = 400) -> Words:
    """Words whose first number is high where they are credits."""
    rng = np.random.default_rng(seed)
    kind = np.where(rng.random(count) < 0.3, CREDIT, DIALOGUE)
    rows = rng.normal(0, 1, (count, FEATURES)).astype(np.float32)
    rows[:, 0] += np.where(kind == CREDIT, 4, -4)
    return Words(rows, kind, np.arange(count), np.arange(count) // 4, np.ones(count, bool))


def test_a_found_word_is_of_the_kind_of_most_of_its_strokes() -> None:
    mask = np.zeros((60, 100), np.uint8)
    mask[10:20, 10:40] = mask[40:50, 10:40] = mask[40:50, 60:90] = 1
    boxes = [np.array([(8, y), (42, y), (42, y + 14), (8, y + 14)], np.float32) for y in (8, 38)]
    sample = Sample("a", np.zeros((60, 100, 3), np.uint8), mask, words=tuple(boxes), kinds=("dialogue", "credit"))
    regions = find_lettering(mask * np.uint8(255), 0.5, gap=4)[1]
    assert true_kinds(sample, mask, regions).tolist() == [DIALOGUE, CREDIT, UNKNOWN]


def test_drawn_words_are_grouped_and_some_are_left_out() -> None:
    mask = np.zeros((200, 400), np.uint8)
    for x in range(10, 390, 40):
        mask[20:32, x : x + 8] = mask[20:32, x + 10 : x + 18] = 1
    counts = {len(drawn_words(mask, np.random.default_rng(seed))[1]) for seed in range(8)}
    assert max(counts) == 10
    assert len(counts) > 1
    ink, regions = drawn_words(mask, np.random.default_rng(0))
    assert sum(region.area for region in regions) == ink.sum()


def test_scores_count_what_is_told_for_what() -> None:
    table, found = scores(np.array([0, 0, 5]), np.array([0, 5, 5]))
    assert (table[0, 5], round(found[0], 3), round(found[5], 3)) == (1, 0.667, 0.667)


def test_sets_are_put_together_and_no_face_is_in_both() -> None:
    both = joined([words(0, 8), words(1, 8)])
    assert len(set(both.block.tolist())) == 16
    assert both.page.max() == 3
    held, others = ({face.family.split()[0] for face in faces(side).faces} for side in (True, False))
    assert held
    assert not held & others
