"""Pixel metrics of a segmentation, pooled over a set, in constant memory."""

from __future__ import annotations

import torch
from torch import Tensor
from torchmetrics import Metric

from textrm.metrics import average_precision, scores_at, small_words


class PixelScores(Metric):
    """AP, F1, IoU, precision and recall over all counted pixels, and recall on words lower than 12 px.

    Probabilities are rounded to 8 bits and kept as two histograms of 256 bins (lettering, background), so that the
    figures are the same ones that evaluation of an 8-bit probability map gives. ``threshold`` is a probability: a pixel
    is predicted lettering where its 8-bit probability is greater than ``255 * threshold``.
    """

    full_state_update = False
    text: Tensor
    background: Tensor
    small: Tensor
    small_found: Tensor

    def __init__(self, threshold: float = 0.5) -> None:
        super().__init__()
        self.threshold = int(255 * threshold)
        for name in ("text", "background"):
            self.add_state(name, torch.zeros(256, dtype=torch.int64), dist_reduce_fx="sum")
        for name in ("small", "small_found"):
            self.add_state(name, torch.zeros((), dtype=torch.int64), dist_reduce_fx="sum")

    def update(self, prob: Tensor, mask: Tensor, ignore: Tensor) -> None:
        """Count ``prob`` (B 1 H W in [0, 1]) against ``mask`` (B 1 H W in {0, 1}) where ``ignore`` is False."""
        level = (prob.detach().float() * 255).round().clamp(0, 255).to(torch.int64)
        # One bincount instead of two: background in bins 0-255, lettering in 256-511, ignored pixels in bin 512.
        level = torch.where(ignore, 512, level + 256 * (mask > 0.5))
        counts = torch.bincount(level.flatten(), minlength=513)
        self.background += counts[:256]
        self.text += counts[256:512]
        for one, found, counted in zip(mask, level, ~ignore, strict=True):
            small = torch.from_numpy(small_words(one[0].cpu().numpy())).to(found.device) & counted[0]
            self.small += small.sum()
            self.small_found += (small & (found[0] > 256 + self.threshold)).sum()

    def compute(self) -> dict[str, float]:
        """The six figures as plain floats."""
        text, background = self.text.cpu().numpy(), self.background.cpu().numpy()
        return {
            "AP": average_precision(text, background),
            **scores_at(text, background, self.threshold),
            "small_recall": int(self.small_found) / int(self.small) if self.small else float("nan"),
        }
