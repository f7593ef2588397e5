"""How taggers are measured: the same definitions in training and evaluation (numpy only).

Scores are kept as two histograms per tag, of pictures with and without it, over 512 bins of the logit from −16 to 16;
what lies beyond falls into the last ones. Bins of the logit are as fine at rare tags, whose probabilities lie close
together near 0, as anywhere. It is 8 KB a tag whatever the number of pictures. A bin is one threshold, so AP lies a
little below the exact one: by 0.003 where 11 300 scores spread evenly over half of the bins.
"""

from __future__ import annotations

import csv
import io
import math
from typing import Any

import numpy as np

from textrm.metrics import average_precision
from textrm.printable import cell

BINS, SPAN = 512, 16.0


def threshold_bin(threshold: float) -> int:
    """The first bin above a probability: logits from it on are predicted; it is kept to the nearest 1/16 of a logit."""
    return min(max(round((math.log(threshold / (1 - threshold)) + SPAN) / (2 * SPAN) * BINS), 0), BINS)


def bins(logits: Any) -> Any:
    """The bins of logits, an array or a tensor of floats, as floats to be cut to whole numbers."""
    return ((logits + SPAN) * (BINS / (2 * SPAN))).clip(0, BINS - 1)


class TagCounts:
    """The two histograms, T × bins each."""

    def __init__(self, tags: int) -> None:
        self.present, self.absent = np.zeros((tags, BINS), np.int64), np.zeros((tags, BINS), np.int64)

    def add(self, prob: np.ndarray, tags: np.ndarray) -> None:
        """Count one picture: ``prob`` T in [0, 1] against ``tags`` T bool."""
        prob = np.clip(prob.astype(np.float64), 1e-12, 1 - 1e-12)
        level = bins(np.log(prob / (1 - prob))).astype(np.int64)
        tag = np.arange(len(level))
        self.present[tag[tags], level[tags]] += 1
        self.absent[tag[~tags], level[~tags]] += 1


def tag_scores(present: np.ndarray, absent: np.ndarray, threshold: int) -> dict[str, np.ndarray]:
    """Figures of every tag from histograms of its scores, T × bins each, over pictures with and without it.

    A tag is predicted from bin ``threshold`` on. Returns arrays of T by name: ``pictures`` (with the tag), ``prior``
    (their share, the AP of chance), ``AP``, ``precision``, ``recall``, ``F1``. The last four of a tag that no picture
    has are NaN; one that is never predicted has precision 0.
    """
    total = present.sum(1)
    known = total > 0
    found, wrong = present[:, threshold:].sum(1), absent[:, threshold:].sum(1)
    with np.errstate(divide="ignore", invalid="ignore"):
        precision = np.where(known, found / np.maximum(found + wrong, 1), np.nan)
        recall = np.where(known, found / total, np.nan)
        return {
            "pictures": total,
            "prior": total / (total + absent.sum(1)),
            "AP": np.array([average_precision(p, a) for p, a in zip(present, absent, strict=True)]),
            "precision": precision,
            "recall": recall,
            "F1": np.where(known, 2 * found / np.maximum(2 * found + wrong + total - found, 1), np.nan),
        }


def tagging_summary(present: np.ndarray, absent: np.ndarray, threshold: int) -> dict[str, float]:
    """Figures of a tagger over a set, from the same histograms; tags that no picture has are left out.

    ``mAP`` is the mean of the tags' average precision, ``mAP_micro`` that of all pairs of picture and tag pooled,
    ``prior`` the mean share of pictures per tag, which is the mAP of chance. ``CP`` and ``CR`` are means of precision
    and recall over tags, ``OP`` and ``OR`` those of all pairs, ``CF1`` and ``OF1`` their harmonic means.
    """
    known = present.sum(1) > 0
    if not known.any():
        return dict.fromkeys(("mAP", "mAP_micro", "prior", "CP", "CR", "CF1", "OP", "OR", "OF1"), float("nan"))
    present, absent = present[known], absent[known]
    per_tag = tag_scores(present, absent, threshold)
    pooled = tag_scores(present.sum(0, keepdims=True), absent.sum(0, keepdims=True), threshold)
    class_precision, class_recall = float(per_tag["precision"].mean()), float(per_tag["recall"].mean())
    return {
        "mAP": float(per_tag["AP"].mean()),
        "mAP_micro": float(pooled["AP"][0]),
        "prior": float(per_tag["prior"].mean()),
        "CP": class_precision,
        "CR": class_recall,
        "CF1": 2 * class_precision * class_recall / max(class_precision + class_recall, 1e-12),
        "OP": float(pooled["precision"][0]),
        "OR": float(pooled["recall"][0]),
        "OF1": float(pooled["F1"][0]),
    }


def tag_table(labels: tuple[str, ...], present: np.ndarray, absent: np.ndarray, threshold: int) -> bytes:
    """CSV of :func:`~textrm.metrics.tagging.tag_scores`, best AP first, tags that no picture has at the end."""
    figures = tag_scores(present, absent, threshold)
    order = sorted(range(len(labels)), key=lambda tag: (-np.nan_to_num(figures["AP"][tag], nan=-1.0), labels[tag]))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["tag", *figures])
    for tag in order:
        cells = [figure[tag] for figure in figures.values()]
        writer.writerow([cell(labels[tag]), *(int(c) if c.dtype.kind == "i" else f"{c:.4f}" for c in cells)])
    return text.getvalue().encode()
