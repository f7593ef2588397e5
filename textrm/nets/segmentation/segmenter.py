"""Encoder, pooling and decoder joined: one logit per pixel."""

from __future__ import annotations

import math
from collections.abc import Callable

from torch import Tensor, nn

from textrm.nets.encoders.encoder import Encoder, check_encoder, check_sides


class Segmenter(nn.Module):
    """Maps ``image`` B 3 H W in [0, 1] to logits B 1 H W that a pixel is lettering.

    Args:
        encoder: gives the maps, see :class:`~textrm.nets.encoders.encoder.Encoder`.
        pooling: factory ``(in_channels)`` of a module with ``.out_channels``.
        decoder: factory ``(encoder_channels, encoder_strides, in_channels, upsampling)`` of a module that maps
            ``(maps, pooled)`` to logits and ends in ``.head.convolution``.
        upsampling: ``bilinear``, ``transposed``, ``pixel_shuffle`` or ``pixel_shuffle_random``.
        prior: share of lettering before anything is learnt; sets the last bias, without which the many background
            pixels rule the first steps (Lin et al. 2017).

    Raises:
        UserError: for an encoder that does not keep its contract.
    """

    def __init__(
        self,
        encoder: Encoder,
        pooling: Callable[..., nn.Module],
        decoder: Callable[..., nn.Module],
        upsampling: str = "pixel_shuffle",
        prior: float = 0.03,
    ) -> None:
        super().__init__()
        check_encoder(encoder)
        self.encoder = encoder
        channels, strides = encoder.channels, encoder.strides
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
        return self.encoder.multiple

    def forward(self, image: Tensor) -> Tensor:
        """Logits B 1 H W; H and W must be multiples of ``stride``.

        Raises:
            ValueError: when they are not.
        """
        check_sides(image, self.stride)
        maps = self.encoder((image - 0.5) * 4)
        return self.decoder(maps, self.pooling(maps[-1]))
