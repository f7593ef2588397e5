"""What the tests of inpainting tasks share: a net of one number, what it is asked about, and what a run logs."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import nn

from textrm.losses.inpainting import InpaintingLoss
from textrm.tasks.inpainting import InpaintingTask

TINY = ("net.width=0.125", "net.levels=3")
TERMS = {f"train/{name}" for name in ("loss", "valid", "hole", "total_variation", "perceptual", "style")}
FIGURES = {f"val/{name}" for name in ("loss", "psnr_hole", "psnr", "ssim", "l1_hole")}


class Grey(nn.Module):
    """One parameter for every pixel."""

    def __init__(self, value: float = 0.5) -> None:
        super().__init__()
        self.encoder = nn.Sequential()
        self.value = nn.Parameter(torch.tensor(value))

    def forward(self, image: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return self.value.expand_as(image)


def batch(share: float = 0.5, size: int = 16) -> dict[str, Any]:
    mask = torch.zeros(2, 1, size, size)
    mask[..., : int(size * share)] = 1
    clean = torch.full((2, 3, size, size), 0.25)
    ignore = torch.zeros(2, 1, size, size, dtype=torch.bool)
    return {"image": clean, "clean": clean, "mask": mask, "ignore": ignore, "id": ["p0", "p1"]}


def task(value: float = 0.5) -> InpaintingTask:
    return InpaintingTask(Grey(value), InpaintingLoss(), partial(torch.optim.SGD, lr=0.1))
