import copy

import pytest
import torch
from torch import nn

from textrm.nets.encoders.xception import XceptionBlock
from textrm.nets.layers.blocks import (
    DepthwiseConvolution,
    ScSE,
    SeparableConvolution,
    inverted_residual,
    make_divisible,
)  # fmt: skip
from textrm.nets.layers.phases import Phases


def test_separable_convolution_has_norm_between_depthwise_and_pointwise():
    kinds = [type(layer) for layer in SeparableConvolution(8, 16)]
    assert kinds == [DepthwiseConvolution, nn.BatchNorm2d, nn.ReLU, nn.Conv2d, nn.BatchNorm2d, nn.ReLU]
    assert len(SeparableConvolution(8, 16, last=False)) == 5


@pytest.mark.parametrize(("channels", "made"), [(3, 8), (8.8, 8), (8.9, 16), (12, 16), (89, 88), (36.5, 40), (32, 32)])
def test_channels_are_multiples_and_never_a_tenth_fewer(channels, made):
    assert make_divisible(channels, 8) == made


@pytest.mark.parametrize("dilation", [1, 2, 8])
def test_inverted_residual_dilates_its_depthwise_convolution_only(dilation):
    block = inverted_residual(8, 8, 1, 6, dilation)
    dilations = [m.dilation for m in block.modules() if isinstance(m, nn.Conv2d)]
    assert dilations == [(1, 1), (dilation, dilation), (1, 1)]
    assert block(torch.rand(1, 8, 20, 12)).shape == (1, 8, 20, 12)


def test_scse_is_the_sum_of_both_recalibrations():
    torch.manual_seed(0)
    module = ScSE(8, 3)
    features = torch.randn(2, 8, 5, 6)
    weights = {
        name: value.detach().flatten(1) if value.ndim > 1 else value for name, value in module.named_parameters()
    }
    hidden = torch.relu(features.mean((2, 3)) @ weights["channel.0.weight"].T + weights["channel.0.bias"])
    channel = torch.sigmoid(hidden @ weights["channel.2.weight"].T + weights["channel.2.bias"])
    pixel = torch.sigmoid(torch.einsum("bchw,c->bhw", features, weights["spatial.weight"][0]) + weights["spatial.bias"])
    expected = features * channel[:, :, None, None] + features * pixel[:, None]
    torch.testing.assert_close(module(features), expected)


def test_dilated_depthwise_gradient_under_autocast_is_that_of_float32():
    torch.manual_seed(0)
    layer = DepthwiseConvolution(24, dilation=8).to(memory_format=torch.channels_last)
    features = torch.randn(4, 24, 64, 64).to(memory_format=torch.channels_last)
    slope = torch.randn(4, 24, 64, 64).to(memory_format=torch.channels_last)
    gradients = []
    for enabled in (False, True):
        layer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=enabled):
            output = layer(features)
        (output.float() * slope).sum().backward()
        gradients.append(layer.weight.grad.clone())
    torch.testing.assert_close(gradients[1], gradients[0], rtol=0.02, atol=0.5)
    assert gradients[0].std() > 50  # beside which 0.5 is small


@pytest.mark.parametrize("rate", [1, 2, 4])
@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last])
def test_phases_are_dilated_convolutions(rate, memory_format):
    torch.manual_seed(0)
    dilated = nn.Sequential(XceptionBlock(8, 16), XceptionBlock(16, 16)).double()
    phases = Phases(rate, *copy.deepcopy(dilated))
    for module in dilated.modules():
        if isinstance(module, DepthwiseConvolution):
            module.dilation = module.padding = (rate, rate)
    features = torch.randn(2, 8, 8, 12, dtype=torch.float64).to(memory_format=memory_format)
    slope = torch.randn(2, 16, 8, 12, dtype=torch.float64)
    outputs, slopes = [], []
    for net in (dilated, phases):
        inputs = features.clone().requires_grad_()
        output = net(inputs)
        (output * slope).sum().backward()
        outputs.append(output)
        slopes.append([inputs.grad, *(parameter.grad for parameter in net.parameters())])
    torch.testing.assert_close(outputs[1], outputs[0])
    torch.testing.assert_close(slopes[1], slopes[0])
    for name, value in dilated.named_buffers():
        torch.testing.assert_close(phases.get_buffer(name), value)
