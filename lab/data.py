"""An ordinary data set of torch, which knows nothing of textrm."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.utils.data import Dataset


class Dashes(Dataset):
    """Grey pictures with dark dashes, which are the lettering; drawn by torch's own random generator."""

    def __init__(self, length: int, size: int, seed: int | None = None) -> None:
        self.length, self.size, self.seed = length, size, seed

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        """``image`` 3 H W in [0, 1] and ``mask`` 1 H W, 1 on lettering; the same at each call where there is a seed."""
        if self.seed is not None:
            torch.manual_seed(self.seed + index)
        mask = torch.zeros(1, self.size, self.size)
        for _ in range(6):
            top, left = torch.randint(0, self.size - 12, (2,)).tolist()
            mask[:, top : top + 4, left : left + 12] = 1
        paper = (0.6 + 0.3 * torch.rand(3, 1, 1) + 0.05 * torch.randn(3, self.size, self.size)).clamp(0, 1)
        return {"image": paper * (1 - 0.9 * mask), "mask": mask}
