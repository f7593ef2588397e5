"""Pixel metrics of a segmentation, pooled over a set, in constant memory."""

from __future__ import annotations

import torch
from torch import Tensor
from torchmetrics import Metric

from textrm.metrics import average_precision, scores_at


class PixelScores(Metric):
    """AP, F1, IoU, precision and recall over all counted pixels.

    Probabilities are rounded to 8 bits and kept as two histograms of 256 bins (lettering, background), so that the
    figures are the same ones that evaluation of an 8-bit probability map gives. ``threshold`` is a probability: a pixel
    is predicted lettering where its 8-bit probability is greater than ``255 * threshold``.
    """

    full_state_update = False
    text: Tensor
    background: Tensor

    def __init__(self, threshold: float = 0.5) -> None:
        super().__init__()
        self.threshold = int(255 * threshold)
        for name in ("text", "background"):
            self.add_state(name, torch.zeros(256, dtype=torch.int64), dist_reduce_fx="sum")

    def update(self, prob: Tensor, mask: Tensor, ignore: Tensor) -> None:
        """Count ``prob`` (B 1 H W in [0, 1]) against ``mask`` (B 1 H W in {0, 1}) where ``ignore`` is False."""
        level = (prob.detach().float() * 255).round().clamp(0, 255).to(torch.int64)
        # One bincount instead of two: background in bins 0-255, lettering in 256-511, ignored pixels in bin 512.
        level = torch.where(ignore, 512, level + 256 * (mask > 0.5))
        counts = torch.bincount(level.flatten(), minlength=513)
        self.background += counts[:256]
        self.text += counts[256:512]

    def compute(self) -> dict[str, float]:
        """The five figures as plain floats."""
        text, background = self.text.cpu().numpy(), self.background.cpu().numpy()
        return {"AP": average_precision(text, background), **scores_at(text, background, self.threshold)}
