"""Judges what is too large to be seen as one word by its parts: a sheet of letters, a whole page of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from textrm.page.finding.words import Scorer, Words, known_words

_CROWD = 60  # strokes; a paragraph has fewer
_PART = 12  # strokes that are seen together: a few words of a line
_LEAST = 0.4  # quantile of the scores of the parts that the whole is given


def parts_of(words: Words) -> np.ndarray:
    """N, how many parts each word is seen in: a crowd as many as its strokes make, another word one."""
    strokes = np.bincount(words.of_strokes(), minlength=len(words.areas))
    return np.where(strokes >= _CROWD, strokes // _PART, 1)


def score_crowds(
    image: np.ndarray, maps: Sequence[np.ndarray], words: Words, scores: np.ndarray, asked: np.ndarray,
    judge: Scorer,
) -> np.ndarray:  # fmt: skip
    """The scores of words, N; one of many strokes is as sure as most of its parts are, if that is more.

    Letters that stand as near below each other as beside each other make one word, and no square of 64 pixels shows
    what a page of them is. Parts of it say it plainly; three in five of them must, since bricks and leaves look like
    letters here and there.

    Args:
        image: H W 3 uint8 RGB, the page.
        maps: what each look gave, as for :func:`~textrm.page.finding.words.group_words`.
        words: the words of the page.
        scores: N in [0, 1], what ``judge`` says of each.
        asked: N bool, the words that may rise.
        judge: scores words by their numbers.
    """
    strokes, word_of = words.strokes, words.of_strokes()
    crowds = np.flatnonzero(asked & (parts_of(words) > 1))
    if not len(crowds):
        return scores
    centres = np.stack([strokes.means(strokes.ys), strokes.means(strokes.xs)], 1)
    part_of = np.full(len(word_of), -1)
    owners: list[int] = []
    for crowd in crowds.tolist():
        for part in _parts(np.flatnonzero(word_of == crowd), centres):
            part_of[part] = len(owners)
            owners.append(crowd)
    parts = known_words(image, maps, strokes.some(part_of >= 0), part_of[part_of >= 0])
    said = judge(parts, np.arange(len(owners)))
    raised = scores.copy()
    for crowd in crowds.tolist():
        raised[crowd] = max(raised[crowd], np.quantile(said[np.array(owners) == crowd], _LEAST))
    return raised


def _parts(members: np.ndarray, centres: np.ndarray) -> Iterator[np.ndarray]:
    """``members`` in parts of ``_PART`` at most, cut again and again across the longer side, at the widest gap."""
    if len(members) <= _PART:
        yield members
        return
    places = centres[members]
    axis = int(np.ptp(places, axis=0).argmax())
    order = members[np.argsort(places[:, axis], kind="stable")]
    quarter = len(order) // 4
    gaps = np.diff(centres[order, axis])[quarter : len(order) - quarter - 1]
    cut = quarter + int(gaps.argmax()) + 1
    yield from _parts(order[:cut], centres)
    yield from _parts(order[cut:], centres)
