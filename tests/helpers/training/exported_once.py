"""A net is exported once: the exporter takes seconds, and writes the same graph again where only the weights differ."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

import onnx
from onnx import numpy_helper
from torch import nn

from textrm.errors import UserError
from textrm.export import graph
from textrm.export.folding import fold
from textrm.export.wrappers import exported
from textrm.nets.layers.phases import with_dilation


class ExportedOnce:
    """Stands for :func:`textrm.export.graph.export`; what it wrote before is copied, with new facts.

    A net of the same layers gets the graph of the first one, with its own weights, where that computes what it does.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.export = graph.export  # which this may be put in place of
        self.differences: dict[str, float] = {}

    def __call__(self, net: nn.Module, out: Path, run: str, size: int | None = None, **facts: Any) -> float:
        layers = hashlib.sha256(repr((net, size)).encode())
        for name, value in net.state_dict().items():
            layers.update(f"{name} {value.shape}".encode())
        whole = layers.copy()
        for value in net.state_dict().values():
            whole.update(value.detach().numpy().tobytes())
        first, file = self.folder / layers.hexdigest(), self.folder / whole.hexdigest()
        if file.name not in self.differences:
            difference = _with_weights(first, net, size, file) if first.exists() else None
            self.differences[file.name] = self.export(net, file, run, size) if difference is None else difference
            if not first.exists():
                shutil.copy(file, first)
        model = onnx.load(file)
        del model.metadata_props[[entry.key for entry in model.metadata_props].index("textrm.run")]
        for key, value in ({"run": run} | facts).items():
            if value is not None:
                model.metadata_props.add(key=f"textrm.{key}", value=str(value))
        out.parent.mkdir(parents=True, exist_ok=True)
        onnx.save(model, out)
        return self.differences[file.name]


def _with_weights(first: Path, net: nn.Module, size: int | None, out: Path) -> float | None:
    """Write the file ``first`` with the weights of ``net``; returns the difference from torch, or None.

    None is for another net, and for one of whose weights the exporter made something else.
    """
    plain = exported(with_dilation(net), size)
    weights = {name: value for name, value in fold(exported(with_dilation(net), size)).state_dict().items()
               if value.is_floating_point()}  # fmt: skip
    model = onnx.load(first)
    stored = {entry.name: entry for entry in model.graph.initializer}
    if not weights.keys() <= stored.keys():
        return None
    for name, value in weights.items():
        stored[name].CopyFrom(numpy_helper.from_array(value.detach().numpy(), name))
    onnx.save(model, out)
    try:
        return graph.parity(plain, out)
    except UserError:
        return None
