"""What is folded computes the same, and has the names that the exporter gives."""

from __future__ import annotations

import copy

import torch
from coming_back import trained
from torch import nn

from textrm.export.folding import fold
from textrm.nets.layers.blocks import DepthwiseConvolution
from textrm.nets.layers.phases import Phases


def chain() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2, padding=1, groups=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(),
        Phases(2, DepthwiseConvolution(8), nn.BatchNorm2d(8, eps=0.1)),
        nn.Conv2d(8, 4, 1), nn.BatchNorm2d(4),
    )  # fmt: skip


def test_what_is_folded_computes_the_same() -> None:
    net = trained(chain())
    folded = fold(copy.deepcopy(net))
    assert list(folded.state_dict()) == [
        "0.weight", "0.weight_bias", "3.0.weight", "3.0.weight_bias", "4.weight", "4.bias",
        "5.weight", "5.bias", "5.running_mean", "5.running_var", "5.num_batches_tracked",
    ]  # fmt: skip
    image = torch.rand(2, 3, 16, 24)
    with torch.inference_mode():
        torch.testing.assert_close(folded(image), net(image), rtol=1e-5, atol=1e-5)


def test_what_still_learns_stays_as_it_is() -> None:
    net = chain().train()
    assert list(fold(copy.deepcopy(net)).state_dict()) == list(net.state_dict())
