"""What a process is given out of tars."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.distributed as dist

from textrm.data.datamodule import DataModule
from textrm.data.dataset import ManifestDataset
from textrm.data.sample import Sample

SIDE = 8


def shown(sample: Sample, rng: np.random.Generator) -> dict[str, Any]:
    """A transform that keeps the id, a pixel of the picture and a random number."""
    image = torch.full((3, SIDE, SIDE), float(rng.random()))
    image[0, 0, 0] = float(sample.image[0, 0, 0])
    return {"id": sample.id, "image": image}


def data_of(manifest: Path, workers: int, window: int | None = 2, **settings: Any) -> DataModule:
    """Batches of four."""
    data = ManifestDataset(manifest, "train", shown, clean=False, replace_bad=True, window=window)
    return DataModule({"pages": data}, batch_size=4, workers=workers, **({"seed": 5} | settings))


def seen_of(batch: dict[str, Any]) -> list[tuple[str, float, float]]:
    """What tells the items of a batch, and their augmentation, from all others."""
    return list(zip(batch["id"], batch["image"][:, 0, 0, 0].tolist(), batch["image"][:, 1, 1, 1].tolist(), strict=True))


def epochs_of(loader: Any, first: int = 0, epochs: int = 2) -> list[list[Any]]:
    """The batches of each epoch."""
    found = []
    for epoch in range(first, epochs):
        loader.sampler.set_epoch(epoch)
        found.append([seen_of(batch) for batch in loader])
    return found


def take_share(manifest: Path, rank: int, ranks: int, store: Path, out: Path, taken: int) -> None:
    """Write to ``out`` what one of several processes is given in two epochs, of which the first goes on after some."""
    dist.init_process_group("gloo", f"file://{store}", rank=rank, world_size=ranks)
    data = data_of(manifest, workers=2)
    data.share_out(ranks)
    loader = data.train_dataloader()
    loader.load_state_dict({"batches": taken})
    out.write_text(json.dumps(epochs_of(loader)))
    dist.destroy_process_group()
