"""The base class of encoders: which maps segmenters and taggers get from any of them."""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import Tensor, nn


class Encoder(nn.Module, ABC):
    """Maps ``image`` B 3 H W to the last map at stride 2, at stride 4 and at all, fine to coarse.

    A subclass implements :meth:`stages` and sets ``stage_channels`` and ``stage_strides``, which describe its maps.
    ``weights`` is what training starts from, None where the encoder learns from nothing. A net reads no files: who
    trains it loads them.
    """

    weights: str | None = None

    stage_channels: tuple[int, ...]
    stage_strides: tuple[int, ...]

    @abstractmethod
    def stages(self, image: Tensor) -> tuple[Tensor, ...]:
        """The map of every stage, in order."""

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """The three maps; height and width of the image are multiples of ``multiple``."""
        maps = self.stages(image)
        return tuple(maps[place] for place in self._places)

    @property
    def channels(self) -> tuple[int, ...]:
        """Channels of the three maps."""
        return tuple(self.stage_channels[place] for place in self._places)

    @property
    def strides(self) -> tuple[int, ...]:
        """Strides of the three maps."""
        return tuple(self.stage_strides[place] for place in self._places)

    @property
    def multiple(self) -> int:
        """What height and width of the image must be multiples of."""
        return self.stage_strides[-1]

    @property
    def _places(self) -> tuple[int, ...]:
        last = {stride: place for place, stride in enumerate(self.stage_strides)}
        return last[2], last[4], len(self.stage_strides) - 1


def check_sides(image: Tensor, multiple: int) -> None:
    """See that height and width of ``image`` B C H W are multiples.

    Raises:
        ValueError: when they are not; it says what to pad to.
    """
    height, width = image.shape[-2:]
    if height % multiple or width % multiple:
        fitting = [-(-side // multiple) * multiple for side in (height, width)]
        raise ValueError(f"the image is {height}×{width}; its sides must be multiples of {multiple}: "
                         f"pad it to {fitting[0]}×{fitting[1]}")  # fmt: skip
