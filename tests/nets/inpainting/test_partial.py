"""A partial convolution with one mask per group of features is the partial convolution with a mask per channel."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from textrm.nets.inpainting.partial import PartialConvolution, spread

SHAPES = {
    "plain": {"in_channels": 4, "out_channels": 6},
    "bias": {"in_channels": 4, "out_channels": 6, "bias": True},
    "stride": {"in_channels": 4, "out_channels": 6, "kernel_size": 5, "stride": 2, "bias": True},
    "large stride": {"in_channels": 3, "out_channels": 5, "kernel_size": 7, "stride": 4},
    "dilation": {"in_channels": 4, "out_channels": 6, "dilation": 3, "bias": True},
    "depthwise": {"in_channels": 4, "out_channels": 4, "groups": 4, "bias": True},
    "depthwise, dilated, strided": {"in_channels": 4, "out_channels": 8, "groups": 4, "dilation": 2, "stride": 2},
    "groups": {"in_channels": 8, "out_channels": 4, "groups": 2},
    "pointwise": {"in_channels": 4, "out_channels": 6, "kernel_size": 1, "bias": True},
    "pointwise, strided": {"in_channels": 4, "out_channels": 6, "kernel_size": 1, "stride": 2, "bias": True},
    "joined": {"in_channels": (3, 5), "out_channels": 6, "bias": True},
    "joined, pointwise": {"in_channels": (3, 5), "out_channels": 6, "kernel_size": 1, "bias": True},
    "joined, depthwise": {"in_channels": (3, 5), "out_channels": 8, "groups": 8},
    "joined, groups across the seam": {"in_channels": (3, 5), "out_channels": 8, "groups": 2, "bias": True},
    "three joined": {"in_channels": (2, 1, 3), "out_channels": 4, "stride": 2, "bias": True},
}


def naive(convolution: PartialConvolution, features: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Window by window, with a mask per channel, as the paper's formula says."""
    known = spread(mask, convolution.parts).expand_as(features)
    size, stride, dilation, groups = (
        convolution.kernel_size[0], convolution.stride[0], convolution.dilation[0], convolution.groups,
    )  # fmt: skip
    options = {"kernel_size": size, "dilation": dilation, "padding": convolution.padding[0], "stride": stride}
    batch = len(features)
    height, width = (
        (side + 2 * convolution.padding[0] - dilation * (size - 1) - 1) // stride + 1 for side in features.shape[2:]
    )
    # B, channel of the group, place in the window, place in the map
    values = F.unfold(features * known, **options).reshape(batch, groups, -1, height * width)
    there = F.unfold(known, **options).reshape(batch, groups, -1, height * width)
    coverage = there.sum(2)
    weight = convolution.weight.reshape(groups, -1, values.shape[2])
    sums = torch.einsum("gok,bgkp->bgop", weight, values)
    scale = torch.where(coverage > 0, values.shape[2] / coverage.clamp(min=1), 0.0)
    bias = 0.0 if convolution.bias is None else convolution.bias.reshape(groups, -1)[None, :, :, None]
    result = torch.where(coverage[:, :, None] > 0, sums * scale[:, :, None] + bias, 0.0)
    seen = (coverage > 0).double().repeat_interleave(convolution.out_channels // groups, 1)
    return result.reshape(batch, -1, height, width), seen.reshape(batch, -1, height, width)


def case(name: str, size: tuple[int, int] = (13, 18)) -> tuple[PartialConvolution, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    torch.manual_seed(0)
    convolution = PartialConvolution(**SHAPES[name], zeroed=False).double()
    if convolution.bias is not None:
        torch.nn.init.normal_(convolution.bias)
    features = torch.randn(2, convolution.in_channels, *size, generator=generator, dtype=torch.float64)
    mask = (torch.rand(2, len(convolution.parts), *size, generator=generator) < 0.5).double()
    mask[..., 2:, :9] = 0  # windows that know nothing
    mask[1, 0] = 0  # a part that knows nothing at all
    return convolution, features, mask


@pytest.mark.parametrize("name", SHAPES)
def test_value_mask_and_gradients_are_the_naive_ones(name: str) -> None:
    convolution, features, mask = case(name)
    found = []
    for way in (convolution, lambda *pair: naive(convolution, *pair)):
        given = features.clone().requires_grad_()
        convolution.zero_grad()
        result, known = way(given, mask)
        slope = torch.randn(result.shape, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
        (result * slope).sum().backward()
        if known.shape != result.shape:
            known = spread(known, convolution.out_parts).expand_as(result)
        found.append([result, known, given.grad, *(parameter.grad for parameter in convolution.parameters())])
    for ours, expected in zip(*found, strict=True):
        torch.testing.assert_close(ours, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", SHAPES)
def test_features_that_are_zero_where_unknown_need_no_copy(name: str) -> None:
    convolution, features, mask = case(name)
    expected, known = convolution(features, mask)
    convolution.zeroed = True
    result, found = convolution(features * spread(mask, convolution.parts), mask)
    assert torch.equal(result, expected)
    assert torch.equal(found, known)


@pytest.mark.parametrize("name", SHAPES)
def test_what_holes_hold_does_not_matter(name: str) -> None:
    convolution, features, mask = case(name)
    other = torch.where(spread(mask, convolution.parts).bool().expand_as(features), features, features * -7 + 3)
    assert torch.equal(convolution(features, mask)[0], convolution(other, mask)[0])


def test_without_holes_it_is_a_convolution_inside_and_renormalised_at_the_border() -> None:
    convolution, features, _ = case("plain")
    result, known = convolution(features, torch.ones(2, 1, 13, 18).double())
    plain = F.conv2d(features, convolution.weight, padding=1)
    torch.testing.assert_close(result[..., 1:-1, 1:-1], plain[..., 1:-1, 1:-1])
    torch.testing.assert_close(result[..., 0, 1:-1], plain[..., 0, 1:-1] * 9 / 6)
    assert (known == 1).all()


def test_a_hole_shrinks_by_the_reach_of_the_window() -> None:
    convolution = PartialConvolution(1, 1, 5)
    mask = torch.ones(1, 1, 20, 20)
    mask[..., 5:15, 5:15] = 0
    _, known = convolution(torch.zeros(1, 1, 20, 20), mask)
    assert known.shape == (1, 1, 20, 20)
    assert (known == 0).sum() == 6 * 6


def test_under_autocast_the_mask_stays_in_full_precision() -> None:
    torch.manual_seed(0)
    convolution = PartialConvolution((300, 211), 4, 3)
    mask = (torch.rand(1, 2, 9, 9) < 0.5).float()
    features = torch.rand(1, 511, 9, 9) * spread(mask, (300, 211))
    with torch.autocast("cpu", torch.bfloat16):
        result, known = convolution(features, mask)
    expected, _ = naive(convolution.double(), features.double(), mask.double())
    assert result.dtype == torch.bfloat16
    assert known.dtype == torch.float32
    assert set(known.unique().tolist()) <= {0.0, 1.0}
    torch.testing.assert_close(result.double(), expected, rtol=0.03, atol=0.03 * expected.abs().max().item())
