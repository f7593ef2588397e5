"""The order of training: a function of seed and epoch, whatever the workers, the restarts and the bad luck."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from pytorch_lightning import LightningModule, Trainer
from pytorch_lightning.callbacks import ModelCheckpoint
from torch.utils.data import Dataset

from textrm.data.datamodule import DataModule, collate
from textrm.data.dataset import ManifestDataset
from textrm.data.sampling import MixtureSampler
from textrm.data.transforms import EvalTransform, TrainTransform
from textrm.errors import UserError

Make = Callable[..., Path]


def _data(path: Path, **settings: Any) -> DataModule:
    transform = TrainTransform(32, scale=(0.8, 1.5))
    train = {"a": ManifestDataset(path, "train", transform, replace_bad=True)}
    val = ManifestDataset(path, "train", EvalTransform())
    return DataModule(train, val, **({"batch_size": 2, "workers": 0, "samples_per_epoch": 8, "seed": 3} | settings))


class _Record(LightningModule):
    """Learns nothing, remembers every batch it saw."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))
        self.seen: list[tuple[Any, ...]] = []

    def training_step(self, batch: dict[str, Any], batch_idx: int) -> torch.Tensor:
        self.seen.append((self.current_epoch, batch_idx, *batch["id"], float(batch["image"].sum())))
        return (self.weight * batch["image"].mean()).sum()

    def validation_step(self, batch: dict[str, Any], batch_idx: int) -> None:
        pass

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=0.1)


def _fit(folder: Path, data: DataModule, ckpt_path: Path | None = None, **settings: Any) -> list[tuple[Any, ...]]:
    saver = ModelCheckpoint(folder, filename="{epoch}-{step}", save_top_k=-1, every_n_train_steps=1)
    model = _Record()
    quiet = {"logger": False, "enable_progress_bar": False, "enable_model_summary": False}
    trainer = Trainer(accelerator="cpu", callbacks=[saver], **quiet, **settings)
    trainer.fit(model, datamodule=data, ckpt_path=ckpt_path, weights_only=True)
    return model.seen


def test_shares_follow_the_weights_exactly() -> None:
    draws = list(MixtureSampler([50, 7, 900], [5, 3, 2], 1000, seed=0))
    assert Counter(draw.source for draw in draws) == {0: 500, 1: 300, 2: 200}
    assert Counter(Counter(d.item for d in draws if d.source == 0).values()) == {10: 50}  # every item its turn
    assert set(Counter(d.item for d in draws if d.source == 1).values()) == {42, 43}
    assert max(Counter(d.item for d in draws if d.source == 2).values()) == 1
    assert len({draw.source for draw in draws[:20]}) > 1  # mixed, not one source after the other


def test_order_follows_from_seed_and_epoch() -> None:
    sampler, same, other = (MixtureSampler([10, 10], [1, 1], 12, seed) for seed in (1, 1, 2))
    first = list(sampler)
    assert list(same) == first
    assert list(other) != first
    sampler.set_epoch(1)
    second = list(sampler)
    assert [draw[:2] for draw in second] != [draw[:2] for draw in first]
    assert [draw.draw for draw in first + second] == list(range(24))
    sampler.start = 5
    assert list(sampler) == second[5:]


def test_a_weight_of_nothing_draws_nothing() -> None:
    assert {draw.source for draw in MixtureSampler([3, 3, 3], [1, 0, 1], 10, seed=0)} == {0, 2}


def test_processes_share_the_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    sampler = MixtureSampler([10, 10], [1, 1], 13, seed=1)
    alone = list(sampler)
    monkeypatch.setattr(torch.distributed, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.distributed, "get_world_size", lambda: 2)
    shares = []
    for rank in (0, 1):
        monkeypatch.setattr(torch.distributed, "get_rank", lambda rank=rank: rank)
        shares.append(list(sampler))
        sampler.start = 4
        assert list(sampler) == shares[-1][4:]
        sampler.start = 0
    assert len(shares[0]) == len(shares[1]) == len(sampler) == 6
    assert sorted(shares[0] + shares[1]) == sorted(alone[:12])


def test_batches_do_not_depend_on_the_number_of_workers(make_manifest: Make) -> None:
    path = make_manifest(6)
    runs = []
    for workers in (0, 1, 2):
        loader = _data(path, workers=workers).train_dataloader()
        runs.append([batch for epoch in range(2) if not loader.sampler.set_epoch(epoch) for batch in loader])
    for batches in runs[1:]:
        assert [batch["id"] for batch in batches] == [batch["id"] for batch in runs[0]]
        assert all(torch.equal(a["image"], b["image"]) for a, b in zip(runs[0], batches, strict=True))
    assert runs[0][0]["image"].shape == (2, 3, 32, 32)
    assert not torch.equal(runs[0][0]["image"], runs[0][4]["image"])  # the second epoch is another one


@pytest.mark.filterwarnings("ignore:The dirpath has changed")
@pytest.mark.parametrize("workers", [0, 1])
@pytest.mark.parametrize("stop", [2, 4, 6, 8])
def test_resumed_run_sees_what_an_unbroken_one_sees(
    tmp_path: Path, make_manifest: Make, workers: int, stop: int
) -> None:
    path = make_manifest(5)
    whole = _fit(tmp_path / "whole", _data(path, workers=workers), max_epochs=3)
    assert len(whole) == 12
    checkpoint = next((tmp_path / "whole").glob(f"*step={stop}.ckpt"))
    assert _fit(tmp_path / "again", _data(path, workers=workers), checkpoint, max_epochs=3) == whole[stop:]


@pytest.mark.filterwarnings("ignore:The dirpath has changed")
@pytest.mark.parametrize("stop", [2, 3, 4])
def test_an_epoch_that_was_cut_short_is_not_gone_on_with(tmp_path: Path, make_manifest: Make, stop: int) -> None:
    path, short = make_manifest(5), {"max_epochs": 2, "limit_train_batches": 3}
    whole = _fit(tmp_path / "whole", _data(path), **short)
    assert [batch[:2] for batch in whole] == [(epoch, batch) for epoch in range(2) for batch in range(3)]
    checkpoint = next((tmp_path / "whole").glob(f"*step={stop}.ckpt"))
    assert _fit(tmp_path / "again", _data(path), checkpoint, **short) == whole[stop:]


def test_validation_goes_through_every_row_once(make_manifest: Make) -> None:
    data = _data(make_manifest(5), val_batch_size=2)
    assert [id for batch in data.val_dataloader() for id in batch["id"]] == ["p0", "p1", "p2", "p3", "p4"]
    assert data.test_dataloader() == []
    data.test = data.val
    assert len(data.test_dataloader()) == 3


def test_bad_rows_of_all_sets_are_gathered(make_manifest: Make) -> None:
    path = make_manifest(6)
    (path.parent / "4_mask.png").unlink()
    data = _data(path, samples_per_epoch=None)
    assert list(data.bad_rows) == ["p4"]
    assert data.bad_count == 2  # in each set one
    assert len(data.sampler) == 5


def test_pictures_of_different_sizes_are_padded_and_ignored() -> None:
    def item(height: int, width: int) -> dict[str, Any]:
        picture = torch.full((3, height, width), 0.5)
        plane = torch.ones(1, height, width)
        return {"id": "x", "image": picture, "clean": picture, "has_clean": torch.tensor(True), "mask": plane,
                "ignore": torch.zeros(1, height, width, dtype=torch.bool)}  # fmt: skip

    batch = collate([item(8, 16), item(16, 8)])
    assert batch["image"].shape == (2, 3, 16, 16)
    assert batch["image"].unique().tolist() == [0.5]
    assert batch["ignore"].sum(dim=(1, 2, 3)).tolist() == [128, 128]
    assert batch["ignore"][0, 0, 8:].all()
    assert batch["ignore"][1, 0, :, 8:].all()
    assert batch["has_clean"].tolist() == [True, True]
    assert batch["id"] == ["x", "x"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"weights": {"b": 1.0}}, "weights: names b, expected one weight for each of a"),
        ({"weights": {"a": -1.0}}, "expected shares of 0 or more"),
        ({"samples_per_epoch": 1}, "samples_per_epoch=1: expected at least one batch, batch_size=2"),
    ],
)
def test_settings_that_cannot_work_are_refused(make_manifest: Make, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        _data(make_manifest(2), **settings)


def test_without_training_sets_there_is_nothing_to_do() -> None:
    with pytest.raises(UserError, match=r"^train: is empty"):
        DataModule({}, Dataset())


def test_pages_are_shared_out_once_and_batches_evenly(make_manifest: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    data = _data(make_manifest(7), batch_size=6, val_batch_size=2, samples_per_epoch=13)
    whole = [sorted(batch["id"]) for batch in data.train_dataloader()]
    data.share_out(3)
    monkeypatch.setattr(torch.distributed, "is_initialized", lambda: True)
    monkeypatch.setattr(torch.distributed, "get_world_size", lambda: 3)
    pages, batches = [], []
    for rank in range(3):
        monkeypatch.setattr(torch.distributed, "get_rank", lambda rank=rank: rank)
        pages.append([id for batch in data.val_dataloader() for id in batch["id"]])
        batches.append([batch["id"] for batch in data.train_dataloader()])
    assert pages == [["p0", "p3", "p6"], ["p1", "p4"], ["p2", "p5"]]
    assert [sorted(id for share in shares for id in share) for shares in zip(*batches, strict=True)] == whole
    assert len(whole) == 2


def test_what_cannot_be_shared_out_is_refused(make_manifest: Make) -> None:
    data = _data(make_manifest(5), batch_size=8)
    with pytest.raises(UserError, match=r"^batch_size=8: 3 processes cannot share it out evenly; .* such as 6$"):
        data.share_out(3)
    with pytest.raises(UserError, match=r"^val: has 5 pages for 8 processes; expected one for each at least$"):
        data.share_out(8)
    with pytest.raises(UserError, match=r"^val: 4 processes cannot share 5 pages out evenly, .* expected 4: give"):
        data.share_out(4, evenly=True)
    data.share_out(4)
    assert data.share_size == 2
