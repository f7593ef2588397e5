"""Hinge losses of adversarial training (Lim and Ye 2017), of scores of any shape."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F


def discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """Real scores should exceed 1, fake ones fall below -1."""
    return F.relu(1 - real.float()).mean() + F.relu(1 + fake.float()).mean()


def generator_loss(fake: Tensor) -> Tensor:
    """Fake scores should be high."""
    return -fake.float().mean()
