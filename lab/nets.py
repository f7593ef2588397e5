"""A net and an encoder in plain torch."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn


class PlainNet(nn.Module):
    """Maps ``image`` B 3 H W in [0, 1] to logits B 1 H W that a pixel is lettering: a few convolutions at a quarter."""

    stride = 4  # H and W must be multiples of it

    def __init__(self, width: int = 16) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, width, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(width, 2 * width, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(2 * width, 2 * width, 3, padding=2, dilation=2), nn.ReLU(),
            nn.Conv2d(2 * width, self.stride**2, 1), nn.PixelShuffle(self.stride),
        )  # fmt: skip

    def forward(self, image: Tensor) -> Tensor:
        """The logits."""
        return self.layers(image - 0.5)


class PlainEncoder(nn.Module):
    """Three maps, fine to coarse, for the pooling and the decoder of textrm's segmenters."""

    strides = (2, 4, 8)
    multiple = 8  # what H and W of the image must be multiples of

    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.channels = (width, 2 * width, 4 * width)
        wide = (3, *self.channels)
        self.stages = nn.ModuleList(
            nn.Sequential(nn.Conv2d(before, after, 3, stride=2, padding=1), nn.BatchNorm2d(after), nn.ReLU())
            for before, after in pairwise(wide)
        )

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """The maps of ``image`` B 3 H W, each B ``channels`` H/``strides`` W/``strides``."""
        maps = [image]
        for stage in self.stages:
            maps.append(stage(maps[-1]))
        return tuple(maps[1:])
