"""The inpainting net of the CPU pipeline."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from textrm.errors import UserError
from textrm.nets.blocks import conv_bn, conv_bn_act, make_divisible
from textrm.nets.inpainter import Inpainter

LEVELS = 5  # of the pyramid: it spans holes of twice 32 px; what is wider starts from the mean
ROUNDS = 2  # of averaging on each level


class FastInpainter(Inpainter):
    """A membrane, and a small residual U-Net that adds what the membrane lacks.

    Holes are first spanned smoothly by a pull-push pyramid (Gortler et al. 1996), which is a chain of partial
    convolutions with equal fixed weights and costs next to nothing. The net sees the spanned picture and where it is
    known, so that its first layer needs no masks, and every later one is an ordinary dense convolution, the kind that
    CPUs run best and that quantises well. It works on the 1/2 grid and below; pixel shuffle brings its residual to
    full size. Nothing but convolution, ReLU, nearest upsampling and addition follows the pyramid.

    Args:
        width: scales all channels, to multiples of 8.
        channels: at strides 2, 4, 8 and so on.
        blocks: residual blocks per stride on the way down.
    """

    def __init__(self, width: float = 1.0, channels: tuple[int, ...] = (32, 64, 96, 128),
                 blocks: tuple[int, ...] = (1, 2, 2, 2)) -> None:  # fmt: skip
        super().__init__()
        if width <= 0:
            raise UserError(f"net.width={width}: expected more than 0")
        wide = [make_divisible(c * width, 8) for c in channels]
        self.stride = 2 ** max(LEVELS, len(channels))
        self.stem = conv_bn_act(16, wide[0], 3)
        self.down = nn.ModuleList([nn.Identity(), *(conv_bn_act(a, b, 3, 2) for a, b in pairwise(wide))])
        self.encode = nn.ModuleList(
            nn.Sequential(*(Residual(c) for _ in range(n))) for c, n in zip(wide, blocks, strict=True)
        )
        self.up = nn.ModuleList(conv_bn(b, a) for a, b in pairwise(wide))
        self.decode = nn.ModuleList(Residual(c) for c in wide[:-1])
        self.head = nn.Conv2d(wide[0], 12, 3, padding=1)
        for parameter in self.head.parameters():
            nn.init.normal_(parameter, std=1e-3)  # the start is the membrane

    def fill(self, picture: Tensor, known: Tensor) -> Tensor:
        """The spanned picture plus the net's residual in holes."""
        spanned = span(picture, known, LEVELS)
        features = self.stem(F.pixel_unshuffle(torch.cat([spanned, known], 1), 2))
        skips = []
        for down, encode in zip(self.down, self.encode, strict=True):
            features = encode(down(features))
            skips.append(features)
        features = skips.pop()
        for up, decode, skip in zip(reversed(self.up), reversed(self.decode), reversed(skips), strict=True):
            features = decode(F.relu(F.interpolate(up(features), scale_factor=2.0) + skip))
        return spanned + F.pixel_shuffle(self.head(features), 2) * (1 - known)


class Residual(nn.Module):
    """Two 3×3 convolutions beside the identity, joined before the last activation (He et al. 2016)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        convolution, norm = conv_bn(channels, channels, 3)
        nn.init.zeros_(norm.get_parameter("weight"))  # the start is the identity (Goyal et al. 2017)
        self.body = nn.Sequential(*conv_bn_act(channels, channels, 3), convolution, norm)

    def forward(self, features: Tensor) -> Tensor:
        """B C H W to the same shape."""
        return F.relu(features + self.body(features))


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
