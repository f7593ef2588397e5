from __future__ import annotations

from functools import partial

import pytest
import torch
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from net_contract import check_inpainter, noise

from textrm.errors import UserError
from textrm.nets.inpainting.attention import AttentionConvolution
from textrm.nets.inpainting.gated import GatedConvolution
from textrm.nets.inpainting.inpainter_fast import FastInpainter, span
from textrm.nets.inpainting.inpainting_unet import InpaintingUNet
from textrm.nets.inpainting.partial import PartialConvolution
from textrm.nets.inpainting.stages import DeepStage, InvertedResidualStage
from textrm.runs.config import CONFIG_FOLDER

pytestmark = pytest.mark.slow

small = partial(InpaintingUNet, width=0.125, levels=3)
NETS = {
    "partial": small,
    "deep": partial(small, stage=DeepStage, maximum=128),
    "separable": partial(small, stage=InvertedResidualStage, kernel_sizes=(3,), middle=(2, 4)),
    "gated": partial(small, GatedConvolution),
    "attention": partial(small, AttentionConvolution),
    "fast": partial(FastInpainter, width=0.25),
}


@pytest.mark.parametrize("name", NETS)
def test_contract(name: str) -> None:
    check_inpainter(NETS[name])


@pytest.mark.parametrize(
    ("name", "millions"),
    [("inpaint_partial", 32.86), ("inpaint_partial_deep", 17.27), ("inpaint_partial_separable", 5.77),
     ("inpaint_gated", 65.88), ("inpaint_attention", 32.94), ("inpaint_fast", 1.56)],
)  # fmt: skip
def test_sizes_and_width(name: str, millions: float) -> None:
    with initialize_config_dir(str(CONFIG_FOLDER), version_base="1.3"):
        config = compose("train", ["experiment=inpaint", f"net={name}"]).net
    with torch.device("meta"):
        net, narrow = instantiate(config), instantiate(config, width=0.25)
    sizes = [sum(parameter.numel() for parameter in each.parameters()) / 1e6 for each in (net, narrow)]
    assert sizes[0] == pytest.approx(millions, abs=0.005)
    assert sizes[1] < sizes[0] / 10


def test_the_sign_of_the_mask() -> None:
    """1 is a hole outside, and what is not one is seen."""
    torch.manual_seed(0)
    net = small().eval()
    image, mask = noise(1, 3, 32, 32), torch.zeros(1, 1, 32, 32)
    mask[..., 8:24, 8:24] = 1
    other = image.clone()
    other[..., 8:24, 8:24] = 0.123
    changed = image.clone()
    changed[..., :8, :] = 0.123
    with torch.no_grad():
        assert torch.equal(net(image, mask), net(other, mask))
        assert not torch.equal(net(image, mask), net(changed, mask))


def test_the_first_stages_of_the_unet_are_those_of_the_paper() -> None:
    with torch.device("meta"):
        net = InpaintingUNet()
    kernels = [stage.convolution.kernel_size[0] for stage in net.encoder]
    channels = [stage.convolution.out_channels for stage in [*net.encoder, *net.decoder]]
    assert kernels == [7, 5, 5, 3, 3, 3, 3, 3]
    assert channels == [64, 128, 256, 512, 512, 512, 512, 512, 512, 512, 512, 512, 256, 128, 64]
    assert net.encoder[0].norm is None
    assert isinstance(net.head, PartialConvolution)
    assert net.head.parts == (64, 3)


def test_unknown_features_stay_zero_through_normalisation() -> None:
    torch.manual_seed(0)
    net = small()
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.constant_(module.bias, 2.0)
    known = torch.ones(2, 1, 64, 64)
    known[..., :48] = 0
    features, mask = noise(2, 3, 64, 64) * known, known
    for stage in net.encoder:
        features, mask = stage(features, mask)
        assert (mask == 0).any()
        assert (features.masked_select((mask == 0).expand_as(features)) == 0).all()


def test_the_pyramid_spans_a_gradient_and_keeps_what_is_known() -> None:
    ramp = torch.linspace(-1, 1, 64).expand(1, 3, 64, 64)
    known = torch.ones(1, 1, 64, 64)
    known[..., 20:40, 20:40] = 0
    spanned = span(ramp * known, known, 5)
    assert torch.equal(spanned * known, ramp * known)
    assert float((spanned - ramp).abs().max()) < 0.12
    assert torch.equal(span(0 * ramp, 0 * known, 5), 0 * ramp)


def test_the_fast_net_returns_known_pixels_and_starts_from_the_membrane() -> None:
    torch.manual_seed(0)
    net = FastInpainter(width=0.25).eval()
    image, mask = noise(1, 3, 64, 64), (noise(1, 1, 64, 64) < 0.3).float()
    with torch.no_grad():
        filled = net(image, mask)
        expected = span((image - 0.5) * 2 * (1 - mask), 1 - mask, 5) / 2 + 0.5
    torch.testing.assert_close(filled * (1 - mask), image * (1 - mask))
    torch.testing.assert_close(filled, expected, atol=0.05, rtol=0)


@pytest.mark.parametrize("make", [partial(small, width=0), partial(small, levels=1), partial(FastInpainter, width=-1)])
def test_impossible_sizes_are_refused(make) -> None:
    with pytest.raises(UserError, match=r"(width|levels)=-?\d.*: expected"):
        make()


def test_a_mask_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="the mask is 32×30, the image 32×32"):
        FastInpainter(width=0.25)(noise(1, 3, 32, 32), noise(1, 1, 32, 30))
