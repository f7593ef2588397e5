"""Atrous convolutions done by ordinary ones on every n-th pixel, which CPUs run faster."""

from __future__ import annotations

import copy
from typing import TypeVar

from torch import Tensor, nn

Net = TypeVar("Net", bound=nn.Module)


class Phases(nn.Sequential):
    """Runs its modules on every ``rate``-th pixel: a 3×3 convolution inside acts as one of dilation ``rate``.

    A dilated convolution never mixes pixels of different phase (place modulo the rate). The map is therefore cut into
    its rate² phases, which become a longer batch, and ordinary convolutions run on them; a whole chain of blocks at one
    rate is rearranged once. Values, zero padding and BatchNorm statistics are exactly those of dilated convolutions
    (tested), but the kernels are the ordinary ones: on a CPU a dilated depthwise convolution costs up to twenty times
    as much, and its bf16 weight gradient is wrong in oneDNN.

    Height and width of the map must be multiples of ``rate``.
    """

    def __init__(self, rate: int, *modules: nn.Module) -> None:
        super().__init__(*modules)
        self.rate = rate

    def forward(self, features: Tensor) -> Tensor:
        """B C H W to B C' H W."""
        rate = self.rate
        if rate == 1:
            return super().forward(features)
        batch, channels, height, width = features.shape
        # By way of NHWC, so that channels-last maps are moved in whole pixels and stay channels-last.
        split = features.permute(0, 2, 3, 1).reshape(batch, height // rate, rate, width // rate, rate, channels)
        split = split.permute(0, 2, 4, 1, 3, 5).reshape(batch * rate * rate, height // rate, width // rate, channels)
        split = super().forward(split.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        joined = split.reshape(batch, rate, rate, height // rate, width // rate, -1).permute(0, 3, 1, 4, 2, 5)
        return joined.reshape(batch, height, width, -1).permute(0, 3, 1, 2)


def with_dilation(net: Net) -> Net:
    """A copy that computes the same with atrous kernels instead of phases.

    For export: onnxruntime's dilated kernels are as fast as its ordinary ones, so the rearrangements would only cost,
    and torch.export takes minutes to reason about their sizes. Height and width then need only be multiples of the
    last stride, and ``stride`` of a segmenter says so.
    """
    net = copy.deepcopy(net)
    for phases in net.modules():
        if isinstance(phases, Phases):
            for module in phases.modules():
                if isinstance(module, nn.Conv2d):
                    height, width = module.kernel_size
                    module.dilation = (phases.rate, phases.rate)
                    module.padding = (height // 2 * phases.rate, width // 2 * phases.rate)
            phases.rate = 1
    return net
