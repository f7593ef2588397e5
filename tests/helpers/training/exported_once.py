"""The same net is exported once: the exporter takes seconds, and would write the same file again."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

from torch import nn

from textrm.export import graph


class ExportedOnce:
    """Stands for :func:`textrm.export.graph.export`; what it wrote before for the same net and facts is copied."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.export = graph.export  # which this may be put in place of
        self.differences: dict[str, float] = {}

    def __call__(self, net: nn.Module, out: Path, run: str, size: int | None = None, **facts: Any) -> float:
        digest = hashlib.sha256(repr((net, run, size, sorted(facts.items()))).encode())
        for name, value in net.state_dict().items():
            digest.update(f"{name} {value.shape}".encode() + value.detach().numpy().tobytes())
        key = digest.hexdigest()
        if key not in self.differences:
            self.differences[key] = self.export(net, self.folder / key, run, size, **facts)
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.folder / key, out)
        return self.differences[key]
