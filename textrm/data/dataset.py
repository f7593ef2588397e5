"""One Dataset reads every manifest."""

from __future__ import annotations

import logging
from collections import Counter, OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch.utils.data import Dataset

from textrm.data.manifest import BadRow, Row, evenly_spread, load_sample, read_manifest
from textrm.data.sample import Sample
from textrm.errors import UserError
from textrm.printable import printable

log = logging.getLogger(__name__)


class Transform(Protocol):
    """Makes the item of a batch from a sample; every random draw comes from ``rng``."""

    def __call__(self, sample: Sample, rng: np.random.Generator) -> dict[str, Any]:
        """Tensors by the names of :mod:`textrm.data.sample`, without a batch dimension."""
        ...


class BadRows:
    """Which of ``rows`` cannot be used: what one worker process finds is known to all, and to the main process."""

    def __init__(self, rows: Sequence[Row], folder: Path) -> None:
        self.folder = folder
        self._index_of = {row.id: number for number, row in enumerate(rows)}
        self._flags = torch.zeros(len(rows), dtype=torch.bool).share_memory_()
        self._reasons: dict[str, str] = {}  # what this process found

    def __contains__(self, id: str) -> bool:
        return bool(self._flags[self._index_of[id]])

    def add(self, bad: BadRow) -> None:
        """Remember and report a row that was good so far."""
        self._flags[self._index_of[bad.id]] = True
        self._reasons[bad.id] = bad.reason
        log.warning("bad row %s in %s: %s", *map(printable, (bad.id, self.folder, bad.reason)))

    def reasons(self) -> dict[str, str]:
        """Reason by id of every bad row met so far, by any process."""
        flagged = [id for id, number in self._index_of.items() if self._flags[number]]
        return {id: self._reasons.get(id, "unusable; the log has the reason") for id in flagged}


class ManifestDataset(Dataset):
    """The rows of ``split`` (all rows for None) of a manifest.

    A row whose file is missing, unreadable or of another size is reported once with its id and reason and counted; it
    never stops an epoch. Files that do not exist are found when the data set is made; such rows are dropped. What shows
    only on reading is replaced in training (``replace_bad=True``) by the next good row, and in evaluation by a small
    picture that is ignored everywhere, so that no other row counts twice.

    ``clean=False`` leaves the clean pictures unread where no one needs them. Up to ``cache_gigabytes`` of decoded
    pictures are kept in memory, per process, dropping what was used longest ago; the process grows by up to 1.6 times
    that, for the gaps that dropped pictures leave between others. ``optional`` lets the set be empty where the manifest
    has no row of the split. ``need_mask=False`` lets rows without a mask count by their clean
    picture. ``limit`` takes that many rows, evenly spread over the split.

    Raises:
        UserError: for a bad manifest, a split that no row has, or where no usable row is left.
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
    ) -> None:
        if limit is not None and limit < 1:
            raise UserError(f"limit={limit}: expected at least 1 row, or null for all")
        self.manifest = read_manifest(manifest)
        self.need_mask = need_mask
        self.transform, self.clean, self.replace_bad, self.seed = transform, clean, replace_bad, seed
        wanted = [row for row in self.manifest.rows if split is None or row.split == split]
        if not wanted and not optional:
            raise UserError(f"{manifest}: has no row of split {split!r}; choose another split or manifest")
        self._bad = BadRows(wanted, self.manifest.folder)
        self.rows = []
        for row in wanted:
            absent = [str(path) for path in self.manifest.paths(row).values() if not path.is_file()]
            if absent:
                self._bad.add(BadRow(row.id, f"no such file: {', '.join(absent)}"))
            else:
                self.rows.append(row)
        if wanted and not self.rows and not optional:
            raise UserError(f"{manifest}: none of {len(wanted)} rows has all its files, the first lacks {absent[0]}")
        self.rows = evenly_spread(self.rows, limit)
        self._cache: OrderedDict[int, Sample] = OrderedDict()
        self._caching = cache_gigabytes > 0
        self._room = int(cache_gigabytes * 1e9)  # bytes still free

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int) -> dict[str, Any]:
        return self.item(index)

    @property
    def bad_rows(self) -> dict[str, str]:
        """Reason by id of every bad row met so far, by any worker process."""
        return self._bad.reasons()

    def keep_clean(self) -> None:
        """Drop the rows without a clean picture, which inpainting and cleaning have no truth for.

        Raises:
            UserError: when none is left of some, or clean pictures are not read at all.
        """
        if not self.clean:
            raise UserError(f"clean=false: the clean pictures of {self.manifest.folder} are not read; give true")
        kept = [row for row in self.rows if row.clean]
        if self.rows and not kept:
            raise UserError(f"{self.manifest.folder}: none of {len(self.rows)} rows of this split has a clean picture; "
                            "those are what is learnt from")  # fmt: skip
        self.rows = kept

    def tag_counts(self) -> Counter[str]:
        """How many rows have each tag."""
        return Counter(tag for row in self.rows for tag in set(row.tags.split()))

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
        return self.transform(Sample(self.rows[index].id, grey, nothing, None, nothing + np.uint8(1), tags=None), rng)

    def _load(self, index: int) -> Sample | None:
        if self.rows[index].id in self._bad:
            return None
        if index in self._cache:
            self._cache.move_to_end(index)
            return self._cache[index]
        try:
            sample = load_sample(self.manifest, self.rows[index], self.clean, self.need_mask)
        except BadRow as bad:
            self._bad.add(bad)
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
