"""A net as after training, and what its ONNX file gives back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import torch
from torch import nn

from textrm.checkpoints.weights import load_weights
from textrm.export.wrappers import exported

Net = TypeVar("Net", bound=nn.Module)


def trained(net: Net) -> Net:
    """As after training: no two tensors are equal, and BatchNorm has seen something."""
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter += 0.1 * torch.randn_like(parameter)
        for module in net.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.running_mean.uniform_(-0.5, 0.5)
                module.running_var.uniform_(0.5, 2.0)
    return net.eval()


def check_coming_back(net: nn.Module, path: Path, make: Callable[[], nn.Module]) -> None:
    """A new net of ``make`` that reads the weights of the file computes what ``net``, which was exported, does."""
    torch.manual_seed(1)
    found = make().eval()
    load_weights(found, path)
    noise = exported(net).noise(2, 12, 8)
    with torch.inference_mode():
        expected, made = exported(net)(*noise), exported(found)(*noise)
    assert expected.std() > 1e-3
    torch.testing.assert_close(made, expected, rtol=0, atol=5e-6)  # folding rounds
