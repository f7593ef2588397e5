"""The base class of encoders: which maps segmenters and taggers get from any of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from textrm.errors import UserError
from textrm.nets.look import at_rest, name_of, reason_of

_LEAST = 32  # px: side of the picture that an encoder is checked with, rounded up to what it takes


class Encoder(nn.Module, ABC):
    """Maps ``image`` B 3 H W to the last map at stride 2, at stride 4 and at all, fine to coarse.

    A subclass implements :meth:`stages` and sets ``stage_channels`` and ``stage_strides``, which describe its maps.
    ``weights`` is what training starts from, None where the encoder learns from nothing. A net reads no files: who
    trains it loads them. ``in_channels`` are those of the image. :func:`check_encoder` tells what is missing.
    """

    weights: str | None = None
    in_channels: int = 3

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
        if not {2, 4} <= last.keys():
            raise UserError(f"encoder: {name_of(self)} has maps at strides {', '.join(map(str, last))}; expected one "
                            "at 2, one at 4 and coarser ones")  # fmt: skip
        return last[2], last[4], len(self.stage_strides) - 1


def check_encoder(encoder: nn.Module) -> None:
    """See that ``encoder`` is one: any module will do that has what an :class:`Encoder` has, as segmenters use it.

    These are ``channels`` and ``strides``, of three maps or more, fine to coarse, ``multiple``, and a ``forward`` that
    makes the maps. It is shown one picture of noughts.

    Raises:
        UserError: naming the first thing that is missing or is not as it says.
    """
    name = f"encoder: {name_of(encoder)}"
    missing = [told for told in ("channels", "strides", "multiple") if not hasattr(encoder, told)]
    if missing:
        raise UserError(f"{name} has no {', no '.join(missing)}; an encoder has channels, strides and multiple "
                        "(docs/own_parts.md)")  # fmt: skip
    known: Any = encoder  # torch types attributes of modules as tensors or modules
    channels, strides, multiple = tuple(known.channels), tuple(known.strides), known.multiple
    if len(channels) != len(strides) or len(channels) < 3:
        raise UserError(f"{name} has {len(channels)} channels and {len(strides)} strides; expected one of each for "
                        "every map, of three maps or more")  # fmt: skip
    if not isinstance(multiple, int) or multiple < 1 or any(multiple % stride for stride in strides):
        raise UserError(f"{name} has multiple={multiple}; expected a whole number that its strides "
                        f"{', '.join(map(str, strides))} divide")  # fmt: skip
    side = -(-_LEAST // multiple) * multiple
    shape = (1, getattr(encoder, "in_channels", 3), side, side)
    try:
        with at_rest(encoder):
            maps = encoder(torch.zeros(shape))
    except UserError:
        raise
    except Exception as error:  # whatever somebody's own code raises
        raise UserError(f"{name} cannot take an image of {_told(shape)} ({reason_of(error)})") from error
    given = [_told(found.shape) for found in maps] if isinstance(maps, tuple | list) else [type(maps).__name__]
    wanted = [_told((1, wide, side // stride, side // stride)) for wide, stride in zip(channels, strides, strict=True)]
    if given != wanted:
        raise UserError(f"{name} makes {', '.join(given)} of an image of {_told(shape)}; its channels and strides say "
                        f"{', '.join(wanted)}")  # fmt: skip


def _told(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape))


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
