"""Losses of tagging: ``loss(logits, tags) -> scalar`` over B T, and what keeps looks in place.

``tags`` is 1 where a picture has a tag, 0 where it has not, NaN where nothing is known. All compute in float32 under
autocast too, and in logit space. The mean is over pictures and tags that are known; where none is, the loss is 0.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from textrm.errors import UserError
from textrm.losses.segmentation import at_least_zero, counted_mean, weights_of

LARGEST = 100.0  # weight of a positive: a tag seen once must not decide the step


class AsymmetricLoss(nn.Module):
    """Asymmetric loss (Ridnik et al. 2021), one versus all.

    −w · (1 − p)^gamma_positive · log p where the picture has the tag, −q^gamma_negative · log(1 − q) with
    q = max(p − clip, 0) where it has not. ``balance`` sets w, which the paper has not: (absent / present)^balance of
    each tag over the training pictures, at most 100; 0 weighs all alike, 1 makes up for the imbalance.
    """

    positive_weights: Tensor

    def __init__(self, gamma_positive: float = 0.0, gamma_negative: float = 4.0, clip: float = 0.05,
                 balance: float = 0.0) -> None:  # fmt: skip
        super().__init__()
        self.gamma_positive = at_least_zero("gamma_positive", gamma_positive)
        self.gamma_negative = at_least_zero("gamma_negative", gamma_negative)
        self.clip, self.balance = at_least_zero("clip", clip), at_least_zero("balance", balance)
        if self.clip >= 1:
            raise UserError(f"clip={clip}: expected a probability less than 1")
        self.register_buffer("positive_weights", torch.ones(1), persistent=False)

    def set_frequencies(self, frequencies: Tensor) -> None:
        """Take the shares of training pictures that have each tag, T in [0, 1]."""
        present = frequencies.clamp(1e-6, 1 - 1e-6)
        weights = ((1 - present) / present) ** self.balance
        self.positive_weights = weights.clamp(max=LARGEST).to(self.positive_weights)

    def forward(self, logits: Tensor, tags: Tensor) -> Tensor:
        """The mean over known tags."""
        logits, unknown = logits.float(), tags.isnan()
        positive = -F.logsigmoid(logits) * self.positive_weights
        if self.gamma_positive:
            # A power as an exponential: it has an infinite slope at 0 for gamma < 1.
            positive = positive * torch.exp(self.gamma_positive * F.logsigmoid(-logits))
        if self.clip:
            shifted = (torch.sigmoid(logits) - self.clip).clamp(min=0)
            negative = -torch.log1p(-shifted)
            focus = shifted**self.gamma_negative if self.gamma_negative else None
        else:
            negative = -F.logsigmoid(-logits)
            focus = torch.exp(self.gamma_negative * F.logsigmoid(logits)) if self.gamma_negative else None
        if focus is not None:
            negative = negative * focus
        return counted_mean(torch.where(tags > 0.5, positive, negative), unknown)


class MultilabelFocalLoss(AsymmetricLoss):
    """Focal loss (Lin et al. 2017), one versus all."""

    def __init__(self, gamma: float = 2.0, balance: float = 0.0) -> None:
        super().__init__(at_least_zero("gamma", gamma), gamma, 0.0, balance)


class MultilabelBCE(AsymmetricLoss):
    """Binary cross-entropy, one versus all."""

    def __init__(self, balance: float = 0.0) -> None:
        super().__init__(0.0, 0.0, 0.0, balance)


class LookLoss(nn.Module):
    """What keeps the looks of an attention tagger apart, within the picture and the right way round.

    Of ``matrices`` B L 4 (s_x, s_y, t_x, t_y), look 0 being the whole picture and not counted, ``anchors`` L − 1 × 4:

    - anchor: ½ ((t_x − c_x)² + (t_y − c_y)²), c the anchor's middle;
    - scale: max(|s| − 1, 0)² + max(β − s, 0) in both directions: no look is larger than the picture, smaller than β or
      mirrored;
    - boundary: max(|s| + |t| − 1, 0) in both directions, the row-wise absolute sum of the affine matrix: no look leaves
      the picture.

    Wang et al. 2017 have the first two, with |s| ≤ 0.5 and β = 0.1; the third is new. ``anchor``, ``scale`` and
    ``boundary`` are weights. Means are over pictures and looks.
    """

    def __init__(self, anchor: float = 0.2, scale: float = 0.05, boundary: float = 0.1, beta: float = 0.2) -> None:
        super().__init__()
        self.weights = weights_of(anchor=anchor, scale=scale, boundary=boundary)
        self.beta = at_least_zero("beta", beta)

    def forward(self, matrices: Tensor, anchors: Tensor) -> dict[str, Tensor]:
        """The three terms by name, not weighted."""
        scale, shift = matrices[:, 1:].float().split(2, 2)
        outside = F.relu(scale.abs() - 1).square() + F.relu(self.beta - scale)
        return {
            "anchor": (shift - anchors[:, 2:]).square().sum(2).mean() / 2,
            "scale": outside.sum(2).mean(),
            "boundary": F.relu(scale.abs() + shift.abs() - 1).sum(2).mean(),
        }

    def total(self, terms: dict[str, Tensor]) -> Tensor:
        """The weighted sum."""
        return torch.stack([self.weights[name] * value for name, value in terms.items()]).sum()
