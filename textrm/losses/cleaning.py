"""The loss of cleaning: ``loss(clean, blend, batch) -> {name: scalar}``, weighted; their sum is minimised.

``clean`` B 3 H W and ``blend`` B 1 H W are what a :class:`~textrm.nets.cleaning.cleaner.Cleaner` gives, ``batch`` has
``image``, ``clean``, ``mask``, ``ignore`` and ``has_mask`` of :mod:`textrm.data.sample`. All terms are float32 under
autocast too. Ignored pixels count nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchmetrics.functional.image import structural_similarity_index_measure

from textrm.losses.segmentation import weights_of

Features = Callable[[Tensor], tuple[Tensor, ...]]
INNER, OUTER = 1, 2  # pixels around lettering: up to the first all must be replaced, beyond the second nothing
NEAR = 8  # pixels around lettering in which errors count as near, as in the figure of that name
SSIM_WINDOW = 11  # pixels
STEEPNESS = 255 / 8  # a change of 8 levels is a change with a probability of 63 %


class CleaningLoss(nn.Module):
    """How far a cleaned picture is from the truth, and whether the net changed what it should.

    ``l1``: mean absolute error. ``near``: mean over pictures of log(error + 1/255), the error being the mean absolute
    one within 8 px of lettering; a picture counts by the ratio of its errors, as in a mean of decibels. ``ssim``:
    1 - SSIM (Wang et al. 2004). ``perceptual``: mean absolute difference of feature maps (Johnson et al. 2016).
    ``edge``: mean absolute difference of Sobel gradients. ``blend``: cross-entropy of the blend map against the
    lettering grown by 1 px; the next pixel around it is left out, and beyond that nothing may be replaced, since what
    lies between letters is what they are filled from. ``implied``: the same for the mask that the pictures imply,
    1 - exp(-|cleaned - lettered| · 255 / 8) of the channel that differs most; away from lettering that is proportional
    to the change itself. A net whose blend map is 1 by construction learns nothing from ``blend``. ``near``, ``blend``
    and ``implied`` pass over pictures whose lettering is unknown.

    Args:
        l1: weight.
        near: weight.
        ssim: weight.
        perceptual: weight.
        edge: weight.
        blend: weight.
        implied: weight.
        features: maps B 3 H W in [0, 1] to a tuple of feature maps; not trained, and not run where ``perceptual`` is 0.

    Raises:
        UserError: for a weight below 0.
    """

    def __init__(
        self, l1: float = 1.0, near: float = 0.0, ssim: float = 0.0, perceptual: float = 0.0, edge: float = 0.0,
        blend: float = 0.0, implied: float = 0.0, features: Features | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.weights = weights_of(
            l1=l1, near=near, ssim=ssim, perceptual=perceptual, edge=edge, blend=blend, implied=implied
        )
        self.features = features

    def forward(self, clean: Tensor, blend: Tensor, batch: Mapping[str, Any]) -> dict[str, Tensor]:
        """The weighted terms by name; those of weight 0 are left out."""
        image, truth, mask, ignore = (batch[name].float() for name in ("image", "clean", "mask", "ignore"))
        with torch.autocast(image.device.type, enabled=False):  # SSIM subtracts squares, logarithms meet small numbers
            found = torch.where(ignore > 0, truth, clean.float())
            known = (1 - ignore) * batch["has_mask"].float()[:, None, None, None]
            terms: dict[str, Callable[[], Tensor]] = {
                "l1": lambda: _mean((found - truth).abs().mean(1, keepdim=True), 1 - ignore),
                "near": lambda: near_error(found, truth, mask, 1 - ignore),
                "ssim": lambda: 1 - similarity(found, truth),
                "perceptual": lambda: self._perceptual(found, truth),
                "edge": lambda: F.l1_loss(sobel(found), sobel(truth)),
                "blend": lambda: decided(blend.float(), mask, known),
                "implied": lambda: decided(implied_mask(found, image), mask, known),
            }
            return {name: self.weights[name] * term() for name, term in terms.items() if self.weights[name]}

    def _perceptual(self, found: Tensor, truth: Tensor) -> Tensor:
        assert self.features is not None, "loss.perceptual needs loss.features"
        with torch.no_grad():
            wanted = self.features(truth)
        distances = [F.l1_loss(a.float(), b.float()) for a, b in zip(self.features(found), wanted, strict=True)]
        return torch.stack(distances).sum()


def similarity(found: Tensor, truth: Tensor) -> Tensor:
    """Mean SSIM; pictures smaller than its window are taken with their edges repeated."""
    below, right = (max(0, SSIM_WINDOW - extent) for extent in found.shape[-2:])
    found, truth = (F.pad(picture, (0, right, 0, below), mode="replicate") for picture in (found, truth))
    return torch.as_tensor(structural_similarity_index_measure(found, truth, data_range=1.0))


def near_error(found: Tensor, truth: Tensor, mask: Tensor, counted: Tensor) -> Tensor:
    """Mean over pictures with lettering of log(mean absolute error within ``NEAR`` px of it + 1/255)."""
    near = grown(mask, NEAR) * counted
    size = near.sum((1, 2, 3))
    error = ((found - truth).abs().mean(1, keepdim=True) * near).sum((1, 2, 3)) / size.clamp(min=1)
    return (torch.log(error + 1 / 255) * (size > 0)).sum() / (size > 0).sum().clamp(min=1)


def decided(prob: Tensor, mask: Tensor, counted: Tensor) -> Tensor:
    """Mean cross-entropy of ``prob`` in [0, 1] against the grown mask, pixels of its uncertain rim left out."""
    wanted = grown(mask, INNER)
    certain = counted * (1 - grown(mask, OUTER) + wanted)
    return _mean(F.binary_cross_entropy(prob.clamp(1e-4, 1 - 1e-4), wanted, reduction="none"), certain)


def implied_mask(found: Tensor, image: Tensor) -> Tensor:
    """B 1 H W in [0, 1): where two pictures differ."""
    return 1 - torch.exp(-STEEPNESS * (found - image).abs().amax(1, keepdim=True))


def sobel(picture: Tensor) -> Tensor:
    """B 2C H W: how the picture changes along x and along y, per pixel."""
    across = picture.new_tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]) / 8
    channels = picture.shape[1]
    kernels = torch.stack([across, across.T])[:, None].repeat(channels, 1, 1, 1)
    return F.conv2d(F.pad(picture, (1, 1, 1, 1), mode="replicate"), kernels, groups=channels)


def grown(mask: Tensor, radius: int) -> Tensor:
    """The mask widened by ``radius`` pixels to all sides, as a square."""
    return F.max_pool2d(mask, 2 * radius + 1, 1, radius)


def _mean(values: Tensor, counted: Tensor) -> Tensor:
    return (values * counted).sum() / counted.sum().clamp(min=1)
