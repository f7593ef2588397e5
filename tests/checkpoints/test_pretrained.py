"""Encoders take over what was learnt elsewhere, and say why where they cannot."""

import urllib.error
from functools import partial
from pathlib import Path

import pytest
import torch
import torchvision
from torch import nn

from textrm.checkpoints.pretrained import load_by_name, load_pretrained
from textrm.errors import UserError
from textrm.nets.encoders.mobilenet import MobileNetV2Encoder
from textrm.nets.encoders.xception import XceptionEncoder

small_xception = partial(XceptionEncoder, width=0.0625, middle_blocks=2, exit_blocks=2)


def started(make, **arguments):
    encoder = make(**arguments)
    load_pretrained(encoder)
    return encoder


@pytest.mark.parametrize("scse", [False, True])
def test_weights_of_torchvision_load_from_a_file(tmp_path, scse):
    torch.manual_seed(0)
    reference = torchvision.models.mobilenet_v2().eval()
    torch.save(reference.state_dict(), tmp_path / "weights.pt")
    encoder = started(MobileNetV2Encoder, output_stride=32, scse=scse, weights=str(tmp_path / "weights.pt")).eval()
    image = torch.rand(1, 3, 64, 64)
    if not scse:
        with torch.no_grad():
            torch.testing.assert_close(encoder(image)[-1], reference.features[:18](image))
    names = load_by_name(encoder, reference.state_dict())
    assert all((".channel." in name or ".spatial." in name) for name in names)
    assert len(names) == (17 * 6 if scse else 0)


@pytest.mark.parametrize("make", [partial(MobileNetV2Encoder, 0.25), small_xception])
def test_a_prior_beside_the_colors_says_nothing_at_first(make, tmp_path):
    torch.manual_seed(0)
    torch.save(make().state_dict(), tmp_path / "weights.pt")
    learnt, seen = (started(make, weights=str(tmp_path / "weights.pt"), in_channels=wide).eval() for wide in (3, 4))
    image = torch.rand(1, 4, 64, 64)
    with torch.no_grad():
        for one, other in zip(learnt(image[:, :3]), seen(image), strict=True):
            torch.testing.assert_close(one, other)


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
        own = started(other, weights=str(source)).state_dict()
        assert all(torch.equal(value, learnt[name]) for name, value in own.items())
    assert f"{len(learnt)} of {len(learnt)} tensors loaded" in caplog.text


def test_an_encoder_with_more_blocks_is_refused(tmp_path):
    larger = small_xception(rates=(1, 1, 1, 1), middle_blocks=4).state_dict()
    torch.save({"state_dict": {f"net.encoder.{name}": value for name, value in larger.items()}}, tmp_path / "c.ckpt")
    with pytest.raises(UserError, match="of its tensors have no place in the net"):
        started(small_xception, rates=(1, 1, 1, 1), weights=str(tmp_path / "c.ckpt"))


def test_an_encoder_of_other_rates_is_refused(tmp_path):
    torch.save(small_xception(rates=(1, 1, 1, 1)).state_dict(), tmp_path / "weights.pt")
    with pytest.raises(UserError, match="tensors are missing"):
        started(small_xception, weights=str(tmp_path / "weights.pt"))


def test_weights_that_cannot_be_had_end_in_one_line(tmp_path, monkeypatch):
    (tmp_path / "text.pt").write_text("no weights")
    torch.save({"state_dict": {"net.head.bias": torch.zeros(1)}}, tmp_path / "inpainting.ckpt")
    for make in (partial(MobileNetV2Encoder, 0.25), small_xception):
        with pytest.raises(UserError, match="not a state dict"):
            started(make, weights=str(tmp_path / "text.pt"))
        with pytest.raises(UserError, match="No such file"):
            started(make, weights=str(tmp_path / "absent.pt"))
        with pytest.raises(UserError, match="No such file"):  # a folder that is no run
            started(make, weights=str(tmp_path))
        with pytest.raises(UserError, match="holds no weights of an encoder"):
            started(make, weights=str(tmp_path / "inpainting.ckpt"))
    with pytest.raises(UserError, match="no name matches"):
        load_by_name(MobileNetV2Encoder(0.25), {"other": torch.zeros(1)})
    with pytest.raises(UserError, match="width 1 only"):
        started(MobileNetV2Encoder, width=0.25, weights="imagenet")
    with pytest.raises(UserError, match=r"^weights=imagenet: there are none of XceptionEncoder; give"):
        started(small_xception, weights="imagenet")

    def offline(*args, **kwargs):
        raise urllib.error.URLError("no network")

    monkeypatch.setattr(torchvision.models._api, "load_state_dict_from_url", offline)
    with pytest.raises(UserError, match="could not be fetched") as caught:
        started(MobileNetV2Encoder, weights="imagenet")
    assert "\n" not in str(caught.value)


def test_a_net_loads_no_file_by_itself(tmp_path: Path) -> None:
    encoder = small_xception(weights=str(tmp_path / "absent"))
    with pytest.raises(UserError, match=r"the weights .*absent cannot be read"):
        load_pretrained(nn.Sequential(encoder))  # wherever it lies in the net
    load_pretrained(nn.Sequential(small_xception()))
