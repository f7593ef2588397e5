"""How well lettered pictures were cleaned, averaged over pictures."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torchmetrics import Metric

from textrm.metrics import picture_scores

FIGURES = ("psnr", "psnr_near", "left", "leak", "change")


class CleaningScores(Metric):
    """``psnr``, ``psnr_near`` (dB), ``left``, ``leak`` (shares) and ``change`` (levels of 255), see ``textrm.metrics``.

    Each is taken per picture of 8 bits, as evaluation does it, and averaged over the pictures that have it.
    """

    full_state_update = False
    sums: Tensor
    counts: Tensor

    def __init__(self) -> None:
        super().__init__()
        for name in ("sums", "counts"):
            self.add_state(name, torch.zeros(len(FIGURES), dtype=torch.float64), dist_reduce_fx="sum")

    def update(self, cleaned: Tensor, image: Tensor, clean: Tensor, mask: Tensor, ignore: Tensor) -> None:
        """Count pictures: the first three B 3 H W in [0, 1], ``mask`` B 1 H W, ``ignore`` bool B 1 H W."""
        pictures = map(_levels, (cleaned, image, clean))
        for found, lettered, truth, letters, unknown in zip(*pictures, _plane(mask), _plane(ignore), strict=True):
            scores = picture_scores(found, lettered, truth, letters, unknown)
            values = torch.tensor([scores[name] for name in FIGURES], dtype=torch.float64)
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
