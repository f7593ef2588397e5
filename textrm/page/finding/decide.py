"""Decides which words go: a word goes whole or stays whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from textrm.page.finding.completing.balloons import Pixels, in_balloons, overlooked
from textrm.page.finding.completing.begun_letters import rest_of_begun_letters
from textrm.page.finding.completing.large_letters import rest_of_large_letters
from textrm.page.finding.completing.lone_marks import lone_marks
from textrm.page.finding.completing.text_lines import rest_of_lines
from textrm.page.finding.completing.words_in_line import words_in_line
from textrm.page.finding.crowds import parts_of, score_crowds
from textrm.page.finding.judge import Judge
from textrm.page.finding.mask import Region
from textrm.page.finding.odd_strokes import odd_strokes
from textrm.page.finding.sure_parts import apart
from textrm.page.finding.words import Scorer, Words, group_words

_SURE, _TWICE = 0.8, 2.0  # what the surest word of a lettered page scores: so many times the threshold, at most this
_TOGETHER = 2.5  # or what its words score together


def find_words(
    image: np.ndarray, maps: Sequence[np.ndarray], threshold: float, low: float | None = None, min_area: int = 0,
    judge: Scorer | None = None,
) -> tuple[np.ndarray, list[Region], list[Region]]:  # fmt: skip
    """The mask of the lettering, its words, and the doubtful ones, which are left.

    A word whose score is above ``threshold`` goes with all of its strokes but those of a drawing
    (:func:`~textrm.page.finding.odd_strokes.odd_strokes`); a crowd is scored by its parts
    (:func:`~textrm.page.finding.crowds.score_crowds`), and of one that stays its sure strokes may be a word
    (:func:`~textrm.page.finding.sure_parts.apart`). So does a short one that stands in line with sure ones
    (:func:`~textrm.page.finding.completing.words_in_line.words_in_line`). In a balloon a word goes with what was
    overlooked there (:func:`~textrm.page.finding.completing.balloons.overlooked`), and elsewhere with the rest of its
    lines (:func:`~textrm.page.finding.completing.text_lines.rest_of_lines`) and of its letters
    (:func:`~textrm.page.finding.completing.begun_letters.rest_of_begun_letters`); another one stays with all of them,
    and is doubtful where its score reaches half of the threshold. One without any pixel above the threshold is none.
    Where no word of the page is sure, and few are half sure, all stay: on a picture without lettering little looks
    like it.

    Args:
        image: H W 3 uint8 RGB, the page.
        maps: what each look gave, uint8, at 1, 1/2, 1/4, … of the page.
        threshold: in (0, 1).
        low: in (0, 1), above which a pixel belongs to a stroke; None for the threshold.
        min_area: words with fewer pixels are left.
        judge: gives the scores; None for the plain one.

    Returns:
        The mask, H W uint8 in {0, 1} (1 = lettering), the words and the doubtful words, from top to bottom.
    """
    mask = np.zeros(maps[0].shape, np.uint8)
    words = group_words(image, maps, threshold if low is None else low)
    if words is None:
        return mask, [], []
    known = (words.areas >= max(min_area, 1)) & (words.peaks > int(threshold * 255))
    said = _score(image, maps, words, known, threshold, judge or Judge())
    kept = said.scores > threshold
    if not _speaks(said, kept, threshold):
        kept[:] = False
    further = words_in_line(said.words, said.scores, said.known, kept)
    kept, scores = kept | further, np.where(further, threshold, said.scores)
    doubtful = said.known & ~kept & (scores > threshold / 2)
    strokes = said.words.strokes
    own = ~odd_strokes(said.words, kept)[strokes.own]
    pixels = strokes.ys[own], strokes.xs[own], said.words.word[own]
    goes, added = _completed(image, maps, said.words, pixels, kept, mask)
    # A doubtful word may have gone with a balloon's others.
    gone = np.bincount(pixels[2], mask[pixels[:2]], minlength=len(kept)) * 2 > said.words.areas
    return (
        mask,
        regions_of(goes, np.append(scores, np.full(added, threshold)), np.append(kept, np.ones(added, bool))),
        regions_of(pixels, scores, doubtful & ~gone),
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """Words and what was said of them, a row for each: ``scores`` in [0, 1], how many ``voices`` said so, and whether
    it is ``known`` to be more than a speck.
    """

    words: Words
    scores: np.ndarray
    voices: np.ndarray
    known: np.ndarray


def _score(
    image: np.ndarray, maps: Sequence[np.ndarray], words: Words, known: np.ndarray, threshold: float, judge: Scorer
) -> _Said:
    """The words by themselves, then crowds by their parts, then the sure strokes of those that would stay."""
    alone = np.zeros(len(known))
    alone[known] = judge(words, np.flatnonzero(known))
    scores = score_crowds(image, maps, words, alone, known & (alone <= _sure(threshold)), judge)
    voices = np.where(scores > alone, parts_of(words), 1)  # each part of a crowd has been judged
    words, scores = apart(image, maps, words, scores, known & (scores <= threshold), threshold, judge)
    parts = np.ones(len(scores) - len(known), int)
    return _Said(words, scores, np.append(voices, parts), np.append(known, parts.astype(bool)))


def _sure(threshold: float) -> float:
    return min(_SURE, _TWICE * threshold)


def _speaks(said: _Said, kept: np.ndarray, threshold: float) -> bool:
    """Whether a page bears lettering: one of its words is sure, or several that would go are half sure."""
    together = float((said.scores * said.voices)[kept].sum())
    return bool(said.scores.max(initial=0) > _sure(threshold)) or together > _TOGETHER


def _completed(
    image: np.ndarray, maps: Sequence[np.ndarray], words: Words, pixels: Pixels, kept: np.ndarray, mask: np.ndarray
) -> tuple[Pixels, int]:
    """The pixels of all words, with what the looks left of those that go, which ``mask`` is given; and how many words
    no look proposed.
    """
    inside = kept[pixels[2]]
    mask[pixels[0][inside], pixels[1][inside]] = 1
    going = pixels[0][inside], pixels[1][inside], pixels[2][inside]
    whole = _both(pixels, rest_of_large_letters(image, maps, going, kept))
    whole = _both(whole, overlooked(image, pixels, words.grounds, kept))
    beside = ~in_balloons(words.grounds)
    whole = _both(whole, rest_of_lines(image, whole, kept, beside))
    whole = _both(whole, rest_of_begun_letters(image, maps, whole, kept, beside))
    mask[whole[0][len(inside) :], whole[1][len(inside) :]] = 1
    ys, xs, lone = lone_marks(image, mask, words.grounds, kept)
    mask[ys, xs] = 1
    return _both(whole, (ys, xs, lone + len(kept))), int(lone.max(initial=-1)) + 1


def _both(pixels: Pixels, further: Pixels) -> Pixels:
    ys, xs, word = (np.concatenate(part) for part in zip(pixels, further, strict=True))
    return ys, xs, word


def regions_of(pixels: Sequence[np.ndarray], scores: np.ndarray, wanted: np.ndarray) -> list[Region]:
    """The wanted words, from top to bottom; ``pixels`` are the y, the x and the word of each."""
    inside = wanted[pixels[2]]
    ys, xs, word = (part[inside] for part in pixels)
    order = np.argsort(word, kind="stable")
    points = np.stack([xs, ys], 1)[order].astype(np.int32)
    areas = np.bincount(word, minlength=len(wanted))
    ends = np.cumsum(areas)
    found = []
    for number in np.flatnonzero(wanted):
        hull = cv2.convexHull(points[ends[number] - areas[number] : ends[number]])[:, 0]
        (left, top), (right, bottom) = hull.min(0).tolist(), hull.max(0).tolist()
        found.append(Region(hull, (left, top, right + 1, bottom + 1), float(scores[number]), int(areas[number])))
    return sorted(found, key=lambda region: (region.box[1], region.box[0]))
