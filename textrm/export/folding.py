"""Makes BatchNorm part of the convolution before it, as the exporter does; but its reasoning takes far longer."""

from __future__ import annotations

from typing import Any, TypeVar

from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_eval

from textrm.nets.layers.blocks import DepthwiseConvolution
from textrm.nets.layers.phases import Phases

Net = TypeVar("Net", bound=nn.Module)


class FoldedConvolution(nn.Module):
    """A convolution without a bias and the BatchNorm behind it; tensors have the names that the exporter gives them."""

    def __init__(self, convolution: nn.Conv2d, norm: nn.BatchNorm2d) -> None:
        super().__init__()
        whole = fuse_conv_bn_eval(convolution, norm)
        self.weight, self.weight_bias = whole.weight, whole.bias
        self.how: Any = (whole.stride, whole.padding, whole.dilation, whole.groups)

    def forward(self, features: Tensor) -> Tensor:
        """B C H W to B C' H W."""
        return F.conv2d(features, self.weight, self.weight_bias, *self.how)


def fold(net: Net) -> Net:
    """Change ``net``, in evaluation mode, so that it computes the same with fewer layers; returns it.

    What stands in an ``nn.Sequential`` is folded, one after the other; the exporter folds the rest.
    """
    for chain in list(net.modules()):
        if not isinstance(chain, nn.Sequential) or type(chain).forward not in (nn.Sequential.forward, Phases.forward):
            continue
        for place in range(len(chain) - 1):
            convolution, norm = chain[place], chain[place + 1]
            if type(convolution) not in (nn.Conv2d, DepthwiseConvolution) or type(norm) is not nn.BatchNorm2d:
                continue
            if norm.training or norm.running_mean is None:
                continue
            if convolution.bias is None and convolution.padding_mode == "zeros":
                chain[place], chain[place + 1] = FoldedConvolution(convolution, norm), nn.Identity()
    return net
