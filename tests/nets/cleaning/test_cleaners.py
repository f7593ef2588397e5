"""Nets that map the lettered picture to the clean one."""

from __future__ import annotations

from functools import partial

import pytest
import torch
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from net_contract import check_cleaner, noise

from textrm.errors import UserError
from textrm.nets.cleaning.cleaning_cascade import CleaningCascade
from textrm.nets.cleaning.cleaning_unet import CleaningUNet
from textrm.nets.inpainting.inpainter_fast import FastInpainter, span
from textrm.nets.layers.unet import UNet
from textrm.runs.config import CONFIG_FOLDER

pytestmark = pytest.mark.slow

small = partial(UNet, width=0.25, channels=(32, 64, 96), blocks=(1, 1, 1))
NETS = {
    "residual": partial(CleaningUNet, small),
    "direct": partial(CleaningUNet, small, "direct"),
    "cascade": partial(CleaningCascade, small, small),
}


@pytest.mark.parametrize("name", NETS)
def test_contract(name: str) -> None:
    check_cleaner(NETS[name])


@pytest.mark.parametrize(("name", "millions", "stride"), [("clean_unet", 2.99, 32), ("clean_cascade", 3.21, 32)])
def test_sizes(name: str, millions: float, stride: int) -> None:
    with initialize_config_dir(str(CONFIG_FOLDER), version_base="1.3"):
        config = compose("train", [f"net={name}"]).net
    with torch.device("meta"):
        net = instantiate(config)
    assert sum(parameter.numel() for parameter in net.parameters()) / 1e6 == pytest.approx(millions, abs=0.005)
    assert net.stride == stride


def test_depth_sets_the_stride_and_width_the_channels() -> None:
    with torch.device("meta"):
        deep, wide = (
            UNet(3, 4, channels=(8,) * 6, blocks=(1,) * 6),
            UNet(3, 4, width=2.0, channels=(16, 24), blocks=(1, 1)),
        )
    assert (deep.stride, wide.stride) == (64, 4)
    assert (wide.stem[0].out_channels, wide.down[1][0].out_channels) == (32, 48)


def set_head(net: UNet, value: float) -> None:
    """Let all that the U-Net gives be ``value``."""
    torch.nn.init.zeros_(net.head.weight)
    torch.nn.init.constant_(net.head.bias, value)


def test_where_the_blend_map_is_zero_the_picture_comes_through_bit_for_bit() -> None:
    net = CleaningUNet(small).eval()
    set_head(net.unet, 5.0)
    net.unet.head.bias.data[12:] = -200.0  # the four places of the blend map's shuffled pixels
    image = noise(1, 3, 32, 32)
    with torch.no_grad():
        clean, blend = net(image)
    assert float(blend.max()) == 0
    assert torch.equal(clean, image)
    net.unet.head.bias.data[12:] = 200.0
    with torch.no_grad():
        torch.testing.assert_close(net(image)[0], image + 2.5)


def test_a_direct_output_does_not_copy_the_picture() -> None:
    net = CleaningUNet(small, "direct").eval()
    set_head(net.unet, 0.5)
    with torch.no_grad():
        clean, blend = net(noise(1, 3, 16, 16))
    assert (clean == 0.75).all()
    assert (blend == 1).all()


def test_the_cascade_adds_to_a_surface_without_what_it_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The painter starts from a surface that does not depend on the pixels to replace."""
    net = CleaningCascade(small, small).eval()
    set_head(net.paint, 0.0)

    def found(picture: torch.Tensor) -> torch.Tensor:
        logits = torch.full((1, 1, 64, 64), -100.0)
        logits[..., 20:40, 20:40] = 100.0
        return logits

    monkeypatch.setattr(net.find, "forward", found)
    image = noise(1, 3, 64, 64)
    other = image.clone()
    other[..., 20:40, 20:40] = 0
    with torch.no_grad():
        clean, blend = net(image)
        again, _ = net(other)
    torch.testing.assert_close(clean, again)
    known = torch.ones(1, 1, 64, 64)
    known[..., 20:40, 20:40] = 0
    expected = span((image - 0.5) * 2 * known, known, 5) / 2 + 0.5
    torch.testing.assert_close(clean, image + blend * (expected - image))
    assert torch.equal(clean[..., :20, :], image[..., :20, :])


def test_the_painter_takes_over_an_inpainting_net() -> None:
    torch.manual_seed(0)
    inpainter = FastInpainter(0.25, (32, 64, 96), (1, 1, 1)).eval()
    net = CleaningCascade(small, small).eval()
    net.load_state_dict(net.take_over(inpainter.state_dict()))
    image = noise(1, 3, 64, 64)
    with torch.no_grad():
        _, blend = net(image)
        hidden = (blend >= 0.1).float()
        clean, _ = net(image)
        expected = image + blend * (inpainter(image, hidden) - image)
    inside = hidden.expand_as(clean) > 0
    assert inside.any()
    torch.testing.assert_close(clean[inside], expected[inside], rtol=1e-3, atol=1e-4)
    others = CleaningUNet(small, "direct").state_dict()  # of equal names, but what it saw was the picture
    for weights in (net.state_dict(), others):
        assert net.take_over(weights) is weights


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (partial(CleaningUNet, small, "both"), r"^output=both: expected residual or direct"),
        (partial(UNet, 3, 3, width=0), r"width=0 of the U-Net: expected more than 0"),
        (
            partial(UNet, 3, 3, channels=(8, 8), blocks=(1,)),
            r"channels=\[8, 8\] and blocks=\[1\] of the U-Net: expected",
        ),
    ],
)
def test_impossible_nets_are_refused(make, said: str) -> None:
    with pytest.raises(UserError, match=said):
        make()
