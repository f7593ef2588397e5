"""What is drawn and when: a function of seed and epoch, shared out over the processes that train together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch.distributed as dist
from torch.utils.data import DataLoader, Sampler

Order = Callable[[np.random.Generator], np.ndarray]


class Draw(NamedTuple):
    """What the sampler asks for: item ``item`` of data set ``source``, augmented under the number ``draw``.

    ``draw`` counts on over all epochs and never repeats within a run.
    """

    source: int
    item: int
    draw: int


class MixtureSampler(Sampler[Draw]):
    """``samples`` draws per epoch, shared out over the sources by ``weights`` (to within one), in random order.

    Within an epoch a source repeats no item before all its items had their turn. The order follows from
    ``(seed, epoch)`` alone; ``start`` skips the draws that an interrupted epoch has already used. Where several
    processes train together, each takes every n-th draw of the same order, equally many. ``orders`` holds, for a source
    that has a random order of its own, what draws all its items once; its items stay in that order.
    """

    def __init__(
        self,
        lengths: Sequence[int],
        weights: Sequence[float],
        samples: int,
        seed: int,
        orders: Sequence[Order | None] | None = None,
    ) -> None:
        self.lengths, self.samples, self.seed = tuple(lengths), samples, seed
        self.orders = [None] * len(self.lengths) if orders is None else list(orders)
        self.edges = np.round(np.cumsum([0.0, *weights]) / sum(weights) * samples).astype(int)
        self.epoch = self.start = 0

    def __len__(self) -> int:
        return self.samples // _processes()[1]

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch that the next iteration draws; Lightning calls this."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[Draw]:
        rng = np.random.default_rng((self.seed, self.epoch))
        shares, items = np.diff(self.edges), [np.empty(0, int)]
        for length, own, wanted in zip(self.lengths, self.orders, shares, strict=True):
            rounds = [own(rng) if own else rng.permutation(length) for _ in range(-(-int(wanted) // length))]
            items.append(np.concatenate([*rounds, np.empty(0, int)])[:wanted])
        source_of, item_of = np.repeat(np.arange(len(shares)), shares), np.concatenate(items)
        order, first = rng.permutation(len(item_of)), self.epoch * self.samples
        source_of, item_of = source_of[order], item_of[order]
        for source, own in enumerate(self.orders):
            if own:
                item_of[source_of == source] = items[source + 1]
        rank, processes = _processes()
        for position in range(self.start * processes + rank, len(self) * processes, processes):
            yield Draw(int(source_of[position]), int(item_of[position]), first + position)


def _processes() -> tuple[int, int]:
    """This process's rank among those that train together, and how many they are."""
    together = dist.is_available() and dist.is_initialized()
    return (dist.get_rank(), dist.get_world_size()) if together else (0, 1)


class ResumableLoader(DataLoader):
    """A DataLoader over a :class:`MixtureSampler` that goes on in the middle of an epoch after a restart.

    Iteration starts with the first batch that is asked for and not with ``iter()``: Lightning calls ``iter()`` before
    it tells the sampler the epoch, and worker processes would then prepare the batches of another one.
    """

    _resume: tuple[int | None, int] = (None, 0)
    _given = 0

    def __iter__(self) -> Iterator[dict[str, Any]]:  # type: ignore[override]
        assert isinstance(self.sampler, MixtureSampler)
        assert self.batch_size
        epoch, batches = self._resume
        # The epoch that was left may have been cut short (limit_train_batches): then the next one begins at its start.
        self._given = batches if epoch in (None, self.sampler.epoch) else 0
        self._resume = (None, 0)
        self.sampler.start = self._given * self.batch_size
        for batch in super().__iter__():
            self._given += 1
            yield batch

    def state_dict(self) -> dict[str, int]:
        """How many batches of the current epoch were given out, and which epoch that is."""
        assert isinstance(self.sampler, MixtureSampler)
        return {"batches": self._given % len(self), "epoch": self.sampler.epoch}

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Let the next iteration start behind these batches, if it is of that epoch; older states name none."""
        self._resume = state.get("epoch"), state["batches"]


class PageSampler(Sampler[int]):
    """Every item of a set once, in order: each process takes every n-th; none is repeated to make shares even."""

    def __init__(self, items: int) -> None:
        self.items = items

    def _share(self) -> range:
        rank, processes = _processes()
        return range(rank, self.items, processes)

    def __len__(self) -> int:
        return len(self._share())

    def __iter__(self) -> Iterator[int]:
        return iter(self._share())
