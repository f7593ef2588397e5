"""Three ways to a finer grid: B ``in_channels`` H W to B ``out_channels`` H·factor W·factor.

Each has its one convolution, with bias, under the name ``convolution``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from textrm.errors import UserError


class Bilinear(nn.Module):
    """A 1×1 convolution, then bilinear interpolation; in this order, which gives the same and costs less."""

    def __init__(self, in_channels: int, out_channels: int, factor: int) -> None:
        super().__init__()
        self.factor = float(factor)
        self.convolution = nn.Conv2d(in_channels, out_channels, 1)

    def forward(self, features: Tensor) -> Tensor:
        """B C H W to B C' fH fW."""
        return F.interpolate(self.convolution(features), scale_factor=self.factor, mode="bilinear")


class TransposedConvolution(nn.Module):
    """A learnt interpolation whose windows overlap by half: kernel 2·factor, or 2·factor − 1 for odd factors."""

    def __init__(self, in_channels: int, out_channels: int, factor: int) -> None:
        super().__init__()
        kernel = 2 * factor - factor % 2
        self.convolution = nn.ConvTranspose2d(in_channels, out_channels, kernel, factor, (kernel - factor) // 2)

    def forward(self, features: Tensor) -> Tensor:
        """B C H W to B C' fH fW."""
        return self.convolution(features)


class PixelShuffle(nn.Module):
    """Sub-pixel convolution (Shi et al. 2016), here 1×1.

    ``icnr`` starts all sub-pixels of a channel with equal weights (Aitken et al. 2017), so that the start is
    nearest-neighbour upsampling and not a checkerboard.
    """

    def __init__(self, in_channels: int, out_channels: int, factor: int, icnr: bool = True) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(in_channels, out_channels * factor**2, 1)
        self.shuffle = nn.PixelShuffle(factor)
        if icnr:
            with torch.no_grad():
                for parameter in self.convolution.parameters():
                    parameter.copy_(parameter[:: factor**2].repeat_interleave(factor**2, 0))

    def forward(self, features: Tensor) -> Tensor:
        """B C H W to B C' fH fW."""
        return self.shuffle(self.convolution(features))


CHOICES: dict[str, Callable[[int, int, int], nn.Module]] = {
    "bilinear": Bilinear,
    "transposed": TransposedConvolution,
    "pixel_shuffle": PixelShuffle,
    "pixel_shuffle_random": partial(PixelShuffle, icnr=False),  # to compare the start
}


def make_upsampling(name: str, in_channels: int, out_channels: int, factor: int) -> nn.Module:
    """The upsampling of that name.

    Raises:
        UserError: for any other name.
    """
    if name not in CHOICES:
        raise UserError(f"upsampling={name}: unknown, choose one of {', '.join(CHOICES)}")
    return CHOICES[name](in_channels, out_channels, factor)
