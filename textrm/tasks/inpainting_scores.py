"""How well holes were filled, averaged over pictures, whole and per bin of the hole's share of the picture."""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import pad
from torchmetrics import Metric
from torchmetrics.functional.image import structural_similarity_index_measure
from torchmetrics.image.lpip import LearnedPerceptualImagePatchSimilarity

from textrm.metrics import PSNR_CAP

BINS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 1.0)  # shares of the picture
BIN_NAMES = tuple(f"{round(100 * low)}-{round(100 * high)}" for low, high in pairwise(BINS))
FIGURES = ("psnr_hole", "psnr", "ssim", "l1_hole", "lpips")
LPIPS_WEIGHTS = "alexnet-owt-7be5be79.pth"  # torchvision's file name
_SSIM_WINDOW = 11  # pixels
_LPIPS_LEAST = 64  # pixels; AlexNet shrinks smaller pictures to nothing


def bin_of(mask: Tensor) -> int:
    """The bin that the hole's share of the picture lies in."""
    share = float((mask > 0.5).float().mean())
    return sum(share > edge for edge in BINS[1:-1])


def picture_figures(composite: Tensor, clean: Tensor, mask: Tensor, ignore: Tensor) -> Tensor | None:
    """The FIGURES of one picture, or None where it has no hole with a truth; LPIPS is NaN where it cannot be had.

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
    everywhere = difference.square().sum() / (3 * (~ignore).sum())
    with torch.autocast(seen.device.type, enabled=False):  # SSIM subtracts squares of means: not in half precision
        found, wanted = (_at_least(picture[None].float(), _SSIM_WINDOW) for picture in (seen, clean))
        ssim = torch.as_tensor(structural_similarity_index_measure(found, wanted, data_range=1.0))
        lpips = torch.as_tensor(_lpips_of(seen, clean)).to(ssim)
    return torch.stack([psnr(within.square().mean()), psnr(everywhere), ssim, within.abs().mean(), lpips])


def _at_least(picture: Tensor, side: int) -> Tensor:
    """B C H W, with its edge repeated where it is smaller than ``side`` px."""
    height, width = picture.shape[-2:]
    return pad(picture, (0, max(0, side - width), 0, max(0, side - height)), mode="replicate")


def _lpips_of(picture: Tensor, truth: Tensor) -> float:
    metric = find_lpips()
    if metric is None or min(picture.shape[-2:]) < _LPIPS_LEAST:
        return float("nan")
    with torch.inference_mode():
        return float(metric(picture[None].float().cpu().clamp(0, 1), truth[None].float().cpu().clamp(0, 1)))


@cache
def find_lpips() -> LearnedPerceptualImagePatchSimilarity | None:
    """LPIPS (Zhang et al. 2018) with AlexNet, on the CPU, or None where torchvision's weights are not on the disk."""
    if not (Path(torch.hub.get_dir()) / "checkpoints" / LPIPS_WEIGHTS).is_file():
        return None
    return LearnedPerceptualImagePatchSimilarity(net_type="alex", normalize=True)


class InpaintingScores(Metric):
    """``psnr_hole`` (dB, over the hole), ``psnr``, ``ssim`` and ``lpips`` (of the composite), ``l1_hole`` (in [0, 1]).

    Each is taken per picture and averaged; decibels are capped at 60. LPIPS is left out where its weights are not on
    the disk (see :func:`find_lpips`) or a picture is smaller than 64 px; SSIM takes pictures of less than 11 px with
    their edges repeated. Pictures without a hole, or without truth in it, are not counted. Figures of the bin from 10
    to 20 % are called ``psnr_hole_10-20`` and so on; empty bins are left out.
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
                bin_number = bin_of(picture[2])
                self.sums[bin_number] += figures.to(self.sums)
                self.counts[bin_number] += 1

    def compute(self) -> dict[str, float]:
        """The figures over all pictures, then per bin; nothing without pictures."""
        found: dict[str, float] = {}
        parts = {"": slice(None)} | {f"_{name}": slice(first, first + 1) for first, name in enumerate(BIN_NAMES)}
        for suffix, part in parts.items():
            if count := float(self.counts[part].sum()):
                means = (self.sums[part].sum(0) / count).tolist()
                figures = zip(FIGURES, means, strict=True)
                found |= {f"{name}{suffix}": value for name, value in figures if not math.isnan(value)}
        return found


def psnr(mean_square: Tensor) -> Tensor:
    """Decibels of a mean squared error of values in [0, 1], at most 60."""
    return (-10 * torch.log10(mean_square.clamp(min=10 ** (-PSNR_CAP / 10)))).clamp(max=PSNR_CAP)
