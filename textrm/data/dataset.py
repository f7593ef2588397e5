"""One Dataset reads every manifest."""

from __future__ import annotations

from collections import Counter, OrderedDict
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from torch.utils.data import Dataset

from textrm.data.absent import find_absent
from textrm.data.bad_rows import TOLD, BadRows, HasBadRows
from textrm.data.manifest import BadRow, Row, cells_of, load_sample, numbers_of, read_manifest, spread
from textrm.data.sample import Sample
from textrm.data.sampling import Order
from textrm.data.shards.read import SHARD
from textrm.errors import UserError


class Transform(Protocol):
    """Makes the item of a batch from a sample; every random draw comes from ``rng``."""

    def __call__(self, sample: Sample, rng: np.random.Generator) -> dict[str, Any]:
        """Tensors by the names of :mod:`textrm.data.sample`, without a batch dimension."""
        ...


class ManifestDataset(HasBadRows, Dataset):
    """The rows of ``split`` (all rows for None) of a manifest.

    A row whose file is missing, unreadable or of another size is reported once with its id and reason and counted; it
    never stops an epoch. Files that do not exist are found when the data set is made; such rows are dropped, and told
    in one line. What shows only on reading is replaced in training (``replace_bad=True``) by the next good row, and in
    evaluation by a small picture that is ignored everywhere, so that no other row counts twice.

    ``clean=False`` leaves the clean pictures unread where no one needs them. Up to ``cache_gigabytes`` of decoded
    pictures are kept in memory, per process, dropping what was used longest ago; the process grows by up to 1.6 times
    that, for the gaps that dropped pictures leave between others. ``optional`` lets the set be empty where the manifest
    has no row of the split. ``need_mask=False`` lets rows without a mask count by their clean
    picture. ``limit`` takes that many rows, evenly spread over the split. Where the pictures lie in tars, training
    reads of ``window`` tars at a time, see :meth:`order`; None: anywhere.

    Raises:
        UserError: for a bad manifest, a split that no row has, or where no usable row is left; later on, when a tar
            vanishes or changes.
    """

    def __init__(
        self,
        manifest: Path | str,
        split: str | None,
        transform: Transform,
        clean: bool = True,
        replace_bad: bool = False,
        cache_gigabytes: float = 0.0,
        seed: int = 0,
        optional: bool = False,
        need_mask: bool = True,
        limit: int | None = None,
        window: int | None = None,
    ) -> None:
        for name, value, what in (("limit", limit, "row, or null for all"), ("window", window, "tar, or null for all")):
            if value is not None and value < 1:
                raise UserError(f"{name}={value}: expected at least 1 {what}")
        self.manifest = read_manifest(manifest)
        self.need_mask = need_mask
        self.transform, self.clean, self.replace_bad, self.seed = transform, clean, replace_bad, seed
        wanted = numbers_of(self.manifest, split)
        if not len(wanted) and not optional:
            raise UserError(f"{manifest}: has no row of split {split!r}; choose another split or manifest")
        self._bad = BadRows(self.manifest.rows, self.manifest.folder)
        absent, lacking = find_absent(self.manifest, wanted, TOLD)
        self._bad.add_absent(absent, [f"no such file: {', '.join(files)}" for files in lacking], len(wanted))
        self.numbers = np.setdiff1d(wanted, absent, assume_unique=True)
        if len(wanted) and not len(self.numbers) and not optional:
            raise UserError(
                f"{manifest}: none of {len(wanted)} rows has all its files, the first lacks {lacking[0][0]}"
            )
        self.numbers = self.numbers[spread(len(self.numbers), limit)]
        self.window = window
        self._tars: np.ndarray | None = None  # the tar of each row, by number
        self._cache: OrderedDict[int, Sample] = OrderedDict()
        self._caching = cache_gigabytes > 0
        self._room = int(cache_gigabytes * 1e9)  # bytes still free

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, index: int) -> dict[str, Any]:
        return self.item(index)

    def row(self, index: int) -> Row:
        """The row of item ``index``."""
        return self.manifest.rows[int(self.numbers[index])]

    @property
    def order(self) -> Order | None:
        """What draws a random order of all items in which they come from few tars at a time; None where any will do.

        The tars are shuffled and taken ``window`` at a time; within these the items are shuffled.
        """
        return self._windowed if self.window and self.manifest.shards is not None else None

    def _windowed(self, rng: np.random.Generator) -> np.ndarray:
        assert self.window
        if self._tars is None:
            numbers: dict[str, int] = {}
            tars = (numbers.setdefault(shard, len(numbers)) for (shard,) in cells_of(self.manifest, SHARD))
            self._tars = np.fromiter(tars, np.int32, len(self.manifest.rows))
        turn = rng.permutation(self._tars.max() + 1) // self.window  # the window that each tar belongs to
        return np.lexsort((rng.permutation(len(self)), turn[self._tars[self.numbers]]))

    def keep_clean(self) -> None:
        """Drop the rows without a clean picture, which inpainting and cleaning have no truth for.

        Raises:
            UserError: when none is left of some, or clean pictures are not read at all.
        """
        if not self.clean:
            raise UserError(f"clean=false: the clean pictures of {self.manifest.folder} are not read; give true")
        has_clean = np.fromiter((bool(clean) for (clean,) in cells_of(self.manifest, "clean")), bool)
        kept = self.numbers[has_clean[self.numbers]]
        if len(self) and not len(kept):
            raise UserError(f"{self.manifest.folder}: none of {len(self)} rows of this split has a clean picture; "
                            "those are what is learnt from")  # fmt: skip
        self.numbers = kept

    def tag_counts(self) -> Counter[str]:
        """How many rows have each tag."""
        tags = enumerate(cells_of(self.manifest, "tags"))
        wanted = np.zeros(len(self.manifest.rows), bool)
        wanted[self.numbers] = True
        return Counter(tag for number, (cell,) in tags if wanted[number] for tag in set(cell.split()))

    def item(self, index: int, draw: int | None = None) -> dict[str, Any]:
        """Item ``index`` under the augmentation of number ``draw``; None is the one fixed augmentation per index.

        Raises:
            UserError: in training, when no row is left that can be read.
        """
        rng = np.random.default_rng((self.seed, index, 0 if draw is None else draw + 1))
        for step in range(len(self) if self.replace_bad else 1):
            sample = self._load((index + step) % len(self))
            if sample is not None:
                return self.transform(sample, rng)
        if self.replace_bad:
            raise UserError(f"{self.manifest.folder}: all {len(self)} rows are unusable; the log has the reasons")
        grey, nothing = np.full((8, 8, 3), 128, np.uint8), np.zeros((8, 8), np.uint8)
        return self.transform(Sample(self.row(index).id, grey, nothing, None, nothing + np.uint8(1), tags=None), rng)

    def _load(self, index: int) -> Sample | None:
        number = int(self.numbers[index])
        if number in self._bad:
            return None
        if index in self._cache:
            self._cache.move_to_end(index)
            return self._cache[index]
        try:
            sample = load_sample(self.manifest, self.row(index), self.clean, self.need_mask)
        except BadRow as bad:
            self._bad.add(number, bad)
            return None
        if self._caching:
            self._cache[index] = sample
            self._room -= _size(sample)
            while self._room < 0:
                self._room += _size(self._cache.popitem(last=False)[1])
        return sample


def _size(sample: Sample) -> int:
    planes = (sample.image, sample.mask, sample.clean, sample.ignore)
    return sum(plane.nbytes for plane in planes if plane is not None)
