"""The U-Net of masked convolutions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from textrm.errors import UserError
from textrm.nets.inpainting.inpainter import Inpainter
from textrm.nets.inpainting.partial import PartialConvolution
from textrm.nets.inpainting.stages import MaskedConvolution, Stage
from textrm.nets.layers.blocks import make_divisible


class InpaintingUNet(Inpainter):
    """The U-Net of Liu et al. 2018, for any masked convolution.

    Encoder: ``levels`` stages of stride 2 from 64 channels, doubled up to ``maximum``, with kernels 7, 5, 5, 3 … and
    ReLU; the first has no BatchNorm. Decoder: nearest upsampling of features and mask, joined with the encoder's map of
    that size (the picture itself last), a stage with LeakyReLU (0.2); the last is one convolution to the picture. With
    the default values and partial convolutions it has 32.9 M parameters.

    Args:
        convolution: makes the masked convolutions; see :mod:`textrm.nets.inpainting.stages`.
        stage: makes the stages.
        width: scales all channels, to multiples of 8.
        levels: halvings; sizes are padded to multiples of 2 to that power.
        maximum: channels of the deepest stages, before ``width``.
        kernel_sizes: of the first stages; the others have 3.
        middle: dilations of further stages at the coarsest grid.
    """

    def __init__(
        self,
        convolution: MaskedConvolution = PartialConvolution,
        stage: MaskedConvolution = Stage,
        width: float = 1.0,
        levels: int = 8,
        maximum: int = 512,
        kernel_sizes: Sequence[int] = (7, 5, 5),
        middle: Sequence[int] = (),
    ) -> None:
        super().__init__()
        if width <= 0:
            raise UserError(f"width={width}: expected more than 0")
        if levels < 2:
            raise UserError(f"levels={levels}: expected 2 or more")
        self.stride = 2**levels
        channels = [make_divisible(min(64 * 2**level, maximum) * width, 8) for level in range(levels)]
        kernels = [*kernel_sizes, *[3] * levels][:levels]
        relu, leaky = partial(nn.ReLU, inplace=True), partial(nn.LeakyReLU, 0.2, inplace=True)
        first = Stage(convolution, 3, channels[0], kernels[0], 2, activation=relu, normalise=False)
        self.encoder = nn.ModuleList([first])
        for below, above, kernel in zip(channels, channels[1:], kernels[1:], strict=False):
            self.encoder.append(stage(convolution, below, above, kernel, 2, activation=relu))
        deep = channels[-1]
        self.middle = nn.ModuleList(
            stage(convolution, deep, deep, 3, dilation=dilation, activation=relu) for dilation in middle
        )
        self.decoder = nn.ModuleList()
        for skip in reversed(channels[:-1]):
            self.decoder.append(stage(convolution, (deep, skip), skip, activation=leaky))
            deep = skip
        self.head = convolution((deep, 3), 3, bias=True)

    def fill(self, picture: Tensor, known: Tensor) -> Tensor:
        """What the net makes of every pixel."""
        features, mask = picture, known
        skips = []
        for stage in self.encoder:
            skips.append((features, mask))
            features, mask = stage(features, mask)
        for stage in self.middle:
            features, mask = stage(features, mask)
        for stage in [*self.decoder, self.head]:
            features, mask = stage(*_joined(features, mask, *skips.pop()))
        return features


def _joined(features: Tensor, mask: Tensor, skip: Tensor, skip_mask: Tensor) -> tuple[Tensor, Tensor]:
    """The coarse map doubled beside the fine one, and their masks beside each other."""
    features = torch.cat([F.interpolate(features, scale_factor=2.0), skip.to(features)], 1)
    return features, torch.cat([F.interpolate(mask, scale_factor=2.0), skip_mask.to(mask)], 1)
