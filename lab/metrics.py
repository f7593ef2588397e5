"""A metric."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torchmetrics import Metric


class AreaError(Metric):
    """By how much the found area differs from that of the lettering, as a share of all pixels."""

    full_state_update = False
    error: Tensor
    pixels: Tensor

    def __init__(self) -> None:
        super().__init__()
        for name in ("error", "pixels"):
            self.add_state(name, torch.zeros((), dtype=torch.float64), dist_reduce_fx="sum")

    def update(self, seen: dict[str, Tensor], batch: dict[str, Any]) -> None:
        """Count a batch; ``seen`` is what the task made of it, of segmentation ``prob`` B 1 H W in [0, 1]."""
        self.error += (seen["prob"].sum() - batch["mask"].sum()).abs()
        self.pixels += batch["mask"].numel()

    def compute(self) -> Tensor:
        """The share."""
        return self.error / self.pixels
