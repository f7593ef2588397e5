"""The study of kinds: true kinds of found words, scores, sets."""

from __future__ import annotations

import numpy as np

from experiments.kinds.fit import decided, fit, scores
from experiments.kinds.material import UNKNOWN, Words, drawn_words, faces, joined, true_kinds
from experiments.kinds.trees import Growth
from textrm.data.sample import KINDS, Sample
from textrm.page.finding.mask import find_lettering
from textrm.page.kinds.features import FEATURES, Known

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


def test_trees_learn_two_numbers_at_once() -> None:
    def told(seed: int) -> tuple[Words, np.ndarray]:
        """Credits where the second and the third number have the same sign, which neither tells alone."""
        drawn = words(seed)
        same = (drawn.rows[:, 1] > 0) == (drawn.rows[:, 2] > 0)
        drawn.rows[:, 0] = 0
        return Words(drawn.rows[:, :6], np.where(same, CREDIT, DIALOGUE), drawn.block, drawn.page, drawn.goes), same

    growth = Growth(trees=60, depth=3, rate=0.3, columns=0.8)
    classifier = fit(told(0)[0], told(1)[0], growth)
    unseen, same = told(2)
    shares = classifier(Known(unseen.rows, unseen.block))
    assert ((shares.argmax(1) == CREDIT) == same).mean() > 0.95
    assert classifier.leaves.shape == (60, 8, len(KINDS))


def test_found_words_count_more_and_unknown_ones_not_at_all() -> None:
    drawn, found = words(0), words(1)
    found.kind[:] = DIALOGUE  # whatever the first number says
    found.kind[::2] = UNKNOWN
    drawn.rows[:], found.rows[:] = 0, 0
    classifier = fit(drawn, found, Growth(trees=1, depth=1))
    shares = classifier(Known(drawn.rows, drawn.block))[0]
    assert 0.8 < shares[DIALOGUE] < 0.92
    assert shares[[kind not in (DIALOGUE, CREDIT) for kind in range(len(KINDS))]].max() < 1e-5


def test_bars_keep_other_words_from_staying() -> None:
    classifier = fit(words(0), words(1), Growth(trees=20, depth=2, rate=0.3))
    wrong = words(2)
    wrong.kind[:] = DIALOGUE
    before = (classifier.sure(classifier(Known(wrong.rows, wrong.block))) == CREDIT).mean()
    after = (decided(classifier, wrong).sure(classifier(Known(wrong.rows, wrong.block))) == CREDIT).mean()
    assert before > 0.2
    assert after <= 0.005
