"""Two U-Nets in one graph: the first finds what to replace, the second draws on a smooth surface in its place."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from textrm.nets.cleaning.cleaner import Cleaner
from textrm.nets.cleaning.cleaning_unet import BLEND_AT_START
from textrm.nets.inpainting.inpainter_fast import LEVELS, span
from textrm.nets.layers.unet import UNet

INPAINTER_CHANNELS = 4 * 4  # unshuffled: the spanned picture and what is known of it
HIDDEN = 0.1  # blend from which a pixel does not count as known


class CleaningCascade(Cleaner):
    """A blend map from one U-Net, a residual from another, trained as one net.

    Where the first U-Net says that lettering is, the picture is spanned smoothly from what surrounds it (the pull-push
    pyramid of :class:`~textrm.nets.inpainting.inpainter_fast.FastInpainter`); the second one sees that, the picture
    itself and the blend map, and adds what the smooth surface lacks. A single U-Net must learn to forget the letters it
    copies; here what the second one adds to holds none of them. No gradient flows through the pyramid.

    Args:
        find: makes the U-Net of the blend map, given its input and output channels.
        paint: makes the U-Net of the residual.
    """

    def __init__(self, find: Callable[[int, int], UNet], paint: Callable[[int, int], UNet]) -> None:
        super().__init__()
        self.find = find(3, 1)
        self.paint = paint(8, 3)
        self.stride = max(2**LEVELS, self.find.stride, self.paint.stride)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """The clean picture B 3 H W and the blend map B 1 H W."""
        picture = (image - 0.5) * 2
        blend = torch.sigmoid(self.find(picture).to(image.dtype) + BLEND_AT_START)
        known = (blend.detach() < HIDDEN).to(image.dtype)
        spanned = span(picture * known, known, LEVELS)
        drawn = spanned + self.paint(torch.cat([spanned, known, picture, blend], 1))
        return image + blend * (drawn / 2 + 0.5 - image), blend

    def take_over(self, weights: dict[str, Tensor]) -> dict[str, Tensor]:
        """Weights to begin with: those of a fast inpainter become the painter's.

        :class:`~textrm.nets.inpainting.inpainter_fast.FastInpainter` saw the spanned picture and what is known of it;
        what it did not see begins at 0. Other weights, also of an inpainter of another width, are returned as they are.
        """
        stem = "stem.0.weight"
        seen, wider = weights.get(f"unet.{stem}"), torch.zeros_like(self.paint.state_dict()[stem])
        if seen is None or seen.shape[:2] != (len(wider), INPAINTER_CHANNELS):
            return weights
        wider[:, :INPAINTER_CHANNELS] = seen
        theirs = {name.replace("unet.", "paint.", 1): value for name, value in weights.items()}
        return self.state_dict() | theirs | {f"paint.{stem}": wider}
