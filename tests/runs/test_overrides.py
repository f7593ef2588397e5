"""One reading of an override for reports, TensorBoard, sweeps and folders of jobs."""

from __future__ import annotations

import pytest

from textrm.runs.overrides import override_key, split_override


@pytest.mark.parametrize(
    ("override", "split", "key"),
    [
        ("loss.gamma=1", ("loss.gamma", "1"), "loss.gamma"),
        ("+trainer.limit_val_batches=2", ("trainer.limit_val_batches", "2"), "trainer.limit_val_batches"),
        ("++run=a=b", ("run", "a=b"), "run"),
        ("~callbacks.averaging", ("callbacks.averaging", "deleted"), "callbacks.averaging"),
        ("~callbacks.averaging=x", ("callbacks.averaging", "deleted"), "callbacks.averaging"),
        ("encoder@net.encoder=timm", ("encoder@net.encoder", "timm"), "encoder"),
    ],
)
def test_key_and_value(override: str, split: tuple[str, str], key: str) -> None:
    assert (split_override(override), override_key(override)) == (split, key)
