"""MobileNetV2 as an encoder."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn
from torchvision.ops import Conv2dNormActivation

from textrm.errors import UserError
from textrm.nets.encoders.encoder import Encoder
from textrm.nets.layers.blocks import inverted_residual, make_divisible

# Expansion, channels, blocks, and per output stride: stride of the first block, dilation of all.
STAGES = (
    (1, 16, 1, {8: (1, 1), 16: (1, 1), 32: (1, 1)}),
    (6, 24, 2, {8: (2, 1), 16: (2, 1), 32: (2, 1)}),
    (6, 32, 3, {8: (2, 1), 16: (2, 1), 32: (2, 1)}),
    (6, 64, 4, {8: (1, 2), 16: (2, 1), 32: (2, 1)}),
    (6, 96, 3, {8: (1, 4), 16: (1, 1), 32: (1, 1)}),
    (6, 160, 3, {8: (1, 8), 16: (1, 2), 32: (2, 1)}),
    (6, 320, 1, {8: (1, 16), 16: (1, 2), 32: (1, 1)}),
)


class MobileNetV2Encoder(Encoder):
    """MobileNetV2 (Sandler et al. 2018) without its last 1×1 layer; maps at strides 2, 4 and ``output_stride``.

    At output stride 8 the strides of the deep stages are replaced by dilations 2-4-8-16: each stage looks twice as far
    as the one before, for letters vary in height a hundredfold. At 16 a lost stride is made up by dilation 2, as is
    usual, and 32 is the classifier's own shape. ``width`` scales all channels, to multiples of 8.

    Args:
        width: 1, 1.4, 2 or any other.
        scse: append scSE (Roy et al. 2018) to the projection of each inverted residual.
        output_stride: 8, 16 or 32.
        residual_gain: first weight of the BatchNorm that ends a branch beside an identity shortcut. With 0 such a block
            starts as the identity (Goyal et al. 2017).
        weights: what training starts from, see :class:`Encoder`. scSE starts fresh where they have none.
        in_channels: of the image: 3, or 4 where a prior comes with it.

    Raises:
        UserError: for another output stride, or a width of 0 or less.
    """

    def __init__(self, width: float = 1.0, scse: bool = False, output_stride: int = 8,
                 residual_gain: float = 1.0, weights: str | None = None, in_channels: int = 3) -> None:  # fmt: skip
        super().__init__()
        self.width, self.weights, self.in_channels = width, weights, in_channels
        if output_stride not in (8, 16, 32):
            raise UserError(f"output_stride={output_stride}: choose 8, 16 or 32")
        if width <= 0:
            raise UserError(f"width={width}: expected more than 0")
        channels = make_divisible(32 * width, 8)
        layers: list[nn.Module] = [Conv2dNormActivation(in_channels, channels, stride=2, activation_layer=nn.ReLU6)]
        self.stage_channels, self.stage_strides = (channels,), (2,)
        ends = [1]
        for expansion, wide, blocks, shapes in STAGES:
            first_stride, dilation = shapes[output_stride]
            out_channels = make_divisible(wide * width, 8)
            for stride in [first_stride] + [1] * (blocks - 1):
                shape = (channels, out_channels, stride, expansion, dilation)
                layers.append(inverted_residual(*shape, scse=scse, residual_gain=residual_gain))
                channels = out_channels
            ends.append(len(layers))
            self.stage_channels += (channels,)
            self.stage_strides += (self.stage_strides[-1] * first_stride,)
        self.features = nn.ModuleList(layers)
        self.cuts = (0, *ends)

    def stages(self, image: Tensor) -> tuple[Tensor, ...]:
        """Maps of B ``in_channels`` H W: of the first convolution, and of the seven stages of inverted residuals."""
        maps = []
        features = image
        for start, end in pairwise(self.cuts):
            for layer in self.features[start:end]:
                features = layer(features)
            maps.append(features)
        return tuple(maps)
