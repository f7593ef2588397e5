"""Stacks the items of data sets to batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch.nn.functional import pad


def collate(items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Stack items; smaller pictures are padded at the right and below with their repeated edge, ignored."""
    height = max(item["image"].shape[-2] for item in items)
    width = max(item["image"].shape[-1] for item in items)
    batch: dict[str, Any] = {"id": [item["id"] for item in items]}
    for name in items[0].keys() - batch.keys():
        batch[name] = torch.stack([_padded(item[name], name, height, width) for item in items])
    return batch


def _padded(plane: torch.Tensor, name: str, height: int, width: int) -> torch.Tensor:
    if plane.ndim < 3 or plane.shape[-2:] == (height, width):
        return plane
    border = (0, width - plane.shape[-1], 0, height - plane.shape[-2])
    return pad(plane, border, value=True) if name == "ignore" else pad(plane, border, mode="replicate")
