"""Encoders of timm and segmentation_models_pytorch keep the contract of ours."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial

import pytest
import torch

from textrm.errors import UserError
from textrm.nets.encoders.encoder import Encoder, check_encoder
from textrm.nets.encoders.libraries import SmpEncoder, TimmEncoder
from textrm.nets.segmentation.decoder import Decoder
from textrm.nets.segmentation.pooling import Pointwise
from textrm.nets.segmentation.segmenter import Segmenter

MAKERS: dict[str, Callable[[], Encoder]] = {
    "timm": partial(TimmEncoder, "test_resnet"),
    "timm, stride 32": partial(TimmEncoder, "test_efficientnet", output_stride=32),
    "timm, with a prior": partial(TimmEncoder, "test_resnet", in_channels=4),
    "smp": partial(SmpEncoder, "mobilenet_v2"),
}


@pytest.mark.parametrize("name", MAKERS)
def test_they_keep_the_contract(name: str) -> None:
    encoder = MAKERS[name]()
    check_encoder(encoder)
    assert encoder.strides == (2, 4, 32 if "32" in name else 16)
    assert encoder.multiple == encoder.strides[-1]


def test_a_net_of_ours_trains_with_one() -> None:
    encoder = TimmEncoder("test_resnet")
    net = Segmenter(encoder, partial(Pointwise, out_channels=8), partial(Decoder, channels=8, skip_channels=8))
    logits = net(torch.rand(2, 3, 64, 32))
    assert logits.shape == (2, 1, 64, 32)
    logits.mean().backward()
    assert all(p.grad is not None for p in encoder.parameters())


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (partial(TimmEncoder, "no_such_net"), r"name=no_such_net: timm makes no encoder of it with output_stride=16"),
        (partial(SmpEncoder, "no_such_net"), r"name=no_such_net: segmentation_models_pytorch makes no encoder of it"),
        (
            partial(TimmEncoder, "test_convnext"),
            r"name=test_convnext: has maps at strides 4, .*; expected one at 2 and",
        ),
    ],
)
def test_what_cannot_be_had(make: Callable[[], Encoder], said: str) -> None:
    with pytest.raises(UserError, match=said) as refused:
        make()
    assert "\n" not in str(refused.value)


def test_a_library_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(UserError, match=r"needs timm, which is not installed: pip install 'textrm\[encoders\]'"):
        TimmEncoder("resnet18")
