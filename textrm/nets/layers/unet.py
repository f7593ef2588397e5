"""A residual U-Net of plain convolutions, the kind that CPUs run best and that quantises well."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional as F

from textrm.errors import UserError
from textrm.nets.layers.blocks import conv_bn, conv_bn_act, make_divisible


class UNet(nn.Module):
    """B ``in_channels`` H W to B ``out_channels`` H W; H and W are multiples of ``stride``.

    A U-Net (Ronneberger et al. 2015) of residual blocks (He et al. 2016). What we changed: it works on the 1/2 grid and
    below, which pixels reach by unshuffling and leave by shuffling, so that no pixel is lost and the full resolution
    costs one convolution; maps on the way up are enlarged by nearest neighbour and added to those on the way down
    instead of joined, which halves the widest convolutions. Nothing but convolution, BatchNorm, ReLU and addition.

    Args:
        in_channels: of the input.
        out_channels: of the output.
        width: scales all channels, to multiples of 8.
        channels: at strides 2, 4, 8 and so on; as many as there are strides.
        blocks: residual blocks per stride on the way down; each stride but the last has one on the way up.

    Raises:
        UserError: for a width of 0 or less, and where ``channels`` and ``blocks`` are not equally many.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        width: float = 1.0,
        channels: Sequence[int] = (32, 64, 96, 128),
        blocks: Sequence[int] = (1, 2, 2, 2),
    ) -> None:
        super().__init__()
        if width <= 0:
            raise UserError(f"width={width} of the U-Net: expected more than 0")
        if not channels or len(channels) != len(blocks):
            raise UserError(f"channels={list(channels)} and blocks={list(blocks)} of the U-Net: expected equally many, "
                            "at least one")  # fmt: skip
        wide = [make_divisible(c * width, 8) for c in channels]
        self.stride = 2 ** len(wide)
        self.stem = conv_bn_act(4 * in_channels, wide[0], 3)
        self.down = nn.ModuleList([nn.Identity(), *(conv_bn_act(a, b, 3, 2) for a, b in pairwise(wide))])
        self.encode = nn.ModuleList(
            nn.Sequential(*(Residual(c) for _ in range(n))) for c, n in zip(wide, blocks, strict=True)
        )
        self.up = nn.ModuleList(conv_bn(b, a) for a, b in pairwise(wide))
        self.decode = nn.ModuleList(Residual(c) for c in wide[:-1])
        self.head = nn.Conv2d(wide[0], 4 * out_channels, 3, padding=1)
        for parameter in self.head.parameters():
            nn.init.normal_(parameter, std=1e-3)  # the start is 0, and what is added to it stands

    def forward(self, image: Tensor) -> Tensor:
        """The map at full size."""
        features = self.stem(F.pixel_unshuffle(image, 2))
        skips = []
        for down, encode in zip(self.down, self.encode, strict=True):
            features = encode(down(features))
            skips.append(features)
        features = skips.pop()
        for up, decode, skip in zip(reversed(self.up), reversed(self.decode), reversed(skips), strict=True):
            features = decode(F.relu(F.interpolate(up(features), scale_factor=2.0) + skip))
        return F.pixel_shuffle(self.head(features), 2)


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
