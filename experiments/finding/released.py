"""Reads the verifiers that a finder states back into nets, so that a training can go on from them."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path

import onnx
from torch import Tensor

from textrm.checkpoints.onnx_weights import read_weights
from textrm.errors import UserError
from textrm.nets.verification.word_verifier import WordVerifier


def read_verifiers(model: Path, begin: list[WordVerifier]) -> None:
    """Fill ``begin``, one net for each verifier in order, with those of a float finder or of what verify wrote.

    Raises:
        UserError: the file holds no verifiers, others, or such in 8 bits.
    """
    written = onnx.load(model)
    stated = {entry.key: entry.value for entry in written.metadata_props}.get("textrm.verifier")
    weights = read_weights(onnx.load_from_string(base64.b64decode(stated)) if stated else written, model)
    first = _of(weights, 0)
    for number, net in enumerate(begin):
        own = _of(weights, number)
        # What the last one has in common with the first, as it learnt on from it, is written once.
        common = {name: value for name, value in first.items() if own and name not in own and name in net.state_dict()}
        try:
            net.load_state_dict(common | own)
        except RuntimeError as error:
            raise UserError(f"{model}: holds no verifier {number + 1} as verify makes them; give find.float.onnx, or "
                            "what experiments.finding.verify wrote") from error  # fmt: skip


def _of(weights: Mapping[str, Tensor], number: int) -> dict[str, Tensor]:
    own = f"verifiers.{number}."
    return {name.removeprefix(own): value for name, value in weights.items() if name.startswith(own)}
