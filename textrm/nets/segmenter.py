"""Encoder, pooling and decoder joined: one logit per pixel."""

from __future__ import annotations

import math
from collections.abc import Callable

from torch import Tensor, nn


class Segmenter(nn.Module):
    """Maps ``image`` B 3 H W in [0, 1] to logits B 1 H W that a pixel is lettering.

    Args:
        encoder: ``forward(image)`` gives maps, fine to coarse, with ``.channels`` and ``.strides``; ``.multiple`` is
            what height and width must be multiples of where it is more than the last stride.
        pooling: factory ``(in_channels)`` of a module with ``.out_channels``.
        decoder: factory ``(encoder_channels, encoder_strides, in_channels, upsampling)`` of a module that maps
            ``(maps, pooled)`` to logits and ends in ``.head.convolution``.
        upsampling: ``bilinear``, ``transposed`` or ``pixel_shuffle``.
        prior: share of lettering before anything is learnt; sets the last bias, without which the many background
            pixels rule the first steps (Lin et al. 2017).
    """

    def __init__(
        self,
        encoder: nn.Module,
        pooling: Callable[..., nn.Module],
        decoder: Callable[..., nn.Module],
        upsampling: str = "pixel_shuffle",
        prior: float = 0.03,
    ) -> None:
        super().__init__()
        self.encoder = encoder
        channels, strides = encoder.channels, encoder.strides
        assert isinstance(channels, tuple)
        assert isinstance(strides, tuple)
        self.pooling = pooling(in_channels=channels[-1])
        self.decoder = decoder(
            encoder_channels=channels,
            encoder_strides=strides,
            in_channels=self.pooling.out_channels,
            upsampling=upsampling,
        )
        bias = self.decoder.get_submodule("head.convolution").get_parameter("bias")
        nn.init.constant_(bias, math.log(prior / (1 - prior)))

    @property
    def stride(self) -> int:
        """What height and width of the image must be multiples of."""
        strides = self.encoder.strides
        assert isinstance(strides, tuple)
        multiple = getattr(self.encoder, "multiple", strides[-1])
        assert isinstance(multiple, int)
        return multiple

    def forward(self, image: Tensor) -> Tensor:
        """Logits B 1 H W; H and W must be multiples of ``stride``.

        Raises:
            ValueError: when they are not.
        """
        height, width = image.shape[-2:]
        if height % self.stride or width % self.stride:
            fitting = [-(-side // self.stride) * self.stride for side in (height, width)]
            raise ValueError(f"the image is {height}×{width}; its sides must be multiples of {self.stride}: "
                             f"pad it to {fitting[0]}×{fitting[1]}")  # fmt: skip
        maps = self.encoder((image - 0.5) * 4)
        return self.decoder(maps, self.pooling(maps[-1]))
