"""The inpainting net of the CPU pipeline."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from textrm.nets.inpainting.inpainter import Inpainter
from textrm.nets.layers.unet import UNet

LEVELS = 5  # of the pyramid: it spans holes of twice 32 px; what is wider starts from the mean
ROUNDS = 2  # of averaging on each level


class FastInpainter(Inpainter):
    """A membrane, and a small residual U-Net that adds what the membrane lacks.

    Holes are first spanned smoothly by a pull-push pyramid (Gortler et al. 1996), which is a chain of partial
    convolutions with equal fixed weights and costs next to nothing. The net sees the spanned picture and where it is
    known, so that its first layer needs no masks, and every later one is an ordinary dense convolution, the kind that
    CPUs run best and that quantises well; for the arguments see :class:`~textrm.nets.layers.unet.UNet`.
    """

    def __init__(self, width: float = 1.0, channels: tuple[int, ...] = (32, 64, 96, 128),
                 blocks: tuple[int, ...] = (1, 2, 2, 2)) -> None:  # fmt: skip
        super().__init__()
        self.unet = UNet(4, 3, width, channels, blocks)
        self.stride = max(2**LEVELS, self.unet.stride)

    def fill(self, picture: Tensor, known: Tensor) -> Tensor:
        """The spanned picture plus the net's residual in holes."""
        spanned = span(picture, known, LEVELS)
        return spanned + self.unet(torch.cat([spanned, known], 1)) * (1 - known)


def span(picture: Tensor, known: Tensor, levels: int) -> Tensor:
    """Fill holes smoothly: pull what is known up a pyramid of ``levels`` halvings, push it down into the holes.

    On each level a few rounds of averaging over neighbours make the surface smoother.

    Args:
        picture: B C H W, 0 in holes; H and W are multiples of 2 to the power of ``levels``.
        known: B 1 H W in {0, 1}.
        levels: where the coarsest cell knows nothing either, the mean of the picture stands.
    """
    pyramid = []
    values, weight = picture, known
    for _ in range(levels):
        pyramid.append((values, weight))
        share = F.avg_pool2d(weight, 2)
        values = F.avg_pool2d(values * weight, 2) / share.clamp(min=1e-3)
        weight = (4 * share).clamp(max=1)
    total = weight.sum((2, 3), keepdim=True).clamp(min=1e-3)
    values = values * weight + (1 - weight) * ((values * weight).sum((2, 3), keepdim=True) / total)
    for finer, weight in reversed(pyramid):
        values = finer * weight + (1 - weight) * F.interpolate(values, scale_factor=2.0, mode="bilinear")
        for _ in range(ROUNDS):
            around = F.avg_pool2d(values, 3, 1, 1, count_include_pad=False)
            values = finer * weight + (1 - weight) * around
    return values
