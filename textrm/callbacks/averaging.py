"""Exponential moving average of the weights."""

from __future__ import annotations

import torch
from pytorch_lightning.callbacks import WeightAveraging
from torch import Tensor

from textrm.errors import UserError


class ExponentialAveraging(WeightAveraging):
    """Validates and saves the moving average of the weights; training itself is not touched.

    The average follows with ``min(decay, (1 + n) / (10 + n))`` after n updates, as in TensorFlow's moving average: a
    constant decay would keep the random start alive for the first thousands of steps, all that a short run has.
    The moving statistics of BatchNorm are averaged alike.

    Raises:
        UserError: for a decay outside [0, 1).
    """

    def __init__(self, decay: float = 0.999) -> None:
        if not 0 <= decay < 1:
            raise UserError(f"callbacks.averaging.decay={decay}: expected 0 or more, and less than 1")
        super().__init__(avg_fn=lambda average, current, count: _follow(average, current, count, decay))


def _follow(average: Tensor, current: Tensor, count: Tensor | int, decay: float) -> Tensor:
    if not average.is_floating_point():
        return current
    return torch.lerp(current.to(average), average, min(decay, (1 + int(count)) / (10 + int(count))))
