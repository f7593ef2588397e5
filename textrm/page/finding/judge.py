"""Scores words by their features: the judge of models that hold no verifier."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from textrm.page.finding.features import FEATURES, OF_STROKES
from textrm.page.finding.words import Words


class Judge:
    """Scores words by their features: the logistic function of a linear layer, beside which a hidden one may stand.

    score = 1 / (1 + exp(-(linear . f + out . tanh(hidden f)))), f the features of one word.

    Args:
        linear: one number for each feature of :func:`~textrm.page.finding.features.features` and of
            :func:`~textrm.page.finding.ground.ground_features`; the latter may be missing, as in older files. None: the
            score is the mean, in logits, of what the finest look and the largest whole one say.
        hidden: H x ``FEATURES``, or nothing.
        out: H.

    Raises:
        ValueError: when a size is another, or a number is not finite.
    """

    def __init__(self, linear: Sequence[float] | None = None, hidden: Sequence[Sequence[float]] = (),
                 out: Sequence[float] = ()) -> None:  # fmt: skip
        plain = [0.0, 0.5, 0.5] + [0.0] * (OF_STROKES - 3)
        given = np.array(plain if linear is None else linear, np.float64)
        if given.shape not in ((OF_STROKES,), (FEATURES,)):
            raise ValueError(f"{given.size} weights; expected {FEATURES}")
        self.linear = np.pad(given, (0, FEATURES - len(given)))
        self.hidden = np.array(hidden, np.float64).reshape(len(hidden), -1 if len(hidden) else FEATURES)
        self.out = np.array(out, np.float64)
        if self.hidden.shape != (*self.out.shape, FEATURES):
            raise ValueError(f"a hidden layer of {self.hidden.shape} for {self.out.size} outputs; "
                             f"expected {FEATURES} numbers for each")  # fmt: skip
        if not all(np.isfinite(part).all() for part in (self.linear, self.hidden, self.out)):
            raise ValueError("weights that are not finite")

    @classmethod
    def stated(cls, text: str | None) -> Judge:
        """The judge that a model states as JSON, the arguments by name or ``linear`` alone; the plain one for None.

        Raises:
            ValueError: when the text is neither.
        """
        try:
            if text is None:
                return cls()
            found = json.loads(text)
            return cls(**found) if isinstance(found, dict) and found else cls([float(weight) for weight in found])
        except (TypeError, OverflowError, RecursionError) as error:
            raise ValueError("no weights of a judge") from error

    def __call__(self, words: Words, chosen: np.ndarray) -> np.ndarray:
        """The scores in [0, 1] of the words whose numbers are ``chosen``."""
        rows = words.features[chosen]
        return 1 / (1 + np.exp(-(rows @ self.linear + np.tanh(rows @ self.hidden.T) @ self.out)))
