"""One segmenter that looks at a picture coarsely first, and then finer, knowing what it saw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from textrm.nets.encoders.encoder import check_sides

UNKNOWN = 0.5  # the prior of a look that nothing coarser went before


class CoarseToFine(nn.Module):
    """Maps ``image`` B 3 H W in [0, 1] to logits B 1 H W that a pixel is lettering, by looks of growing resolution.

    A pyramid of the picture is gone through from its smallest member up. Each look is the same ``net``, which is given
    the picture and, as a fourth channel, the **prior**: the probability that the look before it gave at half the
    resolution (0.5 everywhere in the first). A letter as high as the picture is thus seen once at the height at which
    dialogue is seen on a page, and a stroke of hair is judged by a look that sees the head. The weights are shared, so
    that what is learnt of one height serves for all, and whoever runs the net may begin at any member of the pyramid
    and leave out the finer looks where the coarser ones saw nothing.

    The idea of handing a coarser prediction on is that of auto-context (Tu 2008) and of recurrent pyramids (Pinheiro
    and Collobert 2014); here it goes across resolutions, and no gradient flows through the prior.

    Args:
        net: maps B 4 H W in [0, 1] to logits B 1 H W; has ``stride``.
        looks: members of the pyramid, the picture itself included.
    """

    net: Any  # torch types attributes of modules as tensors or modules, and ``stride`` is neither

    def __init__(self, net: nn.Module, looks: int = 4) -> None:
        super().__init__()
        if looks < 1:
            raise ValueError(f"looks={looks}: expected at least 1")
        self.net, self.looks = net, looks

    @property
    def stride(self) -> int:
        """What height and width of the image must be multiples of, so that all members of the pyramid can be seen."""
        return int(self.net.stride) << (self.looks - 1)

    def take_over(self, weights: dict[str, Tensor]) -> dict[str, Tensor]:
        """The weights by this net's names, where they are those of ``net`` alone, which looked once."""
        return {name if name.startswith("net.") else f"net.{name}": value for name, value in weights.items()}

    def look(self, image: Tensor, prior: Tensor | None = None) -> Tensor:
        """One look: logits B 1 H W of an image B 3 H W; ``prior`` is B 1 H W in [0, 1], None where nothing is known."""
        if prior is None:
            prior = torch.full_like(image[:, :1], UNKNOWN)
        return self.net(torch.cat([image, prior], 1))

    def forward(self, image: Tensor) -> Tensor:
        """Logits B 1 H W of the finest look.

        Raises:
            ValueError: when H or W is no multiple of ``stride``.
        """
        check_sides(image, self.stride)
        prior = None
        for member in pyramid(image, self.looks):
            logits = self.look(member, prior)
            prior = finer(logits)
        return logits


def pyramid(image: Tensor, members: int) -> Sequence[Tensor]:
    """The picture B C H W at 1/2^(members − 1), …, 1/2 and in full; every pixel is the mean of what it stands for."""
    return [F.avg_pool2d(image, 2**step) if step else image for step in reversed(range(members))]


def finer(logits: Tensor) -> Tensor:
    """The prior B 1 2H 2W of the next look from logits B 1 H W of this one; no gradient flows through it."""
    return F.interpolate(logits.detach().float().sigmoid(), scale_factor=2.0, mode="nearest").to(logits.dtype)
