"""Refuses what a damaged or foreign net gives: numbers that are none, or that lie far outside their range."""

from __future__ import annotations

import numpy as np

from textrm.errors import UserError

ROUNDING = 1e-3  # how far beyond [0, 1] a probability may lie; what of ours gives them ends in a sigmoid
# Nets of others, whose last layer is linear, draw a little beyond black and white beside hard edges, which is clipped
# without harm. What lies half the range beyond is no picture of 0 to 1: -1 to 1, 0 to 255 and such.
OVERSHOOT = 0.5


def check_answer(values: np.ndarray, beyond: float, who: str, name: str) -> None:
    """See that a net's output lies in [0, 1], or at most ``beyond`` outside.

    Args:
        values: the output, float32.
        beyond: how far outside it may lie.
        who: the net, as the user knows it.
        name: what the output is.

    Raises:
        UserError: where it does not; in one line with the least and the greatest value.
    """
    least, greatest = float(values.min(initial=0)), float(values.max(initial=0))  # not a number where one value is none
    if least >= -beyond and greatest <= 1 + beyond:
        return
    found = f"{least:.4g} to {greatest:.4g}" if np.isfinite([least, greatest]).all() else "no numbers"
    raise UserError(f"{who} gave {found} for {name}; expected 0 to 1: its weights are damaged, or it is no model of "
                    "textrm; export it again")  # fmt: skip
