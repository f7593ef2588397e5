"""The small parts that all nets are made of."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torchvision.models.mobilenetv2 import InvertedResidual

__all__ = [
    "Activation", "ScSE", "SeparableConvolution", "conv_bn", "conv_bn_act", "inverted_residual", "make_divisible",
    "unsafe_in_bfloat16",
]  # fmt: skip

Activation = Callable[[], nn.Module]
"""Makes an activation: ``nn.ReLU``, which folds into the int8 kernels of onnxruntime, or a ``_partial_`` of another."""


def make_divisible(channels: float, divisor: int) -> int:
    """The multiple of ``divisor`` nearest to ``channels``, or the next above where that is below nine tenths of them.

    As in MobileNetV2; halves go up, and ``divisor`` is the least.
    """
    nearest = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return nearest + divisor if nearest < 0.9 * channels else nearest


def unsafe_in_bfloat16(convolution: nn.Conv2d) -> bool:
    """Whether this convolution, now, must be computed in float32 although autocast is on: a dilated depthwise one.

    For channels-last maps of about 40×40 and more, oneDNN's bfloat16 kernel (torch 2.14, AMX) gives a gradient of the
    weights that is wrong (relative error 1.4) and now and then not finite. In float32 it is right, and no slower.
    """
    dilated = convolution.groups > 1 and convolution.dilation != (1, 1)
    return dilated and torch.is_autocast_enabled("cpu") and torch.is_grad_enabled()


class DepthwiseConvolution(nn.Conv2d):
    """Depthwise 3×3, B C H W to B C H/stride W/stride, without bias; dilated ones train in float32 on CPUs."""

    def __init__(self, channels: int, stride: int = 1, dilation: int = 1) -> None:
        super().__init__(channels, channels, 3, stride, dilation, dilation, channels, bias=False)
        nn.init.kaiming_normal_(self.weight, nonlinearity="relu")

    def forward(self, input: Tensor) -> Tensor:
        """The filtered map."""
        if unsafe_in_bfloat16(self):
            with torch.autocast("cpu", enabled=False):
                return super().forward(input.float())
        return super().forward(input)


def conv_bn(in_channels: int, out_channels: int, kernel: int | tuple[int, int] = 1, stride: int = 1,
            dilation: int = 1) -> nn.Sequential:  # fmt: skip
    """Convolution and BatchNorm; the size stays (times 1 / ``stride``). Odd kernels only."""
    height, width = (kernel, kernel) if isinstance(kernel, int) else kernel
    padding = (height // 2 * dilation, width // 2 * dilation)
    convolution = nn.Conv2d(in_channels, out_channels, (height, width), stride, padding, dilation, bias=False)
    nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu")
    return nn.Sequential(convolution, nn.BatchNorm2d(out_channels))


def conv_bn_act(in_channels: int, out_channels: int, kernel: int | tuple[int, int] = 1, stride: int = 1,
                dilation: int = 1, activation: Activation = nn.ReLU) -> nn.Sequential:  # fmt: skip
    """Convolution, BatchNorm and activation."""
    return nn.Sequential(*conv_bn(in_channels, out_channels, kernel, stride, dilation), activation())


class SeparableConvolution(nn.Sequential):
    """Depthwise 3×3, BatchNorm, activation, pointwise 1×1, BatchNorm, activation.

    BatchNorm stands between depthwise and pointwise as in DeepLabV3+ (Chen et al. 2018), and so does the activation,
    which costs nothing in a folded graph and bounds what is quantised from below. ``last`` off leaves out the last
    activation: the block that adds a shortcut sets its own.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1, dilation: int = 1,
                 activation: Activation = nn.ReLU, last: bool = True) -> None:  # fmt: skip
        super().__init__(
            DepthwiseConvolution(in_channels, stride, dilation),
            nn.BatchNorm2d(in_channels),
            activation(),
            *conv_bn(in_channels, out_channels),
            *([activation()] if last else []),
        )


class ScSE(nn.Module):
    """Concurrent spatial and channel squeeze and excitation (Roy et al. 2018), B C H W to the same shape.

    The two recalibrated maps are added. ``hidden`` is the width of the channel gate's middle layer. The mean of the
    channel gate runs over the picture that is fed, so the result depends on the tile.
    """

    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        self.channel = nn.Sequential(nn.Conv2d(channels, hidden, 1), nn.ReLU(), nn.Conv2d(hidden, channels, 1))
        self.spatial = nn.Conv2d(channels, 1, 1)

    def forward(self, features: Tensor) -> Tensor:
        """Features, weighted by (gate of the channel + gate of the place)."""
        mean = features.mean((2, 3), keepdim=True)
        return features * (torch.sigmoid(self.channel(mean)) + torch.sigmoid(self.spatial(features)))


def inverted_residual(in_channels: int, out_channels: int, stride: int, expansion: int, dilation: int = 1,
                      scse: bool = False, residual_gain: float = 1.0) -> InvertedResidual:  # fmt: skip
    """The inverted residual of torchvision, so that its weights load by name, with dilation and scSE added.

    scSE follows the projection, before the shortcut is added. Its hidden width is 6/16 of the channels, a sixteenth
    of the expanded width: with it scSE adds the published 0.17 M parameters to MobileNetV2. It is at least 8: all of
    fewer ReLUs can start dead. ``residual_gain`` is the first weight of the last BatchNorm beside a shortcut.
    """
    block = InvertedResidual(in_channels, out_channels, stride, expansion)
    depthwise = block.conv[0 if expansion == 1 else 1]
    depthwise[0] = DepthwiseConvolution(depthwise[0].in_channels, stride, dilation)
    if block.use_res_connect:
        nn.init.constant_(block.conv[-1].get_parameter("weight"), residual_gain)
    if scse:
        block.conv.append(ScSE(out_channels, max(out_channels * 6 // 16, 8)))
    return block
