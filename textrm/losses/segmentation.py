"""Losses of text segmentation: ``loss(logits, mask, ignore) -> scalar``.

All take logits and ``mask`` (1 = lettering), B 1 H W, and ``ignore``, a bool B 1 H W or None. They compute in float32
(float64 for float64 logits) under autocast too, and in logit space, so that saturated logits neither overflow nor lose
their gradient. Pixels that are ignored count neither in the sum nor in the number it is divided by; where none is left
the loss is 0.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from textrm.errors import UserError


def counted_mean(values: Tensor, ignore: Tensor | None) -> Tensor:
    """Mean over the pixels that are not ignored."""
    if ignore is None:
        return values.mean()
    # Not a product: an ignored pixel may hold anything.
    return values.masked_fill(ignore, 0).sum() / (~ignore).sum().clamp(min=1)


def at_least_zero(name: str, value: float) -> float:
    """The value as a number. Raises UserError, naming it, when it is not a number of 0 or more."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        raise UserError(f"{name}={value}: expected a number of 0 or more")
    return float(value)


def weights_of(**weights: float) -> dict[str, float]:
    """The weights of a loss's terms by name. Raises UserError, naming it, for one that is not a number of 0 or more."""
    return {name: at_least_zero(name, weight) for name, weight in weights.items()}


class FocalLoss(nn.Module):
    """Focal loss (Lin et al. 2017) with a weight per class; ``gamma`` 0 is weighted binary cross-entropy.

    −w · (1 − p)^gamma · log p, with p the probability given to the true class and w the weight of that class. The
    mean is over pixels, not over weights.
    """

    def __init__(self, gamma: float = 1.0, background_weight: float = 1.0, text_weight: float = 2.0) -> None:
        super().__init__()
        self.gamma = at_least_zero("gamma", gamma)
        self.background_weight = at_least_zero("background_weight", background_weight)
        self.text_weight = at_least_zero("text_weight", text_weight)

    def forward(self, logits: Tensor, mask: Tensor, ignore: Tensor | None = None) -> Tensor:
        """The mean over counted pixels."""
        logits, mask = _float(logits), _float(mask)
        # For 0/1 truth: the logit of the true class.
        margin = logits * (2 * mask - 1)
        loss = -F.logsigmoid(margin) * (self.background_weight + (self.text_weight - self.background_weight) * mask)
        if self.gamma:
            # (1 − p)^gamma as an exponential: a power has an infinite slope at 0 for gamma < 1.
            loss = loss * torch.exp(self.gamma * F.logsigmoid(-margin))
        return counted_mean(loss, ignore)


class WeightedBCE(FocalLoss):
    """Binary cross-entropy with a weight per class."""

    def __init__(self, background_weight: float = 1.0, text_weight: float = 2.0) -> None:
        super().__init__(0.0, background_weight, text_weight)


class BootstrappedBCE(nn.Module):
    """Soft bootstrapping (Reed et al. 2015): the truth is mixed with what the net believes.

    The target is beta · mask + (1 − beta) · p, with gradient through p as in the paper; ``beta`` 1 is plain BCE.
    Labels made by subtraction are wrong in places; the net may disagree with them at a price.
    """

    def __init__(self, beta: float = 0.95, background_weight: float = 1.0, text_weight: float = 2.0) -> None:
        super().__init__()
        self.beta = at_least_zero("beta", beta)
        if self.beta > 1:
            raise UserError(f"beta={beta}: expected a share of 0 to 1 that the truth keeps")
        self.background_weight = at_least_zero("background_weight", background_weight)
        self.text_weight = at_least_zero("text_weight", text_weight)

    def forward(self, logits: Tensor, mask: Tensor, ignore: Tensor | None = None) -> Tensor:
        """The mean over counted pixels; the weights follow ``mask``."""
        logits, mask = _float(logits), _float(mask)
        target = self.beta * mask + (1 - self.beta) * torch.sigmoid(logits)
        loss = -target * F.logsigmoid(logits) - (1 - target) * F.logsigmoid(-logits)
        weight = self.background_weight + (self.text_weight - self.background_weight) * mask
        return counted_mean(loss * weight, ignore)


class DiceLoss(nn.Module):
    """1 − Dice coefficient (Milletari et al. 2016) over all counted pixels of the batch together.

    1 − (2 Σ p·m + s) / (Σ p² + Σ m² + s) with s = ``smooth``, in pixels, which keeps pictures without lettering
    defined.
    """

    def __init__(self, smooth: float = 1.0) -> None:
        super().__init__()
        self.smooth = at_least_zero("smooth", smooth)
        if not self.smooth:
            raise UserError("smooth=0: expected more than 0, or a picture without lettering has no loss")

    def forward(self, logits: Tensor, mask: Tensor, ignore: Tensor | None = None) -> Tensor:
        """A value in [0, 1]."""
        prob, mask = torch.sigmoid(_float(logits)), _float(mask)
        if ignore is not None:
            prob, mask = prob.masked_fill(ignore, 0), mask.masked_fill(ignore, 0)
        both = (prob * mask).sum()
        return 1 - (2 * both + self.smooth) / (prob.square().sum() + mask.square().sum() + self.smooth)


class SumOfLosses(nn.Module):
    """Weighted sum of named losses; a name without a weight weighs 1.

    Raises:
        ValueError: when a weight belongs to no loss.
    """

    def __init__(self, terms: Mapping[str, nn.Module], weights: Mapping[str, float] | None = None) -> None:
        super().__init__()
        self.terms = nn.ModuleDict(dict(terms))
        self.weights = dict.fromkeys(terms, 1.0) | dict(weights or {})
        if unknown := self.weights.keys() - terms.keys():
            raise ValueError(f"weights for {sorted(unknown)}, but the losses are {sorted(terms)}")

    def forward(self, logits: Tensor, mask: Tensor, ignore: Tensor | None = None) -> Tensor:
        """The sum."""
        return torch.stack([self.weights[name] * term(logits, mask, ignore) for name, term in self.terms.items()]).sum()


def _float(values: Tensor) -> Tensor:
    return values if values.dtype == torch.float64 else values.float()
