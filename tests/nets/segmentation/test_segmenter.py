import re
from functools import partial

import pytest
import torch

from textrm.errors import UserError
from textrm.nets.encoders.xception import XceptionEncoder
from textrm.nets.layers.phases import with_dilation
from textrm.nets.layers.upsampling import CHOICES, make_upsampling
from textrm.nets.segmentation.decoder import Decoder
from textrm.nets.segmentation.pooling import AtrousSpatialPyramidPooling, Pointwise, ReceptiveFieldBlock
from textrm.nets.segmentation.segmenter import Segmenter


def segmenter(upsampling="pixel_shuffle", fine_channels=8, prior=0.03):
    torch.manual_seed(0)
    return Segmenter(
        XceptionEncoder(0.0625, 2, 2),
        partial(Pointwise, out_channels=16),
        partial(Decoder, channels=16, skip_channels=8, fine_channels=fine_channels),
        upsampling,
        prior,
    )


def test_sizes_that_are_no_multiples_are_refused_with_both_shapes():
    with pytest.raises(
        ValueError, match=re.escape("the image is 60×64; its sides must be multiples of 32: pad it to 64×64")
    ):
        segmenter()(torch.rand(1, 3, 60, 64))


@pytest.mark.parametrize("upsampling", CHOICES)
@pytest.mark.parametrize("fine_channels", [0, 8])
def test_the_start_believes_in_the_prior(upsampling, fine_channels):
    net = segmenter(upsampling, fine_channels, prior=0.03)
    convolution = net.decoder.head.convolution
    assert torch.sigmoid(convolution.bias).tolist() == pytest.approx([0.03] * len(convolution.bias))


def test_an_unknown_upsampling_is_refused_with_the_choices():
    with pytest.raises(UserError, match=r"^upsampling=nearest: unknown.*bilinear, transposed, pixel_shuffle"):
        segmenter("nearest")


@pytest.mark.parametrize("factor", [2, 3, 4])
@pytest.mark.parametrize("name", CHOICES)
def test_upsampling_multiplies_the_size(name, factor):
    assert make_upsampling(name, 6, 5, factor)(torch.rand(2, 6, 4, 7)).shape == (2, 5, 4 * factor, 7 * factor)


def test_pixel_shuffle_starts_without_a_checkerboard():
    torch.manual_seed(0)
    constant = torch.rand(1, 6, 1, 1).expand(1, 6, 4, 4)
    icnr = make_upsampling("pixel_shuffle", 6, 3, 4)(constant)
    torch.testing.assert_close(icnr, icnr[:, :, :1, :1].expand_as(icnr))
    assert icnr[0, :, 0, 0].unique().numel() == 3
    plain = CHOICES["pixel_shuffle"](6, 3, 4, icnr=False)(constant)
    assert plain[0, 0].std() > 0.01


def test_the_fine_stage_sees_the_half_grid():
    """With it the logits change on a finer grid than the decoder's 1/4 grid can follow at the start."""
    image = torch.rand(1, 3, 32, 32)
    with torch.no_grad():
        coarse, fine = (segmenter(fine_channels=fine).eval()(image) for fine in (0, 8))
    blocks = coarse.unfold(2, 4, 4).unfold(3, 4, 4).flatten(4)
    assert blocks.std(-1).max() < 1e-5
    blocks = fine.unfold(2, 4, 4).unfold(3, 4, 4).flatten(4)
    assert blocks.std(-1).min() > 1e-5
    blocks = fine.unfold(2, 2, 2).unfold(3, 2, 2).flatten(4)
    assert blocks.std(-1).max() < 1e-5


def test_with_dilation_computes_the_same_at_smaller_multiples():
    net = segmenter().eval()
    dilated = with_dilation(net)
    assert (net.stride, dilated.stride) == (32, 8)
    image = torch.rand(1, 3, 64, 96)
    with torch.no_grad():
        torch.testing.assert_close(dilated(image), net(image), rtol=1e-4, atol=1e-5)
        assert dilated(image[..., :40, :56]).shape == (1, 1, 40, 56)
    assert net.stride == 32  # the copy is one


def support(module, size=81):
    module.eval()
    for parameter in module.parameters():
        parameter.data = parameter.data.abs() + 0.01
    features = torch.rand(1, 8, size, size, requires_grad=True)
    module(features)[0, :, size // 2, size // 2].sum().backward()
    return features.grad[0].sum(0) > 0


@pytest.mark.parametrize("separable", [False, True])
def test_receptive_field_block_reaches_ten_pixels(separable):
    reached = support(ReceptiveFieldBlock(8, 16, separable=separable))
    assert reached.any(0).nonzero().flatten().tolist() == list(range(30, 51))  # 1×7 and 7×1, then 3×3 at rate 7
    # The other branches: without kernels and at rate 1; and at rates 3 and 5 with kernels of that size.
    assert [len(branch) for branch in ReceptiveFieldBlock(8, 16).branches] == [6, 12, 12, 12]


def test_pyramid_pooling_takes_the_mean_of_the_picture():
    module = AtrousSpatialPyramidPooling(8, 16)
    assert support(module).all()
    assert [branch[0].dilation[0] for branch in module.branches] == [1, 12, 24, 36]
    module.train()(torch.rand(1, 8, 4, 4)).sum().backward()  # one picture, as in a batch of one


def test_channels_last_gives_the_same():
    net = segmenter().eval()
    image = torch.rand(2, 3, 32, 64)
    with torch.no_grad():
        expected = net(image)
        found = net.to(memory_format=torch.channels_last)(image.to(memory_format=torch.channels_last))
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)
