"""Context modules between encoder and decoder: B ``in_channels`` H W to B ``out_channels`` H W."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from textrm.nets.layers.blocks import Activation, SeparableConvolution, conv_bn, conv_bn_act


class Pointwise(nn.Module):
    """No context: a 1×1 convolution to the decoder's width."""

    def __init__(self, in_channels: int, out_channels: int = 256, activation: Activation = nn.ReLU) -> None:
        super().__init__()
        self.out_channels = out_channels
        self.project = conv_bn_act(in_channels, out_channels, activation=activation)

    def forward(self, features: Tensor) -> Tensor:
        """B C H W to B C' H W."""
        return self.project(features)


class ReceptiveFieldBlock(nn.Module):
    """Receptive field block (Liu et al. 2018): branches whose kernel and dilation grow together.

    A branch without and three with a 1×n and an n×1 convolution (n = 3, 5, 7), each followed by an atrous 3×3 at rate
    n (1 in the first branch); joined by a 1×1, added to a 1×1 shortcut. ``width`` is the channels of a branch, a
    quarter of ``out_channels`` by default. ``separable`` makes the atrous convolutions depthwise-separable, ours for
    the fast nets.
    """

    def __init__(self, in_channels: int, out_channels: int = 256, width: int | None = None, separable: bool = False,
                 activation: Activation = nn.ReLU) -> None:  # fmt: skip
        super().__init__()
        self.out_channels = out_channels
        width = width or out_channels // 4
        self.branches = nn.ModuleList()
        for size in (1, 3, 5, 7):
            branch = conv_bn_act(in_channels, width, activation=activation)
            if size > 1:
                branch.extend(conv_bn_act(width, width, (1, size), activation=activation))
                branch.extend(conv_bn_act(width, width, (size, 1), activation=activation))
            branch.extend(_atrous(width, width, size, separable, activation))
            self.branches.append(branch)
        self.join = conv_bn(4 * width, out_channels)
        self.shortcut = conv_bn(in_channels, out_channels)
        self.activation = activation()

    def forward(self, features: Tensor) -> Tensor:
        """B C H W to B C' H W."""
        joined = self.join(torch.cat([branch(features) for branch in self.branches], 1))
        return self.activation(joined + self.shortcut(features))


class AtrousSpatialPyramidPooling(nn.Module):
    """Atrous spatial pyramid pooling (Chen et al. 2017, DeepLabV3): a 1×1, three atrous 3×3 and the picture's mean.

    ``rates`` are those of output stride 8. The mean runs over the picture that is fed, so the result depends on the
    tile. Its branch has a bias instead of BatchNorm, which cannot train on one value per channel (a batch of one).
    """

    def __init__(self, in_channels: int, out_channels: int = 256, rates: tuple[int, ...] = (12, 24, 36),
                 separable: bool = False, activation: Activation = nn.ReLU) -> None:  # fmt: skip
        super().__init__()
        self.out_channels = out_channels
        self.branches = nn.ModuleList([conv_bn_act(in_channels, out_channels, activation=activation)])
        for rate in rates:
            self.branches.append(_atrous(in_channels, out_channels, rate, separable, activation))
        self.mean = nn.Sequential(nn.Conv2d(in_channels, out_channels, 1), activation())
        self.join = conv_bn_act((2 + len(rates)) * out_channels, out_channels, activation=activation)

    def forward(self, features: Tensor) -> Tensor:
        """B C H W to B C' H W."""
        maps = [branch(features) for branch in self.branches]
        maps.append(self.mean(features.mean((2, 3), keepdim=True)).expand_as(maps[0]))
        return self.join(torch.cat(maps, 1))


def _atrous(in_channels: int, out_channels: int, rate: int, separable: bool, activation: Activation) -> nn.Sequential:
    if separable:
        return SeparableConvolution(in_channels, out_channels, 1, rate, activation)
    return conv_bn_act(in_channels, out_channels, 3, 1, rate, activation)
