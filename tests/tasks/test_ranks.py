"""What processes that train together tell each other, with a stand-in for the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from textrm.tasks.ranks import Means, mean_of_all, union


@pytest.fixture
def another(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Lets another process have something to tell."""

    def make(theirs: Any) -> None:
        def gather(every: list[Any], mine: Any) -> None:
            every[:] = [mine, theirs]

        monkeypatch.setattr(torch.distributed, "is_initialized", lambda: True)
        monkeypatch.setattr(torch.distributed, "get_world_size", lambda: 2)
        monkeypatch.setattr(torch.distributed, "all_gather_object", gather)

    return make


def counted() -> Means:
    means = Means()
    means.add("loss", torch.tensor(1.0), 3)
    means.add("loss", torch.tensor(5.0), 1)
    return means


def test_means_are_over_pictures() -> None:
    means = counted()
    assert means.take() == {"loss": 2.0}
    assert means.take() == {}


def test_means_are_over_the_pictures_of_all_processes(another: Callable[[Any], None]) -> None:
    another({"loss": (34.0, 3), "loss_tags": (1.0, 2)})
    assert counted().take() == {"loss": 6.0, "loss_tags": 0.5}


def test_what_all_found_is_one(another: Callable[[Any], None]) -> None:
    assert union({"a": "1"}) == {"a": "1"}
    another({"b": "2"})
    assert union({"a": "1"}) == {"a": "1", "b": "2"}


def test_all_values_are_averaged_in_one_meeting(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = {"focal": torch.tensor(1.0, requires_grad=True), "loss": torch.tensor(3.0, dtype=torch.bfloat16)}
    assert mean_of_all(mine) is mine
    met: list[torch.Tensor] = []

    def summed(values: torch.Tensor) -> None:
        met.append(values.clone())
        values += torch.tensor([2.0, 7.0])

    monkeypatch.setattr(torch.distributed, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.distributed, "get_world_size", lambda: 2)
    monkeypatch.setattr(torch.distributed, "all_reduce", summed)
    assert {name: float(value) for name, value in mean_of_all(mine).items()} == {"focal": 1.5, "loss": 5.0}
    assert len(met) == 1
    assert not met[0].requires_grad
