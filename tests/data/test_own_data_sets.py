"""An ordinary data set of torch is taken, made whole, and refused in one line where it breaks its contract."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.data import Dataset, IterableDataset

from textrm.data.datamodule import DataModule
from textrm.data.own import OwnDataset
from textrm.errors import UserError


class Own(Dataset):
    """Random pictures, changed by what the test wants."""

    def __init__(self, length: int = 8, **changed: Any) -> None:
        self.length, self.changed = length, changed

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> Any:
        drawn = torch.tensor([torch.rand(()).item(), random.random(), np.random.random()])
        item = {"image": drawn.float()[:, None, None].expand(3, 32, 32), "mask": torch.zeros(1, 32, 32)} | self.changed
        return {name: value for name, value in item.items() if value is not None}


class Unsized(Dataset):
    def __getitem__(self, index: int) -> dict[str, Any]:
        return {}


class Stream(IterableDataset):
    def __iter__(self) -> Any:
        yield {}


class Broken(Own):
    def __getitem__(self, index: int) -> Any:
        raise KeyError("page")


class Tuples(Own):
    def __getitem__(self, index: int) -> Any:
        return torch.zeros(3, 8, 8), torch.zeros(1, 8, 8)


def module(train: Dataset, **more: Any) -> DataModule:
    return DataModule({"own": train}, Own(3), batch_size=2, workers=0, seed=5, **more)


def test_its_items_are_made_whole() -> None:
    data = module(Own(extra="not ours"))
    data.check_items(("mask",), 32)
    batch = next(iter(data.val_dataloader()))
    assert {name: tuple(value.shape) for name, value in batch.items() if name != "id"} == {
        "image": (1, 3, 32, 32), "clean": (1, 3, 32, 32), "mask": (1, 1, 32, 32), "ignore": (1, 1, 32, 32),
        "has_clean": (1,), "has_mask": (1,),
    }  # fmt: skip
    assert (batch["id"], bool(batch["has_mask"]), bool(batch["has_clean"])) == (["0"], True, False)


def test_what_it_draws_follows_from_the_seed_and_the_draw_alone() -> None:
    own = OwnDataset(Own(), "data.train.own", True, seed=5)
    before = torch.rand(()), random.getstate(), np.random.get_state()[1].tolist()
    torch.manual_seed(0)
    first = own.item(3, 7)["image"][:, 0, 0].tolist()
    torch.manual_seed(1)
    kept = random.getstate(), np.random.get_state()[1].tolist()
    again = own.item(3, 7)["image"][:, 0, 0].tolist()
    other = own.item(3, 8)["image"][:, 0, 0].tolist()
    assert first == again
    assert all(a != b for a, b in zip(first, other, strict=True))
    assert kept == before[1:]
    expected = torch.Generator().manual_seed(1)
    assert torch.rand(()) == torch.rand((), generator=expected)


def test_training_batches_are_those_of_a_resumed_epoch() -> None:
    whole = [batch["image"] for batch in module(Own()).train_dataloader()]
    loader = module(Own()).train_dataloader()
    loader.load_state_dict({"batches": 2})
    rest = [batch["image"] for batch in loader]
    assert len(rest) == 2
    assert all(torch.equal(a, b) for a, b in zip(whole[2:], rest, strict=True))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (Unsized(), r"data\.train\.own: test_own_data_sets\.Unsized has no __len__"),
        (Stream(), "Stream has no __(len|getitem)__"),
        (Own(0), "Own is empty; expected at least one item"),
        (Broken(), r"Broken: item 0 cannot be had \(KeyError: 'page'\)"),
        (Tuples(), "item 0 is a tuple; expected a dictionary with image, mask"),
        (Own(mask=None), "item 0 has no mask; it has image"),
        (Own(image=np.zeros((3, 32, 32))), "has image as ndarray; expected a tensor"),
        (Own(image=torch.zeros(32, 32, 3)), r"has image of shape 32×32×3; expected 3×H×W"),
        (Own(image=torch.zeros(3, 32, 32, dtype=torch.uint8)), "has image as uint8; expected float32"),
        (Own(image=torch.full((3, 32, 32), 255.0)), "has image from 255 to 255; expected values in 0 to 1"),
        (Own(mask=torch.zeros(1, 16, 32)), r"has mask of 1×16×32, and image of 3×32×32; expected equal sides"),
        (
            Own(image=torch.zeros(3, 40, 32), mask=torch.zeros(1, 40, 32)),
            "is 40×32; expected sides that are multiples of 32, the net's stride",
        ),
    ],
)
def test_a_breach_is_one_line(data: Dataset, said: str) -> None:
    with pytest.raises(UserError, match=said) as refused:
        module(data).check_items(("mask",), 32)
    assert "\n" not in str(refused.value)
