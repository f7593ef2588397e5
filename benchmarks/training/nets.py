"""The nets of the benchmark of training, ours and others', and what they cost without being run."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import hydra
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode
from torchvision.models.segmentation import deeplabv3_mobilenet_v3_large, lraspp_mobilenet_v3_large

from benchmarks.training.loop import configured
from textrm.extras import needs_extra
from textrm.nets.layers.phases import with_dilation

PRIOR = 0.03  # share of lettering that our nets expect before anything is learnt
MOMENTUM = 0.1  # of BatchNorm's statistics: torch's default; torchvision's 0.01 is too slow for a few hundred steps


class Peer(nn.Module):
    """A net of another library between the inputs and outputs of ours: B 3 H W in [0, 1] to logits B 1 H W.

    The picture is scaled and the last bias set as ours are, so that all begin alike. H and W are multiples of
    ``stride``; ``heads`` are the convolutions whose sum the logits are.
    """

    def __init__(self, net: nn.Module, stride: int, *heads: str) -> None:
        super().__init__()
        self.net, self.size = net, stride
        for name in heads:
            bias = net.get_submodule(name).get_parameter("bias")
            nn.init.constant_(bias, math.log(PRIOR / (1 - PRIOR)) / len(heads))
        for module in net.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.momentum = MOMENTUM

    @property
    def stride(self) -> int:
        return self.size

    def forward(self, image: Tensor) -> Tensor:
        found = self.net((image - 0.5) * 4)
        return found["out"] if isinstance(found, dict) else found


def ours(name: str) -> nn.Module:
    """A net of conf/net."""
    return hydra.utils.instantiate(configured(f"net={name}").net)


def with_smp(architecture: str, stride: int) -> nn.Module:
    """One of segmentation_models_pytorch, with a MobileNetV2 encoder; nothing is downloaded.

    Raises:
        ModuleNotFoundError: with the extra to install.
    """
    with needs_extra("benchmarks", __name__):
        import segmentation_models_pytorch as smp  # here, because the other nets do without the extra
    net = getattr(smp, architecture)("mobilenet_v2", encoder_weights=None, classes=1)
    return Peer(net, stride, "segmentation_head.0")


def with_torchvision(architecture: Callable[..., nn.Module], *heads: str) -> nn.Module:
    """One of torchvision; nothing is downloaded."""
    return Peer(architecture(weights=None, weights_backbone=None, num_classes=1), 16, *heads)


OURS: dict[str, Callable[[], nn.Module]] = {
    "xception_fast": partial(ours, "xception_fast"),
    "seg_mobilenet": partial(ours, "mobilenet"),
    "seg_xception": partial(ours, "xception"),
}
PEERS: dict[str, Callable[[], nn.Module]] = {
    "torchvision_lraspp_mobilenetv3": partial(
        with_torchvision, lraspp_mobilenet_v3_large, "classifier.low_classifier", "classifier.high_classifier"
    ),
    "torchvision_deeplabv3_mobilenetv3": partial(with_torchvision, deeplabv3_mobilenet_v3_large, "classifier.4"),
    "smp_unet_mobilenetv2": partial(with_smp, "Unet", 32),
    "smp_deeplabv3plus_mobilenetv2": partial(with_smp, "DeepLabV3Plus", 16),
}


def costs(net: nn.Module, side: int = 1024) -> dict[str, Any]:
    """Millions of parameters, and 10⁹ multiplications for a picture of ``side`` × ``side``; nothing is computed."""
    meta = with_dilation(copy.deepcopy(net)).to("meta").eval()
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        meta(torch.zeros(1, 3, side, side, device="meta"))
    return {
        "parameters": sum(weight.numel() for weight in net.parameters()) / 1e6,
        "GMAC": counter.get_total_flops() / 2e9,
    }
