import urllib.error
from functools import partial

import pytest
import torch
import torchvision
from torch import nn

from textrm.errors import UserError
from textrm.nets.encoders.mobilenet import MobileNetV2Encoder
from textrm.nets.encoders.pretrained import load_by_name
from textrm.nets.encoders.xception import XceptionEncoder

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


@pytest.mark.parametrize("scse", [False, True])
def test_weights_of_torchvision_load_from_a_file(tmp_path, scse):
    torch.manual_seed(0)
    reference = torchvision.models.mobilenet_v2().eval()
    torch.save(reference.state_dict(), tmp_path / "weights.pt")
    encoder = MobileNetV2Encoder(output_stride=32, scse=scse, weights=str(tmp_path / "weights.pt")).eval()
    image = torch.rand(1, 3, 64, 64)
    if not scse:
        with torch.no_grad():
            torch.testing.assert_close(encoder(image)[-1], reference.features[:18](image))
    names = load_by_name(encoder, reference.state_dict())
    assert all((".channel." in name or ".spatial." in name) for name in names)
    assert len(names) == (17 * 6 if scse else 0)


def test_weights_of_another_width_are_refused_with_the_list_and_nothing_is_loaded(caplog):
    small, large = MobileNetV2Encoder(0.25), MobileNetV2Encoder(0.5)
    before = {name: value.clone() for name, value in small.state_dict().items()}
    with pytest.raises(UserError, match=r"shapes differ \(features.0.0.weight \(16, 3, 3, 3\) for \(8, 3, 3, 3\)"):
        load_by_name(small, large.state_dict())
    assert all(torch.equal(value, before[name]) for name, value in small.state_dict().items())
    own, theirs = small.state_dict(), large.state_dict()
    assert len(caplog.messages) == sum(own[name].shape != theirs[name].shape for name in own)


@pytest.mark.parametrize(
    ("make", "other"),
    [
        (partial(MobileNetV2Encoder, 0.25), partial(MobileNetV2Encoder, 0.25, output_stride=32)),
        (small_xception, small_xception),
    ],
)
def test_an_encoder_takes_over_what_a_run_learnt(make, other, tmp_path, caplog):
    caplog.set_level("INFO")
    torch.manual_seed(0)
    learnt = make().state_dict()
    (tmp_path / "run" / "checkpoints").mkdir(parents=True)
    checkpoint = tmp_path / "run" / "checkpoints" / "best.ckpt"
    state = {f"net.encoder.{name}": value for name, value in learnt.items()} | {"net.head.bias": torch.zeros(1)}
    torch.save({"state_dict": state}, checkpoint)
    for source in (tmp_path / "run", checkpoint):
        own = other(weights=source).state_dict()
        assert all(torch.equal(value, learnt[name]) for name, value in own.items())
    assert f"{len(learnt)} of {len(learnt)} tensors loaded" in caplog.text


def test_an_encoder_with_more_blocks_is_refused(tmp_path):
    larger = small_xception(rates=(1, 1, 1, 1), middle_blocks=4).state_dict()
    torch.save({"state_dict": {f"net.encoder.{name}": value for name, value in larger.items()}}, tmp_path / "c.ckpt")
    with pytest.raises(UserError, match="of its tensors have no place in the net"):
        small_xception(rates=(1, 1, 1, 1), weights=tmp_path / "c.ckpt")


def test_an_encoder_of_other_rates_is_refused(tmp_path):
    torch.save(small_xception(rates=(1, 1, 1, 1)).state_dict(), tmp_path / "weights.pt")
    with pytest.raises(UserError, match="tensors are missing"):
        small_xception(weights=tmp_path / "weights.pt")


def test_weights_that_cannot_be_had_end_in_one_line(tmp_path, monkeypatch):
    (tmp_path / "text.pt").write_text("no weights")
    torch.save({"state_dict": {"net.head.bias": torch.zeros(1)}}, tmp_path / "inpainting.ckpt")
    for make in (partial(MobileNetV2Encoder, 0.25), small_xception):
        with pytest.raises(UserError, match="not a state dict"):
            make(weights=str(tmp_path / "text.pt"))
        with pytest.raises(UserError, match="No such file"):
            make(weights=str(tmp_path / "absent.pt"))
        with pytest.raises(UserError, match="No such file"):  # a folder that is no run
            make(weights=str(tmp_path))
        with pytest.raises(UserError, match="holds no weights of an encoder"):
            make(weights=str(tmp_path / "inpainting.ckpt"))
    with pytest.raises(UserError, match="no name matches"):
        load_by_name(MobileNetV2Encoder(0.25), {"other": torch.zeros(1)})
    with pytest.raises(UserError, match="width 1 only"):
        MobileNetV2Encoder(0.25, weights="imagenet")
    with pytest.raises(UserError, match=r"^weights=imagenet: there are none of slim Xception"):
        small_xception(weights="imagenet")

    def offline(*args, **kwargs):
        raise urllib.error.URLError("no network")

    monkeypatch.setattr(torchvision.models._api, "load_state_dict_from_url", offline)
    with pytest.raises(UserError, match="could not be fetched") as caught:
        MobileNetV2Encoder(weights="imagenet")
    assert "\n" not in str(caught.value)


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
