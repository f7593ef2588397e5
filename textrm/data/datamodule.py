"""Joins data sets into what Lightning trains, validates and tests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from multiprocessing import get_all_start_methods
from typing import Any, Protocol

import cv2
import numpy as np
import torch
from pytorch_lightning import LightningDataModule
from torch.utils.data import DataLoader, Dataset

from textrm.data.collate import collate
from textrm.data.holes import HoledDataset, Holes
from textrm.data.own import OwnDataset, adopted
from textrm.data.sampling import Draw, MixtureSampler, PageSampler, ResumableLoader
from textrm.errors import UserError


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


class DataModule(LightningDataModule):
    """Training sets by name, mixed; at most one validation and one test set.

    A set is one of ours or any ``torch.utils.data.Dataset``, see :class:`textrm.data.own.OwnDataset`.
    An epoch is ``samples_per_epoch`` items (the sum of the sets' lengths for None), shared out by ``weights`` (by name;
    equal shares of items for None). All of it follows from ``seed`` and the epoch: neither the number of workers nor a
    restart changes what is drawn. ``crop``, ``manifest``, ``labels`` and ``clean`` give a configuration one place for
    what its data sets share and are not used here; tasks compare ``crop`` (side of the training crops in px) with what
    the net takes. ``batch_size`` is of all processes that train together, which share each batch out;
    ``val_batch_size`` is of one. ``holes`` turns the items of all three into those of inpainting, see
    :mod:`textrm.data.holes`; rows without a clean picture are dropped then.

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
        self.share_size = batch_size
        samples = sum(len(source) for source in sets.values()) if samples_per_epoch is None else samples_per_epoch
        if samples < batch_size:
            raise UserError(f"samples_per_epoch={samples}: expected at least one batch, batch_size={batch_size}")
        lengths = [len(source) for source in self.train.values()]
        orders = [getattr(source, "order", None) for source in self.train.values()]
        self.sampler = MixtureSampler(lengths, [weights[name] for name in self.train], samples, seed, orders)

    def check_items(self, needs: Sequence[str], stride: int) -> None:
        """See that the first item of each set that is not ours has ``needs``, and that a net of ``stride`` takes it.

        Raises:
            UserError: naming the set, the item and what is wrong with it.
        """
        for data in (*self.train.values(), self.val, self.test):
            if isinstance(data, OwnDataset):
                data.check(needs, stride)

    def share_out(self, ranks: int, evenly: bool = False) -> None:
        """Let ``ranks`` processes train together: each takes ``share_size`` pictures of a batch, and pages of its own.

        Raises:
            UserError: for a batch or, where all must take the same number of steps (``evenly``), for pages that cannot
                be shared out.
        """
        if self.batch_size % ranks:
            near = max(ranks, self.batch_size // ranks * ranks)
            raise UserError(f"batch_size={self.batch_size}: {ranks} processes cannot share it out evenly; expected a "
                            f"multiple of {ranks}, such as {near}")  # fmt: skip
        for name, data in (("val", self.val), ("test", self.test)):
            pages = 0 if data is None else _length(data)
            if 0 < pages < ranks:
                raise UserError(f"{name}: has {pages} pages for {ranks} processes; expected one for each at least")
            if evenly and pages % ranks:
                raise UserError(f"{name}: {ranks} processes cannot share {pages} pages out evenly, which this strategy "
                                f"asks for; expected {pages // ranks * ranks}: give data.{name}.limit")  # fmt: skip
        self.share_size = self.batch_size // ranks

    @property
    def bad_rows(self) -> dict[str, str]:
        """Reason by id of the rows of all sets that could not be used so far."""
        sets = [*self.train.values(), self.val, self.test]
        return {id: reason for data in sets for id, reason in getattr(data, "bad_rows", {}).items()}

    @property
    def bad_count(self) -> int:
        """How many rows that is; :attr:`bad_rows` lists a thousand of each set."""
        return sum(getattr(data, "bad_count", 0) for data in [*self.train.values(), self.val, self.test])

    def tag_counts(self) -> tuple[Counter[str], int]:
        """How many training pictures have each tag, of how many, over the sets whose tags are known."""
        tagged = [source for source in self.train.values() if hasattr(source, "tag_counts")]
        return sum((source.tag_counts() for source in tagged), Counter()), sum(map(len, tagged))

    def train_dataloader(self) -> ResumableLoader:
        """Batches as :mod:`textrm.data.sample` describes them; an incomplete last one is left out."""
        return ResumableLoader(
            Mixture(tuple(self.train.values()), self.holes, self.seed),
            batch_size=self.share_size,
            sampler=self.sampler,
            drop_last=True,
            **self._options(),
        )

    def val_dataloader(self) -> DataLoader | list[DataLoader]:
        """Every item of the validation set once, in order, those of this process; no loader without items."""
        return self._in_order(self.val)

    def test_dataloader(self) -> DataLoader | list[DataLoader]:
        """Every item of the test set once, in order; no loader without items."""
        return self._in_order(self.test)

    def _in_order(self, data: Dataset | None) -> DataLoader | list[DataLoader]:
        if data is None:
            return []
        if self.holes is not None:
            data = HoledDataset(data, self.holes)
        if not _length(data):
            return []
        return DataLoader(data, batch_size=self.val_batch_size, sampler=PageSampler(_length(data)), **self._options())

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


def _length(data: Any) -> int:
    return len(data)  # which torch's type of a data set does not promise


def _names(mapping: Mapping[str, Any]) -> str:
    return ", ".join(sorted(mapping)) or "nothing"
