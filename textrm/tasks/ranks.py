"""What the processes that train one net together tell each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor
from torch.nn import Module


def same_buffers(module: Module) -> None:
    """Give all processes the buffers of the first: statistics of BatchNorm are of each one's own batches."""
    if together():
        for buffer in module.buffers():
            dist.broadcast(buffer, 0)


def union(found: dict[Any, Any]) -> dict[Any, Any]:
    """What all processes found; each must ask."""
    if not together():
        return found
    every: list[Any] = [None] * dist.get_world_size()
    dist.all_gather_object(every, found)
    return {key: value for one in every for key, value in one.items()}


def mean_of_all(values: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    """Each value's mean over all processes; each must ask.

    They meet once for all values. With ``sync_dist=True`` Lightning 2.6 lets them meet twice for each.
    """
    if not (together() and values):
        return values
    every = torch.stack([value.detach().float() for value in values.values()])
    dist.all_reduce(every)
    return dict(zip(values, every / dist.get_world_size(), strict=True))


class Means:
    """Means by name over all pictures of a set, also where processes that train together share it out unevenly.

    ``sync_dist=True`` of Lightning 2.6 gives the mean of the processes' numbers of pictures as a whole number: of 4 and
    3 pictures the mean loss was 7/6 of what it is.
    """

    def __init__(self) -> None:
        self._sums: dict[str, tuple[float, int]] = {}

    def add(self, name: str, mean: Tensor, pictures: int) -> None:
        """Count a batch of so many pictures."""
        total, count = self._sums.get(name, (0.0, 0))
        self._sums[name] = (total + float(mean) * pictures, count + pictures)

    def take(self) -> dict[str, float]:
        """The means over what all processes counted since the last time; each must ask."""
        sums, self._sums = self._sums, {}
        every: list[Any] = [sums]
        if together():
            every = [None] * dist.get_world_size()
            dist.all_gather_object(every, sums)
        names = dict.fromkeys(name for one in every for name in one)
        pairs = {name: [one[name] for one in every if name in one] for name in names}
        return {name: sum(total for total, _ in of) / sum(count for _, count in of) for name, of in pairs.items()}


def together() -> bool:
    """Whether several processes have met."""
    return dist.is_available() and dist.is_initialized()
