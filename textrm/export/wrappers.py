"""Wraps a net for export with all that belongs before and behind it: pixels in, pixels or probabilities out."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from textrm.nets.cleaning.cleaner import Cleaner
from textrm.nets.contract import check_segmenter, stride_of
from textrm.nets.inpainting.inpainter import Inpainter
from textrm.nets.segmentation.coarse_to_fine import CoarseToFine
from textrm.nets.tagging.tagger import Looks, Tagger
from textrm.nets.verification.word_verifier import EitherVerifier, WordVerifier
from textrm.page.finding.features import FEATURES
from textrm.page.finding.views import CHANNELS, SIDE, VIEWS


class Exported(nn.Module):
    """A net between the pixels of its ``inputs`` and its ``outputs``: nothing can drift between training and use."""

    task: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    net: Any  # torch types attributes of modules as tensors or modules, and ``stride`` is neither

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    @property
    def stride(self) -> int:
        """What H and W must be multiples of."""
        return stride_of(self.net)

    def free(self) -> dict[int, Any]:
        """Which sizes of the inputs the graph leaves open, by dimension."""
        batch, rows, columns = (torch.export.Dim(name, min=1) for name in ("batch", "rows", "columns"))
        return {0: batch, 1: self.stride * rows, 2: self.stride * columns}

    def noise(self, batch: int, rows: int, columns: int) -> tuple[Tensor, ...]:
        """Random inputs of about that many blocks of 8 px, always the same for a size of batch."""
        blocks = max(1, self.stride // 8)
        return self.random(batch, -(-rows // blocks) * self.stride, -(-columns // blocks) * self.stride)

    def random(self, batch: int, height: int, width: int) -> tuple[Tensor, ...]:
        """Random inputs of that size."""
        generator = torch.Generator().manual_seed(batch)
        size = (batch, height, width)
        image = torch.randint(0, 256, (*size, 3), dtype=torch.uint8, generator=generator)
        return (image, *(torch.randint(0, 2, size, dtype=torch.uint8, generator=generator) for _ in self.inputs[1:]))


class ExportedSegmenter(Exported):
    """``image`` N H W 3 uint8 RGB to ``prob`` N 1 H W float32 in [0, 1]."""

    task, inputs, outputs = "segmentation", ("image",), ("prob",)

    def forward(self, image: Tensor) -> Tensor:
        """The probability of lettering for every pixel."""
        return self.net(image.permute(0, 3, 1, 2).float() / 255).sigmoid()


class ExportedLook(Exported):
    """One look of a net that looks coarsely first: ``image`` N H W 3 uint8 RGB and ``prior`` N H W uint8 to ``prob``.

    The prior is the probability, of 255, that the look before gave at half the resolution; 128 where nothing is known.
    """

    task, inputs, outputs = "segmentation", ("image", "prior"), ("prob",)

    @property
    def stride(self) -> int:
        """What H and W of one look must be multiples of."""
        return int(self.net.net.stride)

    def forward(self, image: Tensor, prior: Tensor) -> Tensor:
        """The probability of lettering for every pixel, N 1 H W float32 in [0, 1]."""
        return self.net.look(image.permute(0, 3, 1, 2).float() / 255, prior[:, None].float() / 255).sigmoid()


class ExportedInpainter(Exported):
    """``image`` N H W 3 uint8 RGB and ``mask`` N H W uint8 (1 = hole) to ``filled`` N H W 3 float32 in [0, 1]."""

    task, inputs, outputs = "inpainting", ("image", "mask"), ("filled",)

    def forward(self, image: Tensor, mask: Tensor) -> Tensor:
        """The picture the net sees."""
        filled = self.net(image.permute(0, 3, 1, 2).float() / 255, mask[:, None].float())
        return filled.clamp(0, 1).permute(0, 2, 3, 1)


class ExportedCleaner(Exported):
    """``image`` N H W 3 uint8 RGB to ``clean`` N H W 3 and ``blend`` N 1 H W, both float32 in [0, 1]."""

    task, inputs, outputs = "cleaning", ("image",), ("clean", "blend")

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """The clean picture, and how much of each pixel is the net's own."""
        clean, blend = self.net(image.permute(0, 3, 1, 2).float() / 255)
        return clean.clamp(0, 1).permute(0, 2, 3, 1), blend


class ExportedTagger(Exported):
    """``image`` N H W 3 uint8 RGB to ``prob`` N L T, of each tag at each look, and ``looks`` N L 4, float32 in [0, 1].

    A look is left, top, right and lower edge as shares of width and height. H and W are ``size``: whole pictures are
    scaled to it, and a graph of fixed sizes is exported many times faster.
    """

    task, inputs, outputs = "tagging", ("image",), ("prob", "looks")

    def __init__(self, net: nn.Module, size: int) -> None:
        super().__init__(net)
        self.size = size

    def free(self) -> dict[int, Any]:
        """The batch alone."""
        return {0: torch.export.Dim("batch", min=1)}

    def noise(self, batch: int, rows: int, columns: int) -> tuple[Tensor, ...]:
        """Random pictures of the one size."""
        return self.random(batch, self.size, self.size)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """What was seen, and where."""
        looks: Looks = self.net(image.permute(0, 3, 1, 2).float() / 255)
        return looks.logits.sigmoid(), looks.boxes()


class ExportedVerifier(Exported):
    """``views`` N x ``VIEWS`` x ``CHANNELS`` x ``SIDE`` x ``SIDE`` uint8, ``features`` N x F float32 to ``score`` N."""

    task, inputs, outputs = "verification", ("views", "features"), ("score",)

    @property
    def stride(self) -> int:
        """Views have one size."""
        return 1

    def free(self) -> dict[int, Any]:
        """The batch alone."""
        return {0: torch.export.Dim("batch", min=1)}

    def noise(self, batch: int, rows: int, columns: int) -> tuple[Tensor, ...]:
        """Random words."""
        generator = torch.Generator().manual_seed(batch)
        size = (batch, VIEWS, CHANNELS, SIDE, SIDE)
        views = torch.randint(0, 256, size, dtype=torch.uint8, generator=generator)
        return views, torch.randn(batch, FEATURES, generator=generator)

    def forward(self, views: Tensor, features: Tensor) -> Tensor:
        """How likely each word is lettering, in [0, 1]."""
        return self.net(views.float() / 255 - 0.5, features).sigmoid()


def exported_class(net: nn.Module) -> type[Exported]:
    """What a net becomes when it is exported; its ``task`` says what the net is for."""
    for family, wrapper in ((Tagger, ExportedTagger), (Inpainter, ExportedInpainter), (Cleaner, ExportedCleaner),
                            (CoarseToFine, ExportedLook),
                            ((WordVerifier, EitherVerifier), ExportedVerifier)):  # fmt: skip
        if isinstance(net, family):
            return wrapper
    return ExportedSegmenter


def exported(net: nn.Module, size: int | None = None) -> Exported:
    """The net as it is exported, in evaluation mode; ``size`` is the side of the pictures that a tagger sees.

    Raises:
        UserError: for a net of no family that does not segment.
    """
    wrapper = exported_class(net)
    if wrapper is ExportedSegmenter:
        check_segmenter(net)
    if wrapper is ExportedTagger:
        assert size is not None
        return ExportedTagger(net, size).eval()
    return wrapper(net).eval()
