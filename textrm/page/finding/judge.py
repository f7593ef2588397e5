"""Whether a word is lettering: from what the looks gave to its strokes, their size and number, and what is around."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from textrm.page.finding import ground

LOOKS = 4  # whose opinion counts: the finest, the largest that saw the whole page, and the two below that one
_OF_STROKES = 2 * (LOOKS + 1) + 2
FEATURES = _OF_STROKES + ground.FEATURES
_MANY = 8  # strokes of a word, and other words: more say no more
_SURE = 0.01  # a mean probability counts as at least this far from 0 and from 1


class Judge:
    """Scores words by their features: the logistic function of a linear layer, beside which a hidden one may stand.

    score = 1 / (1 + exp(-(linear . f + out . tanh(hidden f)))), f the features of one word.

    Args:
        linear: one number for each feature of :func:`features` and of
            :func:`~textrm.page.finding.ground.ground_features`; the latter may be missing, as in older files. None: the
            score is the mean, in logits, of what the finest look and the largest whole one say.
        hidden: H x ``FEATURES``, or nothing.
        out: H.

    Raises:
        ValueError: when a size is another, or a number is not finite.
    """

    def __init__(self, linear: Sequence[float] | None = None, hidden: Sequence[Sequence[float]] = (),
                 out: Sequence[float] = ()) -> None:  # fmt: skip
        plain = [0.0, 0.5, 0.5] + [0.0] * (_OF_STROKES - 3)
        given = np.array(plain if linear is None else linear, np.float64)
        if given.shape not in ((_OF_STROKES,), (FEATURES,)):
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
        except (TypeError, RecursionError) as error:
            raise ValueError("no weights of a judge") from error

    def as_json(self) -> str:
        """What :meth:`stated` reads."""
        parts = {"linear": self.linear, "hidden": self.hidden, "out": self.out}
        return json.dumps({name: np.round(part, 4).tolist() for name, part in parts.items()})

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """The scores in [0, 1] of words with ``features`` N x ``FEATURES``."""
        return 1 / (1 + np.exp(-(features @ self.linear + np.tanh(features @ self.hidden.T) @ self.out)))


def features(means: np.ndarray, sizes: np.ndarray, strokes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """What the looks and the strokes tell of words, N x (``FEATURES`` less those of their ground).

    Args:
        means: N x ``LOOKS``, the mean probability in [0, 1] that each look gave to the word's strokes.
        sizes: N, the size of its largest stroke in pixels of the largest whole look.
        strokes: N, how many strokes it has.
        others: N, how many other words of the page the looks are sure of.

    Returns:
        1, the logits of the means, the same times the logarithm of the size to base 2, 0 at 10 pixels, since how much
        a look is worth depends on how large the word is to it; then the logarithms, to base 2, of the strokes and of
        one more than the others: what stands alone, on a page without words, is more often a drawing.
    """
    logits = np.log(np.clip(means, _SURE, 1 - _SURE) / np.clip(1 - means, _SURE, 1 - _SURE))
    columns = np.concatenate([np.ones((len(means), 1)), logits], 1)
    scale = np.log2(np.maximum(sizes, 1) / 10)
    company = np.log2(np.clip(np.stack([strokes, others + 1], 1), 1, _MANY))
    return np.concatenate([columns, columns * scale[:, None], company], 1)
