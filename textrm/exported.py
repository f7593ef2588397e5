"""What is exported: a net with all that belongs before and behind it, pixels in, pixels or probabilities out."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from textrm.nets.inpainter import Inpainter


class Exported(nn.Module):
    """A net between the pixels of its ``inputs`` and its ``output``: nothing can drift between training and use."""

    task: str
    inputs: tuple[str, ...]
    output: str
    net: Any  # torch types attributes of modules as tensors or modules, and ``stride`` is neither

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    @property
    def stride(self) -> int:
        """What H and W must be multiples of."""
        return int(self.net.stride)

    def noise(self, batch: int, rows: int, columns: int) -> tuple[Tensor, ...]:
        """Random inputs of that many strides, always the same for a size of batch."""
        generator = torch.Generator().manual_seed(batch)
        size = (batch, rows * self.stride, columns * self.stride)
        image = torch.randint(0, 256, (*size, 3), dtype=torch.uint8, generator=generator)
        return (image, *(torch.randint(0, 2, size, dtype=torch.uint8, generator=generator) for _ in self.inputs[1:]))


class ExportedSegmenter(Exported):
    """``image`` N H W 3 uint8 RGB to ``prob`` N 1 H W float32 in [0, 1]."""

    task, inputs, output = "segmentation", ("image",), "prob"

    def forward(self, image: Tensor) -> Tensor:
        """The probability of lettering for every pixel."""
        return self.net(image.permute(0, 3, 1, 2).float() / 255).sigmoid()


class ExportedInpainter(Exported):
    """``image`` N H W 3 uint8 RGB and ``mask`` N H W uint8 (1 = hole) to ``filled`` N H W 3 float32 in [0, 1]."""

    task, inputs, output = "inpainting", ("image", "mask"), "filled"

    def forward(self, image: Tensor, mask: Tensor) -> Tensor:
        """The picture the net sees."""
        filled = self.net(image.permute(0, 3, 1, 2).float() / 255, mask[:, None].float())
        return filled.clamp(0, 1).permute(0, 2, 3, 1)


def exported(net: nn.Module) -> Exported:
    """The net as it is exported, in evaluation mode."""
    return (ExportedInpainter if isinstance(net, Inpainter) else ExportedSegmenter)(net).eval()
