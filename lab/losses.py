"""A loss."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits


class WeightedEntropy(nn.Module):
    """Cross-entropy in which lettering counts ``text_weight`` times, the mean over the pixels whose truth is known."""

    def __init__(self, text_weight: float = 4.0) -> None:
        super().__init__()
        self.text_weight = text_weight

    def forward(self, logits: Tensor, mask: Tensor, ignore: Tensor) -> Tensor:
        """The loss of ``logits`` against ``mask`` (1 = lettering), both B 1 H W, where ``ignore`` is False."""
        weight = (1 + (self.text_weight - 1) * mask) * ~ignore
        loss = binary_cross_entropy_with_logits(logits, mask, weight, reduction="sum")
        return loss / weight.sum().clamp(min=1)
