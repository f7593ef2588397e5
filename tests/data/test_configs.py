"""Every choice of the data group builds, and gives batches."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import hydra
import pytest
from omegaconf import DictConfig

CONF = str(Path(__file__).resolve().parents[2] / "conf")
SMALL = ["data.crop=64", "data.batch_size=4", "data.workers=0", "data.samples_per_epoch=12", "++seed=1"]


def _compose(choice: str, *overrides: str) -> DictConfig:
    with hydra.initialize_config_dir(CONF, version_base="1.3"):
        return hydra.compose(overrides=[f"+data={choice}", *SMALL, *overrides])


def test_synthetic_needs_no_file() -> None:
    data = hydra.utils.instantiate(_compose("synthetic", "data.val.length=2").data)
    batch = next(iter(data.train_dataloader()))
    assert batch["image"].shape == (4, 3, 64, 64)
    assert next(iter(data.val_dataloader()))["image"].shape == (2, 3, 64, 64)


def test_manifest_trains_on_one_split_and_validates_on_another(make_manifest: Callable[..., Path]) -> None:
    train, val = make_manifest(4), make_manifest(2, "val", "other")
    config = _compose("manifest", f"data.manifest={train}", f"data.val.manifest={val}")
    data = hydra.utils.instantiate(config.data)
    batch = next(iter(data.train_dataloader()))
    assert batch["image"].shape == (4, 3, 64, 64)
    assert set(batch["id"]) <= {"p0", "p1", "p2", "p3"}
    assert not batch["has_clean"].any()
    batch = next(iter(data.val_dataloader()))
    assert batch["image"].shape == (1, 3, 60, 80)  # whole; the task pads it to the stride


@pytest.mark.parametrize("clean", [True, False])
def test_mixed_draws_from_its_three_sources(make_manifest: Callable[..., Path], clean: bool) -> None:
    real, stored = make_manifest(4), make_manifest(4, name="stored")
    files = [f"data.manifest={real}", f"data.train.stored.manifest={stored}", "data.val.split=train"]
    data = hydra.utils.instantiate(_compose("mixed", *files, f"data.clean={str(clean).lower()}").data)
    draws = [draw.source for draw in data.sampler]
    assert [draws.count(source) for source in range(3)] == [6, 4, 2]
    batches = list(data.train_dataloader())
    assert len(batches) == 3
    known = {id: bool(has) for batch in batches for id, has in zip(batch["id"], batch["has_clean"], strict=True)}
    assert {has for id, has in known.items() if len(id) == 2} == {clean}


def test_one_source_can_be_left_out(make_manifest: Callable[..., Path]) -> None:
    config = _compose("mixed", f"data.manifest={make_manifest(4)}", "~data.train.stored", "~data.weights.stored",
                      "data.val.split=train")  # fmt: skip
    assert list(hydra.utils.instantiate(config.data).train) == ["pages", "drawn"]
