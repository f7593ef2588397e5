"""Chooses pictures and labels."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from textrm.importers.danbooru.records import FORMATS, NO_SCORE, PASSED, REASONS
from textrm.importers.danbooru.spool import Spool

NO_LABEL, NOT_AMONG_TOP = "none of the labels", "not among the pictures with most tags"


@dataclass(frozen=True, slots=True)
class Selection:
    """The pictures taken, by ascending id, and what was counted on the way.

    The labels of picture i are ``numbers[starts[i] : starts[i] + counts[i]]``, ascending places in ``labels``.
    ``known`` holds arrays with one value a picture of what the metadata says of it: format (as in records.FORMATS),
    score, rating; empty for the encoded form. ``tags`` has how many passing pictures carry a tag, most first;
    ``tags_per_picture[n]`` is the number of passing pictures with n tags; ``left_out`` counts records by reason.
    """

    labels: list[str]
    ids: np.ndarray
    starts: np.ndarray
    counts: np.ndarray
    numbers: np.ndarray
    tags: list[tuple[str, int]]
    tags_per_picture: np.ndarray
    left_out: dict[str, int]
    known: dict[str, np.ndarray] = field(default_factory=dict)

    def labels_of(self, picture: int) -> list[str]:
        """The names of the labels of one picture, sorted as the labels are."""
        start = self.starts[picture]
        return [self.labels[number] for number in self.numbers[start : start + self.counts[picture]]]

    def suffix(self, picture: int) -> str:
        """Its format in the original tree, as png; "" where unknown."""
        return FORMATS[self.known["format"][picture]] if "format" in self.known else ""

    def extra(self, picture: int) -> dict[str, str]:
        """Score and rating, where they are known."""
        if not self.known:
            return {}
        score, rating = self.known["score"][picture], self.known["rating"][picture].decode()
        return {"score": "" if score == NO_SCORE else str(score), "rating": rating}


@dataclass(frozen=True, slots=True)
class Cut:
    """The bound between pictures taken and left: more than ``tags`` tags, or as many and an id up to ``last_id``."""

    tags: int
    last_id: int

    def takes(self, ids: np.ndarray, counts: np.ndarray) -> np.ndarray:
        """One truth value a picture."""
        return (counts > self.tags) | ((counts == self.tags) & (ids <= self.last_id))


def least_tags(histogram: np.ndarray, top: int) -> tuple[int, int]:
    """The number of tags at which the ``top`` pictures with most tags end, and how many with just so many are taken.

    ``histogram[n]`` is the number of pictures with n tags; ``top`` 0 takes all.
    """
    if not top or histogram.sum() <= top:
        return -1, 0
    at_least = np.cumsum(histogram[::-1])[::-1]
    least = int(np.flatnonzero(at_least >= top)[-1])
    return least, top - int(at_least[least] - histogram[least])


def select(spool: Spool, top_tags: int, top_pictures: int) -> Selection:
    """Take the ``top_pictures`` pictures with most tags and, of all passing ones, the ``top_tags`` commonest tags.

    Ties go to the smaller id and to the name that sorts first; 0 takes all. The spool is read in pieces.
    """
    names = spool.names()
    uses = np.zeros(len(names), np.int64)
    histogram, reasons = Counter[int](), Counter[int]()
    for records, tags in spool.chunks():
        uses += np.bincount(tags, minlength=len(names))
        reasons.update(dict(enumerate(np.bincount(records["why"], minlength=len(REASONS)).tolist())))
        histogram.update(records["tags"][records["why"] == PASSED].tolist())
    tags_per_picture = np.zeros(max(histogram, default=0) + 1, np.int64)
    tags_per_picture[list(histogram)] = list(histogram.values())

    order = sorted(np.flatnonzero(uses).tolist(), key=lambda number: (-uses[number], names[number]))
    labels = sorted(names[number] for number in order[: top_tags or None])
    number_of = {name: number for number, name in enumerate(labels)}
    label = np.array([number_of.get(name, -1) for name in names], np.int64)

    least, ties = least_tags(tags_per_picture, top_pictures)
    cut = Cut(least, _last_tie(spool, least, ties))
    pieces = [_piece(records, label[tags], cut) for records, tags in spool.chunks()]
    taken = np.concatenate([piece[0] for piece in pieces])
    counts = np.concatenate([piece[1] for piece in pieces])
    numbers = np.concatenate([piece[2] for piece in pieces])
    starts = np.cumsum(counts) - counts
    by_id = np.argsort(taken["id"])
    by_id = by_id[counts[by_id] > 0]
    left_out = {REASONS[why]: reasons[why] for why in range(PASSED + 1, len(REASONS))}
    left_out |= {NOT_AMONG_TOP: reasons[PASSED] - len(taken), NO_LABEL: len(taken) - len(by_id)}
    taken = taken[by_id]
    return Selection(
        labels, taken["id"].astype(np.int64), starts[by_id], counts[by_id], numbers,
        [(names[number], int(uses[number])) for number in order], tags_per_picture, left_out,
        {name: taken[name] for name in ("format", "score", "rating")},
    )  # fmt: skip


def _last_tie(spool: Spool, tags: int, ties: int) -> int:
    """The largest id among the ``ties`` smallest ones of the passing pictures with just so many tags."""
    if not ties:
        return 0
    ids = [records["id"][(records["why"] == PASSED) & (records["tags"] == tags)] for records, _ in spool.chunks(False)]
    return int(np.partition(np.concatenate(ids), ties - 1)[ties - 1])


def _piece(records: np.ndarray, labels: np.ndarray, cut: Cut) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The records taken, how many labels each has, and the labels; ``labels`` has -1 for tags that are none."""
    takes = (records["why"] == PASSED) & cut.takes(records["id"], records["tags"])
    taken = records[takes]
    labels = labels[np.repeat(takes, records["tags"])]
    owner = np.repeat(np.arange(len(taken)), taken["tags"])[labels >= 0]
    labels = labels[labels >= 0]
    order = np.lexsort((labels, owner))
    return taken, np.bincount(owner, minlength=len(taken)), labels[order].astype(np.uint32)
