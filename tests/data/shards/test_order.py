"""Out of tars each sample comes once in an epoch, in an order of the seed, whatever the workers, ranks and stops."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from forked_ranks import forking
from pytorch_lightning import LightningModule, Trainer
from pytorch_lightning.callbacks import ModelCheckpoint
from shard_shares import data_of, epochs_of, seen_of, take_share

from textrm.data.dataset import ManifestDataset
from textrm.data.sampling import MixtureSampler
from textrm.data.transforms import EvalTransform
from textrm.errors import UserError

Make = Callable[..., Path]


def ids(epoch: list[list[Any]]) -> list[str]:
    return [item[0] for batch in epoch for item in batch]


def test_few_tars_are_read_at_a_time(make_shards: Make) -> None:
    data = ManifestDataset(make_shards(23), "train", EvalTransform(), window=2)
    assert data.order is not None
    tars = np.array([int(data.row(n).extra["shard"][6:11]) for n in range(23)])
    orders = [data.order(np.random.default_rng(seed)) for seed in range(20)]
    for order in orders:
        assert sorted(order.tolist()) == list(range(23))
        turns = [set(part) for part in np.split(tars[order], np.flatnonzero(np.diff(_windows(tars[order]))) + 1)]
        assert [len(turn) for turn in turns] == [2, 2, 2, 2]
        assert set.union(*turns) == set(range(8))
    assert len({tuple(order) for order in orders}) == 20
    assert {tars[order[0]] for order in orders} > {0, 1, 2}
    assert any(tars[order[0]] == tars[order[2]] != tars[order[1]] for order in orders)  # mixed within the window


def _windows(tars: np.ndarray) -> np.ndarray:
    """The number of the window of each tar in the order in which they came up: a third one begins another."""
    number, held, found = 0, set(), []
    for tar in tars.tolist():
        if tar not in held and len(held) == 2:
            number, held = number + 1, set()
        held.add(tar)
        found.append(number)
    return np.array(found)


def test_only_tars_have_windows(make_manifest: Make, make_shards: Make) -> None:
    for path, window in ((make_manifest(4), 2), (make_shards(4), None)):
        assert ManifestDataset(path, "train", EvalTransform(), window=window).order is None
    with pytest.raises(UserError, match=r"^window=0: expected at least 1 tar, or null for all$"):
        ManifestDataset(make_manifest(4), "train", EvalTransform(), window=0)


def test_a_mixture_keeps_the_order_of_tars_and_leaves_the_draws_of_others_as_they_were() -> None:
    def falling(rng: np.random.Generator) -> np.ndarray:
        rng.permutation(20)
        return np.arange(20)[::-1]

    plain = list(MixtureSampler([30, 20], [3, 1], 60, seed=1))
    own = list(MixtureSampler([30, 20], [3, 1], 60, seed=1, orders=[None, falling]))
    assert [draw[::2] for draw in own] == [draw[::2] for draw in plain]  # source and number
    assert [draw.item for draw in own if draw.source == 1] == list(range(19, 4, -1))
    assert sorted(draw.item for draw in own if draw.source == 0) == sorted(d.item for d in plain if d.source == 0)
    assert list(MixtureSampler([30, 20], [3, 1], 60, seed=1, orders=[None, None])) == plain


def test_each_sample_comes_once_in_an_epoch_whatever_the_workers(make_shards: Make) -> None:
    path = make_shards(24)
    runs = {workers: epochs_of(data_of(path, workers).train_dataloader()) for workers in (0, 1, 2)}
    for epoch in runs[0]:
        assert sorted(ids(epoch)) == sorted(f"p{n}" for n in range(24))
    assert ids(runs[0][0]) != ids(runs[0][1])
    assert runs[1] == runs[2] == runs[0]
    assert epochs_of(data_of(path, 0, seed=6).train_dataloader()) != runs[0]


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("stop", [1, 3, 5])
def test_an_interrupted_epoch_goes_on_with_the_next_sample(make_shards: Make, workers: int, stop: int) -> None:
    path = make_shards(22)  # of which two do not fill a batch
    whole = epochs_of(data_of(path, 1).train_dataloader())
    loader = data_of(path, workers).train_dataloader()
    batches = iter(loader)
    before = [seen_of(next(batches)) for _ in range(stop)]  # workers have read further already
    state = loader.state_dict()
    del batches, loader
    again = data_of(path, workers).train_dataloader()
    again.load_state_dict(state)
    first, second = epochs_of(again)
    if stop == 5:  # the epoch was over
        assert [before, first, second][:2] == [whole[0], whole[0]]
        return
    assert before + first == whole[0]
    assert second == whole[1]
    assert len(set(ids(whole[0]))) == 20


class Recorder(LightningModule):
    """Learns nothing, remembers what it saw, and fails in the middle of an epoch."""

    def __init__(self, end: int | None) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))
        self.seen: list[Any] = []
        self.end = end

    def training_step(self, batch: dict[str, Any], number: int) -> torch.Tensor:
        if self.global_step == self.end:
            raise RuntimeError("the power is gone")
        self.seen.append((self.current_epoch, seen_of(batch)))
        return (self.weight * batch["image"].mean()).sum()

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=0.1)


@pytest.mark.parametrize("workers", [0, 2])
def test_a_training_that_fails_in_mid_epoch_sees_the_rest_after_it(
    make_shards: Make, tmp_path: Path, workers: int
) -> None:
    path = make_shards(24)

    def fit(end: int | None, start: Path | None) -> list[Any]:
        saver = ModelCheckpoint(tmp_path / "saved", filename="{step}", save_top_k=-1, every_n_train_steps=1)
        model = Recorder(end)
        trainer = Trainer(accelerator="cpu", callbacks=[saver], max_epochs=2, logger=False, enable_progress_bar=False,
                          enable_model_summary=False, num_sanity_val_steps=0)  # fmt: skip
        with pytest.raises(RuntimeError, match="the power is gone") if end else nullcontext():
            trainer.fit(model, datamodule=data_of(path, workers), ckpt_path=start, weights_only=True)
        return model.seen

    first = fit(8, None)  # two batches into the second epoch
    assert len(first) == 8
    rest = fit(None, tmp_path / "saved" / "step=8.ckpt")
    expected = [(epoch, seen) for epoch, batches in enumerate(epochs_of(data_of(path, 0).train_dataloader()))
                for seen in batches]  # fmt: skip
    assert first + rest == expected


@pytest.mark.slow
def test_two_processes_share_the_samples_out(make_shards: Make, tmp_path: Path) -> None:
    path, taken = make_shards(24), 2  # the rest of an epoch, and a whole one
    processes = [
        forking().Process(target=take_share,
                          args=(path, rank, 2, tmp_path / "store", tmp_path / f"{rank}.json", taken))
        for rank in (0, 1)
    ]  # fmt: skip
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    shares = [json.loads((tmp_path / f"{rank}.json").read_text()) for rank in (0, 1)]
    whole = json.loads(json.dumps(epochs_of(data_of(path, 0).train_dataloader())))
    for epoch, batches in enumerate(whole):
        expected = batches[taken if epoch == 0 else 0 :]
        assert [len(share[epoch]) for share in shares] == [len(expected)] * 2
        for number, batch in enumerate(expected):
            mine, other = (share[epoch][number] for share in shares)
            assert [item for pair in zip(mine, other, strict=True) for item in pair] == batch
