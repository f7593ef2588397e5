"""Attention-mask convolution: holes raise or lower features, and fade softly."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class GeometricUpdate(nn.Module):
    """How far a hole is filled, from its shape alone: one filter over the single-channel hole map.

    The logit is ``a · hole(around) + b``: the mean of the hole map in a window of 2·radius + 1 px tells how deep inside
    a pixel lies. It costs one small filter on one channel, whatever the width of the features.
    """

    def __init__(self, in_channels: int, radius: int = 2) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(1, 1, 2 * radius + 1, padding=radius)
        nn.init.constant_(self.convolution.weight, -2 / (2 * radius + 1) ** 2)
        nn.init.ones_(self.convolution.get_parameter("bias"))

    def forward(self, features: Tensor, hole: Tensor) -> Tensor:
        """The logit B 1 H W that a hole pixel counts as known."""
        return self.convolution(hole)


class FeatureUpdate(nn.Module):
    """How far a hole is filled, from what the features say: one 1×1 convolution to one channel.

    It can tell a hole over flat colour from one over detail, at the cost of reading the features once more.
    """

    def __init__(self, in_channels: int) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(in_channels, 1, 1)

    def forward(self, features: Tensor, hole: Tensor) -> Tensor:
        """The logit B 1 H W that a hole pixel counts as known."""
        return self.convolution(features)


class AttentionConvolution(nn.Module):
    """Features and mask have convolutions of their own; the mask's is an attention that multiplies the features.

    With h the hole map (1 on holes, 0 where known): first the mask is updated softly, m' = sigmoid(u) on holes and 1
    elsewhere; then a = tanh(V (1 − m')), and the features become W x · (1 + a), the residual form of an attention. V
    has no bias, so a window without a hole gives an attention of exactly 0 there, and an ordinary convolution.

    The literature's soft masks have as many channels as the features, and updating them doubles the work. Here the
    attention is as wide as the features (V reads one channel, which costs next to nothing), but what is *updated* is
    one channel: its logit u comes from ``update``, by geometry (:class:`GeometricUpdate`) or from the features
    (:class:`FeatureUpdate`). The update stands before the attention and not behind it, so that every layer uses what it
    has learnt, the last one too. A coarser cell is a hole as far as its worst pixel: the mask goes on through a maximum
    over the stride, and holes fade by being filled and not by being averaged away.

    Args:
        in_channels: channels of the features; a sequence where maps are joined, with one mask channel each.
        out_channels: channels of the result.
        kernel_size: odd.
        stride: of both convolutions.
        dilation: of both convolutions.
        bias: of the features' convolution.
        update: factory ``(in_channels)`` of a module ``(features, hole) -> logit``.
    """

    def __init__(
        self, in_channels: int | Sequence[int], out_channels: int, kernel_size: int = 3, stride: int = 1,
        dilation: int = 1, bias: bool = False, update: Callable[[int], nn.Module] = GeometricUpdate,
    ) -> None:  # fmt: skip
        super().__init__()
        parts = (in_channels,) if isinstance(in_channels, int) else tuple(in_channels)
        padding = kernel_size // 2 * dilation
        self.stride = stride
        self.convolution = nn.Conv2d(sum(parts), out_channels, kernel_size, stride, padding, dilation, bias=bias)
        nn.init.kaiming_normal_(self.convolution.weight, nonlinearity="relu")
        self.attention = nn.Conv2d(len(parts), out_channels, kernel_size, stride, padding, dilation, bias=False)
        self.update = update(sum(parts))

    def forward(self, features: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Features B C' H' W' and the soft mask B 1 H' W', from features B C H W and ``mask`` B (parts) H W."""
        hole = 1 - mask
        worst = hole.amax(1, keepdim=True)
        softened = hole * torch.sigmoid(-self.update(features, worst))  # 1 − sigmoid(u) on holes, 0 elsewhere
        attention = torch.tanh(self.attention(softened))
        result = self.convolution(features)
        result = torch.addcmul(result, result, attention)
        hole = softened.amax(1, keepdim=True)
        return result, 1 - (hole if self.stride == 1 else F.max_pool2d(hole, self.stride, ceil_mode=True))

    @staticmethod
    def hide(features: Tensor, mask: Tensor) -> Tensor:
        """As it is: the attention decides what counts."""
        return features
