"""The stages of the masked U-Net: ``(features, mask) -> (features, mask)``, one step finer or coarser than before.

All stages share one signature of construction: ``(convolution, in_channels, out_channels, kernel_size, stride,
dilation, activation)``, with ``in_channels`` a sequence where maps are joined. ``convolution`` makes a
masked convolution. Activations must keep 0: what is unknown stays 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor, nn

from textrm.nets.layers.blocks import Activation

MaskedConvolution = Callable[..., nn.Module]
"""Makes a masked convolution from ``(in_channels, out_channels, kernel_size, stride, dilation, bias=…)``."""


class Stage(nn.Module):
    """Convolution, BatchNorm, activation."""

    def __init__(
        self, convolution: MaskedConvolution, in_channels: int | Sequence[int], out_channels: int,
        kernel_size: int = 3, stride: int = 1, dilation: int = 1, activation: Activation = nn.ReLU,
        normalise: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self.convolution: Any = convolution(
            in_channels, out_channels, kernel_size, stride, dilation, bias=not normalise
        )
        self.norm = nn.BatchNorm2d(out_channels) if normalise else None
        self.activation = activation()

    def forward(self, features: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Features and mask at the new size."""
        features, mask = self.convolution(features, mask)
        if self.norm is not None:
            features = self.convolution.hide(self.norm(features), mask)
        return self.activation(features), mask


class DeepStage(nn.Module):
    """A stage that strides and a second one, 3×3, whose result is added to the first's."""

    def __init__(
        self, convolution: MaskedConvolution, in_channels: int | Sequence[int], out_channels: int,
        kernel_size: int = 3, stride: int = 1, dilation: int = 1, activation: Activation = nn.ReLU,
    ) -> None:  # fmt: skip
        super().__init__()
        self.first = Stage(convolution, in_channels, out_channels, kernel_size, stride, dilation, activation)
        self.second = Stage(convolution, out_channels, out_channels, 3, 1, dilation, activation)

    def forward(self, features: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Features and mask at the new size."""
        first, mask = self.first(features, mask)
        second, mask = self.second(first, mask)
        return first + second, mask


class InvertedResidualStage(nn.Module):
    """Expansion 1×1, depthwise, projection 1×1 (Sandler et al. 2018) with partial convolutions.

    ``convolution`` must take ``groups``. Where shape and size stay, the input is added to the result.
    """

    def __init__(
        self, convolution: MaskedConvolution, in_channels: int | Sequence[int], out_channels: int,
        kernel_size: int = 3, stride: int = 1, dilation: int = 1, activation: Activation = nn.ReLU,
        expansion: int = 4,
    ) -> None:  # fmt: skip
        super().__init__()
        wide = expansion * (in_channels if isinstance(in_channels, int) else max(in_channels))

        def depthwise(*arguments: int, bias: bool) -> nn.Module:
            return convolution(*arguments, groups=wide, bias=bias)

        self.expand = Stage(convolution, in_channels, wide, 1, activation=activation)
        self.depthwise = Stage(depthwise, wide, wide, kernel_size, stride, dilation, activation)
        self.project = Stage(convolution, wide, out_channels, 1, activation=nn.Identity)
        self.shortcut = stride == 1 and in_channels == out_channels

    def forward(self, features: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Features and mask at the new size."""
        result, known = self.project(*self.depthwise(*self.expand(features, mask)))
        return (result + features if self.shortcut else result), known
