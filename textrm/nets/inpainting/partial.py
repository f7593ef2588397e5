"""Partial convolution with one mask channel per group of features."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from textrm.nets.layers.blocks import unsafe_in_bfloat16


class PartialConvolution(nn.Conv2d):
    """Partial convolution (Liu et al. 2018): only known pixels count, the result is scaled up by how few they were.

    ``W (x · m) · window / coverage + b`` where a window knows anything, and 0 where it knows nothing; the mask that
    comes out is 1 where it knew anything. Windows reach over the border as over a hole.

    What we changed is the price, not the result. The paper's code keeps a mask per channel and convolves it with a
    kernel of ones as large as the weights, which costs as much as the features do. But masks are born as one channel,
    and all outputs of a convolution see the same inputs: so all channels of a map share one mask, and where two maps
    are joined (a skip connection) there are two. Here ``mask`` has one channel per such group of features, 1 = known,
    and the coverage is a filter over these one or two channels, each counted by the number of its features. In training
    the scaling happens in place on what the convolution returned, which no gradient needs: memory stays that of an
    ordinary convolution.

    Args:
        in_channels: channels of the features; a sequence where maps are joined, one mask channel for each.
        out_channels: with ``groups`` > 1, outputs that see equally much of the masks share one channel of the new mask.
        kernel_size: odd.
        stride: of the window.
        dilation: of the window.
        groups: of the convolution.
        bias: added where anything was known.
        zeroed: the caller promises that features are 0 where they are unknown. Else they are made so, which costs a
            copy of the map.
    """

    count: Tensor

    def __init__(
        self, in_channels: int | Sequence[int], out_channels: int, kernel_size: int = 3, stride: int = 1,
        dilation: int = 1, groups: int = 1, bias: bool = False, zeroed: bool = True,
    ) -> None:  # fmt: skip
        self.parts = (in_channels,) if isinstance(in_channels, int) else tuple(in_channels)
        channels = sum(self.parts)
        padding = kernel_size // 2 * dilation
        super().__init__(channels, out_channels, kernel_size, stride, padding, dilation, groups, bias)
        nn.init.kaiming_normal_(self.weight, nonlinearity="relu")
        self.zeroed = zeroed
        # How many channels of each part a group of the convolution sees; equal neighbours share a mask.
        part_of = [part for part, size in enumerate(self.parts) for _ in range(size)]
        seen = [
            tuple(part_of[start : start + channels // groups].count(part) for part in range(len(self.parts)))
            for start in range(0, channels, channels // groups)
        ]
        runs = [(counts, len(list(run))) for counts, run in groupby(seen)]
        self.out_parts = tuple(length * out_channels // groups for _, length in runs)
        count = torch.tensor([counts for counts, _ in runs], dtype=torch.float32)[..., None, None]
        self.register_buffer("count", count.repeat(1, 1, kernel_size, kernel_size), persistent=False)
        self.window = channels // groups * kernel_size**2
        # A 1×1 window over one mask knows all or nothing.
        self.pointwise = kernel_size == stride == len(self.parts) == len(self.out_parts) == 1

    # It is a Conv2d for its weights, sizes and names only; nothing calls it as one.
    def forward(self, features: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:  # type: ignore[override]
        """Features B C' H' W' and their mask, from features B C H W and ``mask`` B (parts) H W, 1 = known."""
        if not self.zeroed:
            features = features * spread(mask, self.parts)
        if unsafe_in_bfloat16(self):
            with torch.autocast("cpu", enabled=False):
                result = self._convolve(features.float())
        else:
            result = self._convolve(features)
        if self.pointwise:
            known = mask
        else:
            with torch.autocast(mask.device.type, enabled=False):  # half precision counts to 256 only
                coverage = F.conv2d(mask.to(self.count), self.count, None, self.stride, self.padding, self.dilation)
                known = coverage.clamp(max=1)
                scale = known * self.window / coverage.clamp(min=1)
            result = result.mul_(spread(scale, self.out_parts))
        if self.bias is not None:
            result = torch.addcmul(
                result, self.bias[:, None, None].to(result), spread(known, self.out_parts).to(result)
            )
        return result, known

    def _convolve(self, features: Tensor) -> Tensor:
        return F.conv2d(features, self.weight, None, self.stride, self.padding, self.dilation, self.groups)

    @staticmethod
    def hide(features: Tensor, mask: Tensor) -> Tensor:
        """Zero what is unknown, in place: normalisation has moved it. For activations that keep 0."""
        return features.mul_(mask)


def spread(mask: Tensor, parts: Sequence[int]) -> Tensor:
    """One channel per feature from one channel per part; a single one is left to broadcast."""
    if len(parts) == 1:
        return mask
    return torch.cat([mask[:, i : i + 1].expand(-1, size, -1, -1) for i, size in enumerate(parts)], 1)
