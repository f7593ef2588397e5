"""The base class of nets that map a lettered picture to a clean one in one step."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import Tensor, nn


class Cleaner(nn.Module, ABC):
    """Maps ``image`` B 3 H W float32 RGB in [0, 1] to ``(clean, blend)``.

    A subclass sets ``stride``, what H and W must be multiples of, and implements :meth:`forward`.
    """

    stride: int

    @abstractmethod
    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """The clean picture, and how much of each pixel is the net's own.

        Returns:
            ``clean`` B 3 H W float32, which may lie a little outside [0, 1], and ``blend`` B 1 H W float32 in [0, 1]:
            near 0 where there is no lettering and the picture comes through, so that whoever uses the net may keep the
            pixels of the input there; 1 everywhere for a net that draws the whole picture anew.
        """
