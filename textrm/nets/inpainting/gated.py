"""Gated convolution, three ways to make the gate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class GatedConvolution(nn.Module):
    """Gated convolution (Yu et al. 2018): features, times a sigmoid gate learnt from the same input.

    ``W x · sigmoid(V x)``; ``x`` are the features and, as a further channel, the mask (1 = known; two channels where
    maps are joined). What we changed: the activation stands outside, behind the normalisation, where the skeleton has
    that of every masked convolution. The mask is not learnt: it comes out as the share of each new cell that is known.
    Where maps are joined the last one's goes on, the finer one. Here the gate has a convolution of its own.

    Args:
        in_channels: channels of the features; a sequence where maps are joined.
        out_channels: channels of features and gate.
        kernel_size: odd.
        stride: of both convolutions.
        dilation: of both convolutions.
        bias: of the features; the gate always has one.
    """

    def __init__(self, in_channels: int | Sequence[int], out_channels: int, kernel_size: int = 3, stride: int = 1,
                 dilation: int = 1, bias: bool = False) -> None:  # fmt: skip
        super().__init__()
        parts = (in_channels,) if isinstance(in_channels, int) else tuple(in_channels)
        self.stride = stride
        self.shape: dict[str, Any] = {
            "kernel_size": kernel_size,
            "stride": stride,
            "dilation": dilation,
            "padding": kernel_size // 2 * dilation,
        }
        self.build(sum(parts) + len(parts), out_channels, bias)

    def build(self, in_channels: int, out_channels: int, bias: bool) -> None:
        """Make the convolutions."""
        self.convolution = nn.Conv2d(in_channels, out_channels, bias=bias, **self.shape)
        self.gate: nn.Module = nn.Conv2d(in_channels, out_channels, **self.shape)

    def gated(self, seen: Tensor) -> Tensor:
        """Features times gate, from features and masks as one map."""
        return self.convolution(seen) * torch.sigmoid(self.gate(seen))

    def forward(self, features: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Features B C' H' W' and the mask at their size, from features B C H W and ``mask`` B (parts) H W."""
        result = self.gated(torch.cat([features, mask.to(features)], 1))
        mask = mask[:, -1:]
        return result, mask if self.stride == 1 else F.avg_pool2d(mask, self.stride, ceil_mode=True)

    @staticmethod
    def hide(features: Tensor, mask: Tensor) -> Tensor:
        """As it is: the gate decides what counts."""
        return features


class FusedGatedConvolution(GatedConvolution):
    """One convolution to twice the channels, split in features and gate: the same function in one larger kernel."""

    def build(self, in_channels: int, out_channels: int, bias: bool) -> None:
        """Make the convolution; its bias is the gate's too."""
        self.convolution = nn.Conv2d(in_channels, 2 * out_channels, **self.shape)

    def gated(self, seen: Tensor) -> Tensor:
        """Features times gate."""
        features, gate = self.convolution(seen).chunk(2, 1)
        return features * torch.sigmoid(gate)


class SeparableGatedConvolution(GatedConvolution):
    """A depthwise-separable gate (Yi et al. 2020): a ninth of the gate's work and parameters."""

    def build(self, in_channels: int, out_channels: int, bias: bool) -> None:
        """Make the convolutions."""
        self.convolution = nn.Conv2d(in_channels, out_channels, bias=bias, **self.shape)
        self.gate = nn.Sequential(
            nn.Conv2d(in_channels, in_channels, groups=in_channels, bias=False, **self.shape),
            nn.Conv2d(in_channels, out_channels, 1),
        )
