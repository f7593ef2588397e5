"""Losses of inpainting: ``loss(output, clean, mask, ignore) -> {name: scalar}``.

``output`` and ``clean`` are B 3 H W, ``mask`` B 1 H W (1 = hole), ``ignore`` a bool B 1 H W. Errors and Gram matrices
are float32 under autocast too. Ignored pixels count nowhere; where none is left a term is 0. The terms come weighted;
their sum is what is minimised.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from textrm.losses.segmentation import weights_of


class InpaintingLoss(nn.Module):
    """The loss of Liu et al. 2018, "Image inpainting for irregular holes using partial convolutions".

    ``valid`` and ``hole``: mean absolute error over all pixels (not over those of the part), of the known and of the
    hole's. ``total_variation``: of the composite, over neighbours that both lie in the hole or its one-pixel rim.
    ``perceptual`` and ``style``: mean absolute difference of feature maps and of their Gram matrices, of output and of
    composite against the truth. The composite is the output in the hole and the truth elsewhere.

    What we changed: ignored pixels hold the truth in what the extractor sees, and a style term is divided by the
    number of elements of its Gram matrix, as the paper's formula has it and its code does not.

    Args:
        valid: weight.
        hole: weight.
        total_variation: weight.
        perceptual: weight.
        style: weight.
        features: maps B 3 H W in [0, 1] to a tuple of feature maps; not trained. Not needed, and not run, where
            ``perceptual`` and ``style`` are 0.

    Raises:
        UserError: for a weight below 0.
    """

    def __init__(
        self, valid: float = 1.0, hole: float = 6.0, total_variation: float = 0.1, perceptual: float = 0.05,
        style: float = 120.0, features: Callable[[Tensor], tuple[Tensor, ...]] | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.weights = weights_of(
            valid=valid, hole=hole, total_variation=total_variation, perceptual=perceptual, style=style
        )
        self.features = features

    def forward(self, output: Tensor, clean: Tensor, mask: Tensor, ignore: Tensor) -> dict[str, Tensor]:
        """The weighted terms by name; those of weight 0 are left out, and without ``features`` the last two."""
        output, clean, mask = output.float(), clean.float(), mask.float()
        output = torch.where(ignore, clean, output)
        counted = (~ignore).sum().clamp(min=1) * output.shape[1]
        error = (output - clean).abs()
        composite = output * mask + clean * (1 - mask)
        terms: dict[str, Callable[[], Tensor]] = {
            "valid": lambda: (error * (1 - mask)).sum() / counted,
            "hole": lambda: (error * mask).sum() / counted,
            "total_variation": lambda: total_variation(composite, mask, ignore, counted),
        }
        values = {name: self.weights[name] * term() for name, term in terms.items() if self.weights[name]}
        if self.features is not None and (self.weights["perceptual"] or self.weights["style"]):
            deep = {"perceptual": F.l1_loss, "style": lambda found, wanted: F.l1_loss(gram(found), gram(wanted))}
            used = {name: distance for name, distance in deep.items() if self.weights[name]}
            for name, value in self._deep(used, output, composite, clean).items():
                values[name] = self.weights[name] * value
        return values

    def _deep(
        self,
        distances: Mapping[str, Callable[[Tensor, Tensor], Tensor]],
        output: Tensor,
        composite: Tensor,
        clean: Tensor,
    ) -> dict[str, Tensor]:
        assert self.features is not None
        with torch.no_grad():
            truth = self.features(clean)
        sums = dict.fromkeys(distances, clean.new_zeros(()))
        for maps in (self.features(output), self.features(composite)):
            for found, wanted in zip(maps, truth, strict=True):
                for name, distance in distances.items():
                    sums[name] = sums[name] + distance(found.float(), wanted.float())
        return sums


class RelativeHoleLoss(nn.Module):
    """The mean over pictures of the logarithm of their absolute error in the hole, log(error + 1/255).

    A picture counts by the ratio of its errors, as in a mean of decibels. Otherwise screentone, where black and white
    are mistaken for each other, is most of what a net is told, and painted art next to nothing.
    """

    def forward(self, output: Tensor, clean: Tensor, mask: Tensor, ignore: Tensor) -> dict[str, Tensor]:
        """The one term ``hole``; pictures whose hole has no truth are left out."""
        hole = mask.float() * ~ignore
        error = ((output.float() - clean.float()).abs().mean(1, keepdim=True) * hole).sum((1, 2, 3))
        size = hole.sum((1, 2, 3))
        logarithm = torch.log(error / size.clamp(min=1) + 1 / 255)
        return {"hole": (logarithm * (size > 0)).sum() / (size > 0).sum().clamp(min=1)}


def total_variation(picture: Tensor, mask: Tensor, ignore: Tensor, counted: Tensor) -> Tensor:
    """Sum of absolute differences of neighbours in the hole or within one pixel of it, over ``counted`` elements."""
    near = F.max_pool2d(mask, 3, 1, 1) * ~ignore
    down = (picture[..., 1:, :] - picture[..., :-1, :]).abs() * near[..., 1:, :] * near[..., :-1, :]
    right = (picture[..., 1:] - picture[..., :-1]).abs() * near[..., 1:] * near[..., :-1]
    return (down.sum() + right.sum()) / counted


def gram(features: Tensor) -> Tensor:
    """B C C, the products of channels over all places of B C H W, divided by C · H · W; always in float32.

    In half precision the sums over thousands of places would lose the differences that are compared, or overflow.
    """
    batch, channels, height, width = features.shape
    with torch.autocast(features.device.type, enabled=False):
        flat = features.float().reshape(batch, channels, height * width)
        return flat @ flat.transpose(1, 2) / (channels * height * width)
