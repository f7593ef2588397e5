"""Scores words by a small net that looks at each of them; it travels in the file of the segmentation model."""

from __future__ import annotations

import base64
import binascii

import numpy as np

from textrm.errors import UserError
from textrm.page.finding.features import FEATURES
from textrm.page.finding.views import CHANNELS, SIDE, VIEWS, WordViews
from textrm.page.finding.words import Words
from textrm.page.models.answers import ROUNDING, check_answer
from textrm.page.models.session import CPU, first_line, open_session

_TOGETHER = 32  # words; more at once would only need more memory
_INPUTS = {"views": ("tensor(uint8)", [VIEWS, CHANNELS, SIDE, SIDE]), "features": ("tensor(float)", [FEATURES])}


class Verifier:
    """Scores words by their views and their features, with an ONNX net of ``views`` and ``features`` to ``score``.

    Args:
        data: the ONNX file.
        threads: how many processors it may use.
        device: what runs it, one of :data:`~textrm.page.models.session.DEVICES`.

    Raises:
        ValueError: when it is not such a net.
        UserError: when the device cannot be had.
    """

    def __init__(self, data: bytes, threads: int, device: str = CPU) -> None:
        try:
            self._session = open_session(data, threads, device)
        except UserError:
            raise
        except Exception as error:  # onnxruntime's exceptions share no public base class
            raise ValueError(first_line(error)) from error
        inputs = {entry.name: (entry.type, entry.shape[1:]) for entry in self._session.get_inputs()}
        if inputs != _INPUTS or [entry.name for entry in self._session.get_outputs()] != ["score"]:
            raise ValueError(f"it takes {inputs}; expected {_INPUTS}, and to give score")

    @classmethod
    def stated(cls, text: str, threads: int, device: str = CPU) -> Verifier:
        """The verifier that a segmentation model states, as :func:`as_text` writes it.

        Raises:
            ValueError: when the text is none.
        """
        try:
            return cls(base64.b64decode(text, validate=True), threads, device)
        except binascii.Error as error:
            raise ValueError("no base64") from error

    def __call__(self, words: Words, chosen: np.ndarray) -> np.ndarray:
        """The scores in [0, 1] of the words whose numbers are ``chosen``.

        Raises:
            UserError: when the net fails, or gives what is no score.
        """
        scores, views = np.zeros(len(chosen), np.float32), WordViews(words)
        for first in range(0, len(chosen), _TOGETHER):
            part = slice(first, first + _TOGETHER)
            feeds = {"views": views(chosen[part]),
                     "features": words.features[chosen[part]].astype(np.float32)}  # fmt: skip
            try:
                (found,) = self._session.run(None, feeds)
            except Exception as error:  # as above
                raise UserError(f"the verifier of words failed: {first_line(error)}") from error
            if found.shape != scores[part].shape:
                raise UserError(f"the verifier of words gave scores of shape {found.shape} for {len(scores[part])} "
                                "words: it is no model of textrm; export the model again")  # fmt: skip
            check_answer(found, ROUNDING, "the verifier of words", "score")
            scores[part] = found
        return scores


def as_text(data: bytes) -> str:
    """An ONNX file as :meth:`Verifier.stated` reads it: metadata holds nothing but text."""
    return base64.b64encode(data).decode()
