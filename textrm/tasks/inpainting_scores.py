"""How well holes were filled, averaged over pictures, whole and per bin of the hole's share of the picture."""

from __future__ import annotations

import torch
from torch import Tensor
from torchmetrics import Metric
from torchmetrics.functional.image import structural_similarity_index_measure

from textrm.metrics import PSNR_CAP

BINS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 1.0)  # shares of the picture
FIGURES = ("psnr_hole", "psnr", "ssim", "l1_hole")


class InpaintingScores(Metric):
    """``psnr_hole`` (dB, over the hole), ``psnr`` and ``ssim`` (of the composite), ``l1_hole`` (in [0, 1]).

    Each is taken per picture and averaged; decibels are capped at 60. Pictures without a hole, or without truth in it,
    are not counted. Figures of the bin from 10 to 20 % are called ``psnr_hole_10-20`` and so on; empty bins are left
    out.
    """

    full_state_update = False
    sums: Tensor
    counts: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.add_state("sums", torch.zeros(len(BINS) - 1, len(FIGURES), dtype=torch.float64), dist_reduce_fx="sum")
        self.add_state("counts", torch.zeros(len(BINS) - 1, dtype=torch.float64), dist_reduce_fx="sum")

    def update(self, composite: Tensor, clean: Tensor, mask: Tensor, ignore: Tensor) -> None:
        """Count pictures: ``composite`` and ``clean`` B 3 H W in [0, 1], ``mask`` B 1 H W, ``ignore`` bool B 1 H W."""
        for filled, truth, hole, unknown in zip(composite.float(), clean.float(), mask > 0.5, ignore, strict=True):
            inside = (hole & ~unknown)[0]
            if not inside.any():
                continue
            difference = (filled - truth).masked_fill(unknown, 0)
            within = difference[:, inside]
            seen = torch.where(unknown, truth, filled)
            with torch.autocast(seen.device.type, enabled=False):  # it subtracts squares of means: not in half precision
                ssim = structural_similarity_index_measure(seen[None], truth[None], data_range=1.0)
            figures = torch.stack(
                [psnr(within.square().mean()), psnr(difference.square().sum() / (3 * (~unknown).sum())),
                 torch.as_tensor(ssim), within.abs().mean()]
            )  # fmt: skip
            share = float(hole.float().mean())
            place = sum(share > edge for edge in BINS[1:-1])
            self.sums[place] += figures.to(self.sums)
            self.counts[place] += 1

    def compute(self) -> dict[str, float]:
        """The figures over all pictures, then per bin; nothing without pictures."""
        found: dict[str, float] = {}
        parts = {"": slice(None)} | {
            f"_{round(100 * BINS[i])}-{round(100 * BINS[i + 1])}": slice(i, i + 1) for i in range(len(BINS) - 1)
        }
        for suffix, part in parts.items():
            if count := float(self.counts[part].sum()):
                means = (self.sums[part].sum(0) / count).tolist()
                found |= {f"{name}{suffix}": value for name, value in zip(FIGURES, means, strict=True)}
        return found


def psnr(mean_square: Tensor) -> Tensor:
    """Decibels of a mean squared error of values in [0, 1], at most 60."""
    return (-10 * torch.log10(mean_square.clamp(min=10 ** (-PSNR_CAP / 10)))).clamp(max=PSNR_CAP)
