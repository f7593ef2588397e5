from __future__ import annotations

from functools import partial

import pytest
import torch
from net_contract import check_masked_convolution, noise

from textrm.nets.inpainting.attention import AttentionConvolution, FeatureUpdate, GeometricUpdate
from textrm.nets.inpainting.gated import FusedGatedConvolution, GatedConvolution, SeparableGatedConvolution
from textrm.nets.inpainting.partial import PartialConvolution

CONVOLUTIONS = {
    "partial": PartialConvolution,
    "gated": GatedConvolution,
    "gated, fused": FusedGatedConvolution,
    "gated, separable": SeparableGatedConvolution,
    "attention, geometric": AttentionConvolution,
    "attention, features": partial(AttentionConvolution, update=FeatureUpdate),
}


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_contract(name: str) -> None:
    check_masked_convolution(CONVOLUTIONS[name])


@pytest.mark.parametrize("kind", [GatedConvolution, FusedGatedConvolution, SeparableGatedConvolution])
def test_the_gate_sees_the_mask(kind: type[GatedConvolution]) -> None:
    torch.manual_seed(0)
    convolution = kind(3, 4)
    features = noise(1, 3, 8, 8)
    mask = torch.ones(1, 1, 8, 8)
    seen, other = convolution(features, mask)[0], convolution(features, 0 * mask)[0]
    assert not torch.allclose(seen, other)


def test_the_fused_gate_is_the_separate_one_with_joined_weights() -> None:
    torch.manual_seed(0)
    separate, fused = GatedConvolution((3, 2), 4, 5, 2, bias=True), FusedGatedConvolution((3, 2), 4, 5, 2)
    with torch.no_grad():
        fused.convolution.weight.copy_(torch.cat([separate.convolution.weight, separate.gate.weight]))
        fused.convolution.bias.copy_(torch.cat([separate.convolution.bias, separate.gate.bias]))
    pair = noise(2, 5, 12, 8), noise(2, 2, 12, 8)
    for found, expected in zip(fused(*pair), separate(*pair), strict=True):
        torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("update", [GeometricUpdate, FeatureUpdate])
def test_attention_is_exactly_zero_away_from_holes(update: type[torch.nn.Module]) -> None:
    torch.manual_seed(0)
    convolution = AttentionConvolution(3, 4, 3, update=update)
    features = noise(1, 3, 16, 16)
    mask = torch.ones(1, 1, 16, 16)
    mask[..., 6:8, 6:9] = 0
    result, known = convolution(features, mask)
    plain = convolution.convolution(features)
    same = torch.ones(16, 16, dtype=torch.bool)
    same[5:9, 5:10] = False
    assert torch.equal(result[..., same], plain[..., same])
    assert (result[..., ~same] != plain[..., ~same]).all()
    inside = mask[0, 0] == 0
    assert (known[0, 0][~inside] == 1).all()
    assert ((known[0, 0][inside] > 0) & (known[0, 0][inside] < 1)).all()


def test_the_soft_mask_is_the_sigmoid_on_holes() -> None:
    torch.manual_seed(0)
    convolution = AttentionConvolution(3, 4, update=FeatureUpdate)
    features, mask = noise(1, 3, 8, 8), (noise(1, 1, 8, 8) < 0.5).float()
    _, known = convolution(features, mask)
    logit = convolution.update.convolution(features)
    torch.testing.assert_close(known, torch.where(mask > 0, 1.0, torch.sigmoid(logit)))


def test_updates_cost_one_channel() -> None:
    sizes = {kind: sum(p.numel() for p in kind(512).parameters()) for kind in (GeometricUpdate, FeatureUpdate)}
    assert sizes == {GeometricUpdate: 26, FeatureUpdate: 513}
