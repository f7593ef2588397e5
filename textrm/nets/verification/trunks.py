"""What a verifier sees a word with: one trunk that learns from words alone, one that knows photographs."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from textrm.nets.layers.blocks import conv_bn_act
from textrm.nets.verification.efficientnet_lite import EfficientNetLite


class PlainTrunk(nn.Sequential):
    """Views N C S S to maps N 4·width S/16 S/16, by seven convolutions.

    Args:
        channels: C of each view.
        width: channels of the first of four convolutions, each of which halves the map; the second and the third have
            another one behind them.
    """

    def __init__(self, channels: int, width: int = 24) -> None:
        widths = [channels, width, width * 3 // 2, width * 3, width * 4]
        layers: list[nn.Module] = []
        for number, (before, after) in enumerate(pairwise(widths)):
            layers.append(conv_bn_act(before, after, 3, stride=2))
            if number in (1, 2):
                layers.append(conv_bn_act(after, after, 3))
        super().__init__(*layers, conv_bn_act(widths[-1], widths[-1], 3))
        self.channels = widths[-1]


class KnowingTrunk(nn.Module):
    """Views N C S S to maps N 224 S/16 S/16, with what photographs taught.

    The colours go through :class:`EfficientNetLite`, whose first five blocks do not learn; all channels go through five
    convolutions, whose map is added at 1/8.

    Args:
        channels: C of each view, red, green and blue first.
    """

    channels = 224

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.colors = EfficientNetLite()
        self.colors.keep_fine()
        self.ink = nn.Sequential(conv_bn_act(channels, 24, 3, stride=2), conv_bn_act(24, 36, 3, stride=2),
                                 conv_bn_act(36, 36, 3), conv_bn_act(36, 72, 3, stride=2),
                                 conv_bn_act(72, 72, 3))  # fmt: skip
        self.join = nn.Conv2d(72, self.colors.fine_channels, 1)
        self.last = conv_bn_act(self.colors.channels, 128, 3)
        self.more = nn.Sequential(conv_bn_act(72, 96, 3, stride=2), conv_bn_act(96, 96, 3))

    def forward(self, squares: Tensor) -> Tensor:
        """The maps."""
        ink = self.ink(squares)
        colors = self.colors.coarse(self.colors.fine(squares[:, :3]) + self.join(ink))
        return torch.cat([self.last(colors), self.more(ink)], 1)
