"""Scores words by a few weights: the judge of models that state no verifier."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from textrm.page.finding.features import FEATURES, OF_STROKES
from textrm.page.finding.words import Words


class Judge:
    """Scores words by their features: the logistic function of a sum of them.

    Args:
        weights: one number for each feature of :func:`~textrm.page.finding.features.features` and of
            :func:`~textrm.page.finding.ground.ground_features`; the latter may be missing, as in older files. None: the
            score is the mean, in logits, of what the finest look and the largest whole one say.

    Raises:
        ValueError: when there are more or fewer, or a number is not finite.
    """

    def __init__(self, weights: Sequence[float] | None = None) -> None:
        given = np.array([0.0, 0.5, 0.5] + [0.0] * (OF_STROKES - 3) if weights is None else weights, np.float64)
        if given.shape not in ((OF_STROKES,), (FEATURES,)):
            raise ValueError(f"{given.size} weights; expected {FEATURES}")
        if not np.isfinite(given).all():
            raise ValueError("weights that are not finite")
        self.weights = np.pad(given, (0, FEATURES - len(given)))

    @classmethod
    def stated(cls, text: str | None) -> Judge:
        """The judge that a model states as JSON; the plain one for None.

        Raises:
            ValueError: when the text is no list of weights.
        """
        try:
            return cls() if text is None else cls([float(weight) for weight in json.loads(text)])
        except (TypeError, RecursionError) as error:
            raise ValueError("no weights of a judge") from error

    def __call__(self, words: Words, chosen: np.ndarray) -> np.ndarray:
        """The scores in [0, 1] of the words whose numbers are ``chosen``."""
        return 1 / (1 + np.exp(-(words.features[chosen] @ self.weights)))
