"""Slim Xception with the atrous rates of small objects."""

from __future__ import annotations

import math
from itertools import groupby

from torch import Tensor, nn

from textrm.errors import UserError
from textrm.nets.encoders.encoder import Encoder
from textrm.nets.layers.blocks import Activation, SeparableConvolution, conv_bn, conv_bn_act, make_divisible
from textrm.nets.layers.phases import Phases


class XceptionBlock(nn.Module):
    """Three separable convolutions beside a shortcut, joined before the last activation.

    The first convolution strides (in Xception the last one does): the other two then work on the coarse grid, at a
    quarter of the price. The shortcut is a 1×1 convolution where the shape changes; where it does not,
    ``residual_gain`` is the first weight of the last BatchNorm.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1, activation: Activation = nn.ReLU,
                 residual_gain: float = 1.0) -> None:  # fmt: skip
        super().__init__()
        self.body = nn.Sequential(
            SeparableConvolution(in_channels, out_channels, stride, activation=activation),
            SeparableConvolution(out_channels, out_channels, activation=activation),
            SeparableConvolution(out_channels, out_channels, activation=activation, last=False),
        )
        same = in_channels == out_channels and stride == 1
        if same:
            norms = [module for module in self.body.modules() if isinstance(module, nn.BatchNorm2d)]
            nn.init.constant_(norms[-1].weight, residual_gain)
        self.shortcut = nn.Identity() if same else conv_bn(in_channels, out_channels, 1, stride)
        self.activation = activation()

    def forward(self, features: Tensor) -> Tensor:
        """B C H W to B C' H/stride W/stride."""
        return self.activation(self.body(features) + self.shortcut(features))


class XceptionEncoder(Encoder):
    """Slim Xception (Chollet 2017) at output stride 8; maps at strides 2, 4 and 8.

    Entry flow: 3×3 to 32 channels at stride 2, 3×3 to 64, blocks to 128 at stride 4, 256 and 512 at stride 8. Middle
    flow: ``middle_blocks`` of 512. Exit flow: ``exit_blocks`` of 512. ``width`` scales all channels, to multiples of 8.

    ``rates`` are the dilations of the first and second half of the middle flow and of the exit flow. The default
    2-4-2-1 rises and then falls again (Hamaguchi et al. 2017): the falling half mixes neighbours that a rising
    pyramid leaves apart (gridding). (2, 2, 2, 4) is what DeepLabV3+ has at output stride 8: the rate doubles where a
    stride was taken out. (1, 1, 1, 1) has no dilation. All have the same parameters; experiments/atrous_rates compares
    them. The last entry block has the first rate. Height and width of the image are multiples of ``multiple``.

    ``residual_gain`` is the first weight of the BatchNorm that ends a branch beside an identity shortcut. With 0 such a
    block starts as the identity (Goyal et al. 2017); with 1 each block adds to what the ones before it made, and
    training suffers, see experiments/atrous_rates. ``weights`` is what training starts from, see
    :class:`Encoder`. ``in_channels`` are those of the image: 3, or 4 where a prior comes with it.
    """

    def __init__(
        self,
        width: float = 1.0,
        middle_blocks: int = 8,
        exit_blocks: int = 4,
        rates: tuple[int, int, int, int] = (2, 4, 2, 1),
        activation: Activation = nn.ReLU,
        residual_gain: float = 1.0,
        weights: str | None = None,
        in_channels: int = 3,
    ) -> None:
        super().__init__()
        self.weights, self.in_channels = weights, in_channels
        if width <= 0:
            raise UserError(f"width={width}: expected more than 0")
        first, stem, quarter, eighth, deep = (make_divisible(c * width, 8) for c in (32, 64, 128, 256, 512))
        self.stem = nn.Sequential(
            conv_bn_act(in_channels, first, 3, 2, activation=activation),
            conv_bn_act(first, stem, 3, activation=activation),
        )
        self.quarter = XceptionBlock(stem, quarter, 2, activation=activation)
        rate_of_block = [rates[0]]
        for flow, halves in ((middle_blocks, rates[:2]), (exit_blocks, rates[2:])):
            rate_of_block += [halves[0]] * (flow // 2) + [halves[1]] * (flow - flow // 2)
        # Blocks at one rate share one grid of phases: the rearrangement is paid once per run of equal rates.
        self.eighth = nn.Sequential(XceptionBlock(quarter, eighth, 2, activation=activation))
        before = eighth
        for rate, run in groupby(rate_of_block):
            blocks = []
            for _ in run:
                blocks.append(XceptionBlock(before, deep, 1, activation, residual_gain))
                before = deep
            self.eighth.append(Phases(rate, *blocks))
        flows = len(self.eighth) - 1
        self.stage_channels = (stem, quarter, eighth, *[deep] * flows)
        self.stage_strides = (2, 4, 8, *[8] * flows)

    @property
    def multiple(self) -> int:
        """What height and width of the image must be multiples of: 8 times the phases."""
        return 8 * math.lcm(*(block.rate for block in self.eighth if isinstance(block, Phases)))

    def stages(self, image: Tensor) -> tuple[Tensor, ...]:
        """Maps of B 3 H W: at strides 2 and 4, of the first block at stride 8, of each run of blocks at one rate."""
        maps = [self.stem(image)]
        for stage in (self.quarter, *self.eighth):
            maps.append(stage(maps[-1]))
        return tuple(maps)
