"""How well lettered pictures were cleaned, averaged over pictures."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor
from torchmetrics import Metric

from textrm.metrics import picture_scores

FIGURES = ("psnr", "psnr_near", "left", "leak", "change")


class CleaningScores(Metric):
    """``psnr``, ``psnr_near`` (dB), ``left``, ``leak`` (shares) and ``change`` (levels of 255), see ``textrm.metrics``.

    Each is taken per picture of 8 bits and averaged over the pictures that have it; of pictures whose lettering is
    unknown ``psnr`` alone is. What is scored is all that the net gives: the tool keeps the input's pixels where the
    blend map is all but 0, so ``leak`` and ``change`` of evaluation are smaller.
    """

    full_state_update = False
    sums: Tensor
    counts: Tensor

    def __init__(self) -> None:
        super().__init__()
        for name in ("sums", "counts"):
            self.add_state(name, torch.zeros(len(FIGURES), dtype=torch.float64), dist_reduce_fx="sum")

    def update(
        self, cleaned: Tensor, image: Tensor, clean: Tensor, mask: Tensor, ignore: Tensor, has_mask: Tensor
    ) -> None:
        """Count pictures: the first three B 3 H W in [0, 1], masks B 1 H W, ``has_mask`` bool B."""
        pictures = zip(*map(_levels, (cleaned, image, clean)), _plane(mask), _plane(ignore), strict=True)
        for planes, known in zip(pictures, has_mask.tolist(), strict=True):
            scores = picture_scores(*planes)
            figures = [scores[name] if known or name == "psnr" else math.nan for name in FIGURES]
            values = torch.tensor(figures, dtype=torch.float64)
            self.counts += (~values.isnan()).to(self.counts)
            self.sums += values.nan_to_num().to(self.sums)

    def compute(self) -> dict[str, float]:
        """The figures over all pictures; those that no picture has are left out."""
        pairs = zip(FIGURES, self.sums.tolist(), self.counts.tolist(), strict=True)
        return {name: total / count for name, total, count in pairs if count}


def _levels(pictures: Tensor) -> list[np.ndarray]:
    levels = (pictures.detach().float() * 255).round().clamp(0, 255).to(torch.uint8)
    return list(levels.permute(0, 2, 3, 1).cpu().numpy())


def _plane(planes: Tensor) -> list[np.ndarray]:
    return list((planes[:, 0] > 0.5).to(torch.uint8).cpu().numpy())
