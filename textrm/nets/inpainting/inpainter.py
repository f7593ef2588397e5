"""The base class of inpainting nets: sizes and the sign of the mask are made to fit here."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import Tensor, nn
from torch.nn.functional import pad


class Inpainter(nn.Module, ABC):
    """Maps ``image`` B 3 H W in [0, 1] and ``mask`` B 1 H W (1 = hole) to a picture B 3 H W of any H and W.

    A subclass sets ``stride`` and implements :meth:`fill`. The mask is cut at 0.5. What ``image`` holds in the hole is
    not seen. Sizes are padded at the right and below to multiples of ``stride`` with more hole, and cropped back. The
    result covers the known pixels too and may lie a little outside [0, 1]; whoever composes it keeps the known ones.
    """

    stride: int

    def forward(self, image: Tensor, mask: Tensor) -> Tensor:
        """The picture the net sees.

        Raises:
            ValueError: when the sizes of image and mask differ.
        """
        height, width = image.shape[-2:]
        if mask.shape[-2:] != image.shape[-2:]:
            raise ValueError(f"the mask is {mask.shape[-2]}×{mask.shape[-1]}, the image {height}×{width}: "
                             "expected equal sizes")  # fmt: skip
        # The literature's sign from here on: 1 = known.
        known = (mask < 0.5).to(image.dtype)
        picture = (image - 0.5) * 2 * known
        below, right = -height % self.stride, -width % self.stride
        if below or right:
            picture, known = pad(picture, (0, right, 0, below)), pad(known, (0, right, 0, below))
        filled = self.fill(picture, known) / 2 + 0.5
        return filled[..., :height, :width] if below or right else filled

    @abstractmethod
    def fill(self, picture: Tensor, known: Tensor) -> Tensor:
        """The picture B 3 H W in [-1, 1] from its known part (0 in holes) and ``known`` (B 1 H W, 1 = known)."""
