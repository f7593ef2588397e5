"""The discriminator of adversarial inpainting."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from textrm.errors import UserError
from textrm.nets.layers.blocks import make_divisible


class PatchDiscriminator(nn.Module):
    """SN-PatchGAN (Yu et al. 2018): six 5×5 convolutions of stride 2 with spectral normalisation.

    Maps a picture B 3 H W in [0, 1] and its hole B 1 H W to scores B C H/64 W/64, every one of which judges its own
    patch: holes of any shape may lie anywhere. ``width`` scales all channels, to multiples of 8.
    """

    def __init__(self, width: float = 1.0) -> None:
        super().__init__()
        if width <= 0:
            raise UserError(f"width={width}: expected more than 0")
        channels = [4, *(make_divisible(c * width, 8) for c in (64, 128, 256, 256, 256, 256))]
        layers: list[nn.Module] = []
        for below, above in pairwise(channels):
            layers += [spectral_norm(nn.Conv2d(below, above, 5, 2, 2)), nn.LeakyReLU(0.2)]
        self.layers = nn.Sequential(*layers[:-1])

    def forward(self, picture: Tensor, mask: Tensor) -> Tensor:
        """Scores; more is more real."""
        return self.layers(torch.cat([picture * 2 - 1, mask.to(picture)], 1))
