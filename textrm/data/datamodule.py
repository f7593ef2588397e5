"""Joins data sets into what Lightning trains, validates and tests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from multiprocessing import get_all_start_methods
from typing import Any, NamedTuple, Protocol

import cv2
import numpy as np
import torch
import torch.distributed as dist
from pytorch_lightning import LightningDataModule
from torch.utils.data import DataLoader, Dataset, Sampler

from textrm.data.collate import collate
from textrm.data.holes import HoledDataset, Holes
from textrm.data.own import OwnDataset, adopted
from textrm.errors import UserError


class Draw(NamedTuple):
    """What the sampler asks for: item ``item`` of data set ``source``, augmented under the number ``draw``.

    ``draw`` counts on over all epochs and never repeats within a run.
    """

    source: int
    item: int
    draw: int


class TrainingSet(Protocol):
    """A data set whose items can be drawn again and again, differently each time."""

    def __len__(self) -> int: ...

    def item(self, index: int, draw: int | None = None) -> dict[str, Any]:
        """Item ``index``, depending on nothing but the arguments."""
        ...


class Mixture(Dataset):
    """Several training sets behind one door, addressed by :class:`Draw`; ``holes`` makes items of inpainting."""

    def __init__(self, sources: Sequence[TrainingSet], holes: Holes | None = None, seed: int = 0) -> None:
        self.sources, self.holes, self.seed = tuple(sources), holes, seed

    def __getitem__(self, draw: Draw) -> dict[str, Any]:
        item = self.sources[draw.source].item(draw.item, draw.draw)
        return item if self.holes is None else self.holes(item, np.random.default_rng((self.seed, draw.draw, 2)))


class MixtureSampler(Sampler[Draw]):
    """``samples`` draws per epoch, shared out over the sources by ``weights`` (to within one), in random order.

    Within an epoch a source repeats no item before all its items had their turn. The order follows from
    ``(seed, epoch)`` alone; ``start`` skips the draws that an interrupted epoch has already used. Where several
    processes train together, each takes every n-th draw of the same order, equally many.
    """

    def __init__(self, lengths: Sequence[int], weights: Sequence[float], samples: int, seed: int) -> None:
        self.lengths, self.samples, self.seed = tuple(lengths), samples, seed
        self.edges = np.round(np.cumsum([0.0, *weights]) / sum(weights) * samples).astype(int)
        self.epoch = self.start = 0

    def __len__(self) -> int:
        return self.samples // _processes()[1]

    def set_epoch(self, epoch: int) -> None:
        """Choose the epoch that the next iteration draws; Lightning calls this."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[Draw]:
        rng = np.random.default_rng((self.seed, self.epoch))
        pairs: list[tuple[int, int]] = []
        for source, (length, wanted) in enumerate(zip(self.lengths, np.diff(self.edges), strict=True)):
            rounds = [rng.permutation(length) for _ in range(-(-int(wanted) // length))]
            pairs += [(source, int(index)) for index in np.concatenate([*rounds, np.empty(0, int)])[:wanted]]
        order, first = rng.permutation(len(pairs)), self.epoch * self.samples
        rank, processes = _processes()
        for position in range(self.start * processes + rank, len(self) * processes, processes):
            source, item = pairs[order[position]]
            yield Draw(source, item, first + position)


def _processes() -> tuple[int, int]:
    """This process's rank among those that train together, and how many they are."""
    together = dist.is_available() and dist.is_initialized()
    return (dist.get_rank(), dist.get_world_size()) if together else (0, 1)


class ResumableLoader(DataLoader):
    """A DataLoader over a :class:`MixtureSampler` that goes on in the middle of an epoch after a restart.

    Iteration starts with the first batch that is asked for and not with ``iter()``: Lightning calls ``iter()`` before
    it tells the sampler the epoch, and worker processes would then prepare the batches of another one.
    """

    _resume = 0
    _given = 0

    def __iter__(self) -> Iterator[dict[str, Any]]:  # type: ignore[override]
        assert isinstance(self.sampler, MixtureSampler)
        assert self.batch_size
        self._given, self._resume = self._resume, 0
        self.sampler.start = self._given * self.batch_size
        for batch in super().__iter__():
            self._given += 1
            yield batch

    def state_dict(self) -> dict[str, int]:
        """How many batches of the current epoch were given out."""
        return {"batches": self._given % len(self)}

    def load_state_dict(self, state: dict[str, int]) -> None:
        """Let the next iteration start behind these batches."""
        self._resume = state["batches"]


class DataModule(LightningDataModule):
    """Training sets by name, mixed; at most one validation and one test set.

    A set is one of ours or any ``torch.utils.data.Dataset``, see :class:`textrm.data.own.OwnDataset`.
    An epoch is ``samples_per_epoch`` items (the sum of the sets' lengths for None), shared out by ``weights`` (by name;
    equal shares of items for None). All of it follows from ``seed`` and the epoch: neither the number of workers nor a
    restart changes what is drawn. ``crop``, ``manifest``, ``labels`` and ``clean`` give a configuration one place for
    what its data sets share and are not used here; tasks compare ``crop`` (side of the training crops in px) with what
    the net takes. ``holes`` turns the items of all three into those of inpainting, see :mod:`textrm.data.holes`; rows
    without a clean picture are dropped then.

    Raises:
        UserError: for weights that do not fit ``train``, and an epoch shorter than a batch.
    """

    def __init__(
        self,
        train: Mapping[str, TrainingSet | Dataset],
        val: Dataset | None = None,
        test: Dataset | None = None,
        batch_size: int = 8,
        val_batch_size: int = 1,
        workers: int = 1,
        weights: Mapping[str, float] | None = None,
        samples_per_epoch: int | None = None,
        seed: int = 0,
        crop: int | None = None,
        manifest: str | None = None,
        labels: str | None = None,
        clean: bool = False,
        holes: Holes | None = None,
    ) -> None:
        super().__init__()
        if not train:
            raise UserError("train: is empty, expected at least one data set")
        whole = (("batch_size", batch_size, 1), ("val_batch_size", val_batch_size, 1), ("workers", workers, 0))
        for name, value, least in whole:
            if not isinstance(value, int) or value < least:
                raise UserError(f"{name}={value}: expected a whole number of at least {least}")
        sets = {name: adopted(source, f"data.train.{name}", seed, training=True) for name, source in train.items()}
        val, test = adopted(val, "data.val", seed), adopted(test, "data.test", seed)
        for data in (*sets.values(), val, test) if holes is not None else ():
            keep_clean = getattr(data, "keep_clean", None)
            if keep_clean is not None:
                keep_clean()
        weights = {name: float(len(source)) for name, source in sets.items()} if weights is None else weights
        if set(weights) != set(sets):
            raise UserError(f"weights: names {_names(weights)}, expected one weight for each of {_names(sets)}")
        if min(weights.values()) < 0 or sum(weights.values()) <= 0:
            raise UserError(f"weights={dict(weights)}: expected shares of 0 or more, not all 0")
        self.train, self.val, self.test = sets, val, test
        self.holes, self.seed = holes, seed
        self.batch_size, self.val_batch_size, self.workers, self.crop = batch_size, val_batch_size, workers, crop
        samples = sum(len(source) for source in sets.values()) if samples_per_epoch is None else samples_per_epoch
        if samples < batch_size:
            raise UserError(f"samples_per_epoch={samples}: expected at least one batch, batch_size={batch_size}")
        lengths = [len(source) for source in self.train.values()]
        self.sampler = MixtureSampler(lengths, [weights[name] for name in self.train], samples, seed)

    def check_items(self, needs: Sequence[str], stride: int) -> None:
        """See that the first item of each set that is not ours has ``needs``, and that a net of ``stride`` takes it.

        Raises:
            UserError: naming the set, the item and what is wrong with it.
        """
        for data in (*self.train.values(), self.val, self.test):
            if isinstance(data, OwnDataset):
                data.check(needs, stride)

    @property
    def bad_rows(self) -> dict[str, str]:
        """Reason by id of the rows of all sets that could not be used so far."""
        sets = [*self.train.values(), self.val, self.test]
        return {id: reason for data in sets for id, reason in getattr(data, "bad_rows", {}).items()}

    def tag_counts(self) -> tuple[Counter[str], int]:
        """How many training pictures have each tag, of how many, over the sets whose tags are known."""
        tagged = [source for source in self.train.values() if hasattr(source, "tag_counts")]
        return sum((source.tag_counts() for source in tagged), Counter()), sum(map(len, tagged))

    def train_dataloader(self) -> ResumableLoader:
        """Batches as :mod:`textrm.data.sample` describes them; an incomplete last one is left out."""
        return ResumableLoader(
            Mixture(tuple(self.train.values()), self.holes, self.seed),
            batch_size=self.batch_size,
            sampler=self.sampler,
            drop_last=True,
            **self._options(),
        )

    def val_dataloader(self) -> DataLoader | list[DataLoader]:
        """Every item of the validation set once, in order; no loader without items."""
        return self._in_order(self.val)

    def test_dataloader(self) -> DataLoader | list[DataLoader]:
        """Every item of the test set once, in order; no loader without items."""
        return self._in_order(self.test)

    def _in_order(self, data: Dataset | None) -> DataLoader | list[DataLoader]:
        if data is None:
            return []
        if self.holes is not None:
            data = HoledDataset(data, self.holes)
        loader: DataLoader = DataLoader(data, batch_size=self.val_batch_size, **self._options())
        return loader if len(loader) else []

    def _options(self) -> dict[str, Any]:
        return {
            "num_workers": self.workers,
            "persistent_workers": self.workers > 0,
            "collate_fn": collate,
            "worker_init_fn": _single_thread,
            # joblib's processes have a start method of their own, which cannot start other ones.
            "multiprocessing_context": get_all_start_methods()[0] if self.workers else None,
            "pin_memory": torch.cuda.is_available(),
        }


def _single_thread(worker: int) -> None:
    cv2.setNumThreads(0)
    torch.set_num_threads(1)


def _names(mapping: Mapping[str, Any]) -> str:
    return ", ".join(sorted(mapping)) or "nothing"
