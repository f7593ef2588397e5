"""One U-Net from the lettered picture to the clean one."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from textrm.errors import UserError
from textrm.nets.cleaning.cleaner import Cleaner
from textrm.nets.layers.unet import UNet

OUTPUTS = ("residual", "direct")
BLEND_AT_START = -2.0  # logit: little of each pixel is the net's own at first


class CleaningUNet(Cleaner):
    """A U-Net that gives the clean picture in one step.

    With ``output`` residual it predicts what to add to the picture and a soft blend map, how much of that each pixel
    takes: pixels without lettering come through untouched whatever the net has learnt of colours. With direct it draws
    every pixel anew, as published cleaners of memes do; that one is here for comparison.

    Args:
        unet: makes the U-Net, given its input and output channels.
        output: residual or direct.

    Raises:
        UserError: for another ``output``.
    """

    def __init__(self, unet: Callable[[int, int], UNet], output: str = "residual") -> None:
        super().__init__()
        if output not in OUTPUTS:
            raise UserError(f"output={output}: expected {' or '.join(OUTPUTS)}")
        self.output = output
        self.unet = unet(3, 4 if output == "residual" else 3)
        self.stride = self.unet.stride

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """The clean picture B 3 H W and the blend map B 1 H W, which is 1 everywhere where the output is direct."""
        drawn = self.unet((image - 0.5) * 2)
        if self.output == "direct":
            return drawn.to(image.dtype) / 2 + 0.5, torch.ones_like(image[:, :1])
        blend = torch.sigmoid(drawn[:, 3:].to(image.dtype) + BLEND_AT_START)
        return image + blend * drawn[:, :3] / 2, blend
