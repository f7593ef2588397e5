"""Data sets of anybody's making: an ordinary ``torch.utils.data.Dataset`` trains, validates and tests like ours."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from textrm.errors import UserError

PAGE = "see docs/own_parts.md"
# Channels and dtype of what an item may hold; planes are as high and wide as the image. See textrm.data.sample.
PLANES = {
    "image": (3, torch.float32),
    "clean": (3, torch.float32),
    "mask": (1, torch.float32),
    "ignore": (1, torch.bool),
}


class OwnDataset(Dataset):
    """Gives the items of ``data`` as :mod:`textrm.data.sample` describes them, each checked and made whole.

    ``data`` has ``__len__`` and ``data[index]`` is a dictionary with ``image`` and what the task learns from: ``mask``,
    ``clean`` or ``tags``. What else is missing is filled in: ``id`` is the index. Whatever ``data`` draws from the
    global random generators of torch, numpy and Python follows from the seed and the draw alone, so that workers and a
    resumed run draw the same.

    Args:
        data: the data set.
        name: where it stands in the configuration, for messages.
        training: that its pictures are trained on, and must have sides that the net takes.
        seed: of the run.

    Raises:
        UserError: when it has no length or no items.
    """

    def __init__(self, data: Any, name: str, training: bool, seed: int = 0) -> None:
        self.data, self.training, self.seed = data, training, seed
        self.called = f"{name}: {type(data).__module__}.{type(data).__qualname__}"
        self.needs: Sequence[str] = ()
        self.multiple = 1
        for method in ("__len__", "__getitem__"):
            if not hasattr(data, method):
                raise UserError(f"{self.called} has no {method}; a data set has __len__ and __getitem__; {PAGE}")
        try:
            self.length = len(data)
        except TypeError as error:  # torch's Dataset has none
            raise UserError(f"{self.called} has no __len__ that works ({error}); {PAGE}") from error
        if hasattr(data, "tag_counts"):  # of a set for tagging
            self.tag_counts = data.tag_counts
        if training and self.length < 1:
            raise UserError(f"{self.called} is empty; expected at least one item; {PAGE}")

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> dict[str, Any]:
        return self.item(index)

    def check(self, needs: Sequence[str], multiple: int) -> None:
        """Read the first item; from now on each must have ``needs`` and, in training, sides that are multiples.

        Raises:
            UserError: naming the item and what is wrong with it.
        """
        self.needs, self.multiple = needs, multiple
        if self.length:
            self.item(0)

    def item(self, index: int, draw: int | None = None) -> dict[str, Any]:
        """Item ``index``, whole, depending on nothing but the arguments and the seed.

        Raises:
            UserError: naming the item and what is wrong with it.
        """
        with _seeded((self.seed, index, 0 if draw is None else draw + 1)):
            try:
                found = self.data[index]
            except UserError:
                raise
            except Exception as error:  # whatever somebody's own code raises
                raise UserError(
                    f"{self.called}: item {index} cannot be had ({type(error).__name__}: {error})"
                ) from error
        try:
            return self._whole(found, index)
        except _Breach as breach:
            raise UserError(f"{self.called}: item {index} {breach}; {PAGE}") from breach

    def _whole(self, found: Any, index: int) -> dict[str, Any]:
        if not isinstance(found, Mapping):
            raise _Breach(f"is a {type(found).__name__}; expected a dictionary with image, {', '.join(self.needs)}")
        missing = [name for name in ("image", *self.needs) if name not in found]
        if missing:
            raise _Breach(f"has no {', no '.join(missing)}; it has {', '.join(map(str, found)) or 'nothing'}")
        for name in PLANES:
            if name in found:
                _check_plane(name, found[name], found["image"])
        height, width = found["image"].shape[1:]
        if self.training and (height % self.multiple or width % self.multiple):
            raise _Breach(
                f"is {height}×{width}; expected sides that are multiples of {self.multiple}, the net's stride"
            )
        image: Tensor = found["image"]
        blank: dict[str, Any] = {
            "id": str(index), "clean": image, "mask": image.new_zeros(1, height, width),
            "ignore": torch.zeros(1, height, width, dtype=torch.bool),
        }  # fmt: skip
        blank |= {f"has_{name}": torch.tensor(name in found) for name in ("clean", "mask")}
        if "tags" in self.needs and (not isinstance(tags := found["tags"], Tensor) or tags.ndim != 1):
            raise _Breach("has tags that are no tensor of one dimension: one number in 0 to 1 for each of the labels")
        wanted = (*blank, *PLANES, *self.needs)  # others could not be stacked with the items of other sets
        return blank | {key: value for key, value in found.items() if key in wanted}


def adopted(data: Any, name: str, seed: int, training: bool = False) -> Any:
    """One of our data sets, or None, as it is; another one as :class:`OwnDataset`, ``name`` is its key."""
    return data if data is None or hasattr(data, "item") else OwnDataset(data, name, training, seed)


class _Breach(Exception):
    """What is wrong with an item."""


def _check_plane(name: str, plane: Any, image: Any) -> None:
    channels, kind = PLANES[name]
    if not isinstance(plane, Tensor):
        raise _Breach(f"has {name} as {type(plane).__name__}; expected a tensor")
    told = "×".join(map(str, plane.shape))
    if plane.ndim != 3 or plane.shape[0] != channels:
        raise _Breach(f"has {name} of shape {told}; expected {channels}×H×W")
    if plane.dtype != kind:
        raise _Breach(f"has {name} as {_word(plane.dtype)}; expected {_word(kind)}")
    if name != "image" and plane.shape[1:] != image.shape[1:]:
        raise _Breach(f"has {name} of {told}, and image of {'×'.join(map(str, image.shape))}; expected equal sides")
    if kind == torch.float32 and not (plane.min() >= 0 and plane.max() <= 1):
        raise _Breach(f"has {name} from {plane.min():g} to {plane.max():g}; expected values in 0 to 1")


def _word(kind: torch.dtype) -> str:
    return str(kind).removeprefix("torch.")


@contextmanager
def _seeded(numbers: tuple[int, ...]) -> Iterator[None]:
    """Within this the global random generators follow from ``numbers``; afterwards they are as before."""
    seed = int(np.random.SeedSequence(numbers).generate_state(1)[0])
    python, legacy = random.getstate(), np.random.get_state()
    with torch.random.fork_rng(devices=[]):
        random.seed(seed)
        np.random.seed(seed)
        torch.manual_seed(seed)
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(legacy)
