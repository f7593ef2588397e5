"""The same net is exported once: the exporter takes seconds, and would write the same file again."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import onnx
from torch import nn

from textrm.export import graph


class ExportedOnce:
    """Stands for :func:`textrm.export.graph.export`; a net that it wrote before is copied, with new facts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.export = graph.export  # which this may be put in place of
        self.differences: dict[str, float] = {}

    def __call__(self, net: nn.Module, out: Path, run: str, size: int | None = None, **facts: Any) -> float:
        digest = hashlib.sha256(repr((net, size)).encode())
        for name, value in net.state_dict().items():
            digest.update(f"{name} {value.shape}".encode() + value.detach().numpy().tobytes())
        file = self.folder / digest.hexdigest()
        if file.name not in self.differences:
            self.differences[file.name] = self.export(net, file, run, size)
        graph = onnx.load(file)
        del graph.metadata_props[[entry.key for entry in graph.metadata_props].index("textrm.run")]
        for key, value in ({"run": run} | facts).items():
            if value is not None:
                graph.metadata_props.add(key=f"textrm.{key}", value=str(value))
        out.parent.mkdir(parents=True, exist_ok=True)
        onnx.save(graph, out)
        return self.differences[file.name]
