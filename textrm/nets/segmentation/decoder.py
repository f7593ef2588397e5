"""The decoder of segmenters: from coarse maps back to every pixel."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from textrm.nets.layers.blocks import Activation, SeparableConvolution, conv_bn_act
from textrm.nets.layers.upsampling import make_upsampling


class Decoder(nn.Module):
    """The decoder of DeepLabV3+ (Chen et al. 2018) with a choice of upsampling, and a fine stage of our own.

    The pooled map is taken bilinearly to the 1/4 grid, joined with the encoder's 1/4 map (reduced to
    ``skip_channels``), refined by ``depth`` separable convolutions of ``channels``, and upsampled to one logit per
    pixel. With ``fine_channels`` > 0 the last step goes by way of the 1/2 grid: upsampled to ``fine_channels``, joined
    with the encoder's 1/2 map (reduced likewise), refined by one separable convolution and upsampled again. It keeps
    strokes of 2-3 px sharp; keep it narrow (8-24), for this grid has four times the places.

    Args:
        encoder_channels: channels of the encoder's maps, fine to coarse; the last but one is the 1/4 map.
        encoder_strides: their strides.
        in_channels: channels of the pooled map.
        upsampling: see :func:`textrm.nets.layers.upsampling.make_upsampling`.
        channels: width at the 1/4 grid.
        skip_channels: width of the reduced 1/4 map.
        depth: separable convolutions at the 1/4 grid.
        fine_channels: width of the 1/2 grid; 0 leaves that stage out.
        activation: makes the activation.
    """

    def __init__(self, encoder_channels: Sequence[int], encoder_strides: Sequence[int], in_channels: int,
                 upsampling: str, channels: int = 256, skip_channels: int = 48, depth: int = 2, fine_channels: int = 0,
                 activation: Activation = nn.ReLU) -> None:  # fmt: skip
        super().__init__()
        half, quarter = encoder_channels[-3:-1]
        half_stride, quarter_stride, stride = encoder_strides[-3:]
        self.factor = stride / quarter_stride
        self.skip = conv_bn_act(quarter, skip_channels, activation=activation)
        widths = [in_channels + skip_channels] + [channels] * depth
        self.refine = nn.Sequential(*(SeparableConvolution(a, b, activation=activation) for a, b in pairwise(widths)))
        if fine_channels:
            self.up = make_upsampling(upsampling, channels, fine_channels, quarter_stride // half_stride)
            self.fine_skip = conv_bn_act(half, fine_channels, activation=activation)
            self.fine = SeparableConvolution(2 * fine_channels, fine_channels, activation=activation)
        last = (fine_channels, half_stride) if fine_channels else (channels, quarter_stride)
        self.head = make_upsampling(upsampling, last[0], 1, last[1])
        self.fine_channels = fine_channels

    def forward(self, maps: Sequence[Tensor], pooled: Tensor) -> Tensor:
        """Logits B 1 H W of the encoder's maps and the pooled last of them."""
        coarse = F.interpolate(pooled, scale_factor=self.factor, mode="bilinear")
        features = self.refine(torch.cat([coarse, self.skip(maps[-2])], 1))
        if self.fine_channels:
            features = self.fine(torch.cat([self.up(features), self.fine_skip(maps[-3])], 1))
        return self.head(features)
