"""A training that writes checkpoints by steps goes on in the middle of an epoch, with the next sample out of a tar."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import torch
from forked_ranks import fork_ranks
from task_contract import small_segmentation, state

from textrm.data.shards.write import pack
from textrm.errors import UserError
from textrm.train import train

pytestmark = pytest.mark.slow

TWO = ("trainer=ddp", "trainer.accelerator=cpu", "trainer.devices=2", "data.workers=1")
EVERY = ("data=shards", "callbacks.last.every_n_train_steps=2", "trainer.max_epochs=2", "test=false")  # of three a time


def losses(run: Path) -> list[tuple[str, str]]:
    """Step and loss, of all parts of a run that was continued."""
    rows = [row for path in sorted(run.glob("metrics*.csv"), key=str) for row in csv.DictReader(path.open())]
    return sorted((row["step"], row["train/loss"]) for row in rows if row["train/loss"])


@pytest.mark.parametrize("more", [(), TWO], ids=["one", "two"])
def test_a_run_that_failed_in_mid_epoch_ends_as_an_unbroken_one(
    drawn: Path, tmp_path: Path, more: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    fork_ranks(monkeypatch)
    pack(drawn, tmp_path / "shards", samples=3, seed=0, workers=1)
    manifest, unbroken, broken = tmp_path / "shards" / "manifest.csv", tmp_path / "unbroken", tmp_path / "broken"
    train(small_segmentation(manifest, unbroken, *EVERY, *more), unbroken)
    ending = "+callbacks.ending={_target_: ending.Ending, how: mistake, rank: 0, step: 5}"
    with pytest.raises(UserError, match="page 7 is upside down"):
        train(small_segmentation(manifest, broken, *EVERY, *more, ending), broken)
    checkpoint = torch.load(broken / "checkpoints" / "last.ckpt", weights_only=True)
    assert (checkpoint["global_step"], checkpoint["epoch"]) == (4, 1)
    train(small_segmentation(manifest, broken, *EVERY, *more, "ckpt_path=last"), broken)
    expected, found = state(unbroken), state(broken)
    assert all(torch.equal(value, found[name]) for name, value in expected.items())
    assert [step for step, _ in losses(unbroken)] == list("012345")
    assert set(losses(broken)) == set(losses(unbroken))
