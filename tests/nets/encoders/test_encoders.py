from functools import partial

import pytest
import torch
from torch import nn

from textrm.errors import UserError
from textrm.nets.encoders.mobilenet import MobileNetV2Encoder
from textrm.nets.encoders.xception import XceptionEncoder

pytestmark = pytest.mark.slow

small_xception = partial(XceptionEncoder, width=0.0625, middle_blocks=2, exit_blocks=2)


def parameters(net):
    return sum(parameter.numel() for parameter in net.parameters())


@pytest.mark.parametrize(("width", "published"), [(1.0, 1.8e6), (1.4, 3.5e6), (2.0, 7.0e6)])
def test_mobilenet_has_the_published_number_of_parameters(width, published):
    with torch.device("meta"):
        assert parameters(MobileNetV2Encoder(width)) == pytest.approx(published, rel=0.01)


def test_scse_adds_the_published_number_of_parameters():
    with torch.device("meta"):
        added = parameters(MobileNetV2Encoder(scse=True)) - parameters(MobileNetV2Encoder())
    assert added == pytest.approx(0.17e6, rel=0.03)


@pytest.mark.parametrize("make", [partial(MobileNetV2Encoder, 0.25, scse=True), small_xception])
def test_without_gain_a_branch_beside_an_identity_shortcut_adds_nothing_at_first(make):
    encoder = make(residual_gain=0.0)
    blocks = [
        block for block in encoder.modules()
        if getattr(block, "use_res_connect", False) or isinstance(getattr(block, "shortcut", None), nn.Identity)
    ]  # fmt: skip
    norms = [module for module in encoder.modules() if isinstance(module, nn.BatchNorm2d)]
    assert sum(not norm.weight.any() for norm in norms) == len(blocks) >= 4
    for block in blocks:
        channels = next(module.in_channels for module in block.modules() if isinstance(module, nn.Conv2d))
        features = torch.rand(2, channels, 8, 8)
        assert torch.equal(block(features), features)


def test_mobilenet_dilates_2_4_8_16_at_output_stride_8():
    encoder = MobileNetV2Encoder(0.25)
    dilations = [m.dilation[0] for m in encoder.modules() if isinstance(m, nn.Conv2d) and m.kernel_size == (3, 3)]
    assert dilations == [1] * 7 + [2] * 4 + [4] * 3 + [8] * 3 + [16]


def test_another_output_stride_is_refused():
    with pytest.raises(UserError, match="output_stride=4: choose 8, 16 or 32"):
        MobileNetV2Encoder(output_stride=4)


def positive_support(layers: nn.Module, channels: int, size: int) -> torch.Tensor:
    """Which inputs the centre of the output depends on; positive weights, so that nothing cancels or is cut off."""
    layers.eval()
    for parameter in layers.parameters():
        parameter.data = parameter.data.abs() + 0.01
    features = torch.rand(1, channels, size, size, dtype=torch.float64, requires_grad=True)
    layers.double()(features)[0, :, size // 2, size // 2].sum().backward()
    return features.grad[0].sum(0) > 0


@pytest.mark.parametrize("rates", [(2, 4, 2, 1), (1, 1, 1, 1), (2, 2, 2, 4)])
def test_atrous_rates_give_the_receptive_field_they_promise(rates):
    encoder = XceptionEncoder(0.03125, middle_blocks=2, exit_blocks=2, rates=rates)
    support = positive_support(encoder.eighth[1:], 8, 96)
    reach = 3 * (rates[0] + sum(rates))  # three convolutions per block, one block per rate and the last of the entry
    for rows in (support.any(0), support.any(1)):
        assert rows.nonzero().flatten()[[0, -1]].tolist() == [48 - reach, 48 + reach]


def test_rates_that_fall_again_leave_no_grid():
    falling, rising = (
        positive_support(XceptionEncoder(0.03125, 2, 2, rates).eighth[1:], 8, 96)
        for rates in ((2, 4, 2, 1), (2, 2, 2, 4))
    )
    centre = slice(38, 59)
    assert falling[centre, centre].all()
    assert rising[centre, centre].float().mean() == pytest.approx(11 * 11 / 21**2)  # every second row and column


def test_rates_have_the_same_parameters():
    with torch.device("meta"):
        counts = {
            parameters(XceptionEncoder(0.25, rates=rates)) for rates in ((2, 4, 2, 1), (2, 2, 2, 4), (1, 1, 1, 1))
        }
    assert len(counts) == 1


def test_a_frozen_encoder_keeps_its_statistics():
    encoder = XceptionEncoder(0.0625, 2, 2).requires_grad_(False)
    before = {name: value.clone() for name, value in encoder.state_dict().items()}
    encoder.eval()(torch.rand(2, 3, 32, 32))
    assert all(torch.equal(value, before[name]) for name, value in encoder.state_dict().items())
    encoder.train()(torch.rand(2, 3, 32, 64))
    moved = {
        name.rpartition(".")[2] for name, value in encoder.state_dict().items() if not torch.equal(value, before[name])
    }
    assert moved == {"running_mean", "running_var", "num_batches_tracked"}
