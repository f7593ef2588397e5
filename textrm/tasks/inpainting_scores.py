"""How well holes were filled, averaged over pictures, whole and per bin of the hole's share of the picture."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor
from torchmetrics import Metric
from torchmetrics.functional.image import structural_similarity_index_measure

from textrm.metrics import PSNR_CAP

BINS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 1.0)  # shares of the picture
BIN_NAMES = tuple(f"{round(100 * low)}-{round(100 * high)}" for low, high in pairwise(BINS))
FIGURES = ("psnr_hole", "psnr", "ssim", "l1_hole")


def bin_of(mask: Tensor) -> int:
    """The bin that the hole's share of the picture lies in."""
    share = float((mask > 0.5).float().mean())
    return sum(share > edge for edge in BINS[1:-1])


def picture_figures(composite: Tensor, clean: Tensor, mask: Tensor, ignore: Tensor) -> Tensor | None:
    """The FIGURES of one picture, or None where it has no hole with a truth.

    Args:
        composite: 3 H W in [0, 1], the filled picture with its known pixels.
        clean: 3 H W, the truth.
        mask: 1 H W, 1 = hole.
        ignore: bool 1 H W, True = without truth.
    """
    inside = ((mask > 0.5) & ~ignore)[0]
    if not inside.any():
        return None
    seen = torch.where(ignore, clean, composite)
    difference = seen - clean
    within = difference[:, inside]
    with torch.autocast(seen.device.type, enabled=False):  # it subtracts squares of means: not in half precision
        ssim = structural_similarity_index_measure(seen[None].float(), clean[None].float(), data_range=1.0)
    everywhere = difference.square().sum() / (3 * (~ignore).sum())
    return torch.stack([psnr(within.square().mean()), psnr(everywhere), torch.as_tensor(ssim), within.abs().mean()])


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
        for picture in zip(composite.float(), clean.float(), mask, ignore, strict=True):
            figures = picture_figures(*picture)
            if figures is not None:
                place = bin_of(picture[2])
                self.sums[place] += figures.to(self.sums)
                self.counts[place] += 1

    def compute(self) -> dict[str, float]:
        """The figures over all pictures, then per bin; nothing without pictures."""
        found: dict[str, float] = {}
        parts = {"": slice(None)} | {f"_{name}": slice(place, place + 1) for place, name in enumerate(BIN_NAMES)}
        for suffix, part in parts.items():
            if count := float(self.counts[part].sum()):
                means = (self.sums[part].sum(0) / count).tolist()
                found |= {f"{name}{suffix}": value for name, value in zip(FIGURES, means, strict=True)}
        return found


def psnr(mean_square: Tensor) -> Tensor:
    """Decibels of a mean squared error of values in [0, 1], at most 60."""
    return (-10 * torch.log10(mean_square.clamp(min=10 ** (-PSNR_CAP / 10)))).clamp(max=PSNR_CAP)
