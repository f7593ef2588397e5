"""Weights of a net read back from the float ONNX file that ``textrm.export`` wrote of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from textrm.errors import UserError

_EPS = 1e-5  # of every BatchNorm in textrm.nets: torch's own


def read_onnx(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors of the exported net in ``path`` by their names in torch, and what the file states of itself.

    Export folds BatchNorm into the convolution before it in its ``nn.Sequential``. The convolution keeps its folded
    weight; BatchNorm comes back as what adds the folded bias and else changes nothing: mean 0, variance 1, and a weight
    of √(1 + ε). So the net is that of the file in evaluation mode alone: in training mode batches have another mean
    and variance, which :class:`~textrm.callbacks.batch_norm.MeasureBatchNorm` finds out before the first step.
    BatchNorm that was not folded (masked convolutions) has all it had. What is no convolution, such as the bias that a
    partial convolution adds by itself, need not have kept its name, and is missing then.

    Raises:
        UserError: when the file is no ONNX graph of a net, or its weights are int8.
    """
    try:
        model = onnx.load(path)
    except Exception as error:  # protobuf and onnx raise whatever the file's first wrong byte leads to
        raise UserError(f"{path} cannot be read as ONNX: give a file of textrm.export") from error
    return read_weights(model, path), {entry.key: entry.value for entry in model.metadata_props}


def read_weights(model: onnx.ModelProto, path: Path) -> dict[str, Tensor]:
    """The tensors of an exported net by their names in torch, as :func:`read_onnx` says; ``path`` is what errors name.

    Raises:
        UserError: when it is no graph of a net, or its weights are int8.
    """
    if any(node.op_type in ("QuantizeLinear", "DequantizeLinear") for node in model.graph.node):
        raise UserError(f"{path} has int8 weights, which cannot be trained: give the float file of the net, such as "
                        "segment.float.onnx, or export its run without int8=true")  # fmt: skip
    try:
        read = _read(model)
    except Exception as error:  # a graph that says of itself what is not so
        raise UserError(f"{path} holds weights that cannot be read: give a file of textrm.export") from error
    if not read:
        raise UserError(f"{path} holds no weights of a net of textrm: give a file of textrm.export")
    return {name.removeprefix("net."): value for name, value in read.items()}


def _read(model: onnx.ModelProto) -> dict[str, Tensor]:
    stored = {entry.name: entry for entry in model.graph.initializer}
    read = {name: _tensor(stored[name]) for name in stored if name.startswith("net.") and not name.endswith("_bias")}
    for node in model.graph.node:
        if node.op_type == "Conv" and node.input[1] in read:
            read |= _norm(node, stored, read)
    return read | _counters(read)


def _norm(
    node: onnx.NodeProto, stored: Mapping[str, onnx.TensorProto], read: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """The BatchNorm that was folded into a convolution: one place further in its Sequential. Nothing where none was."""
    convolution = node.input[1].removesuffix(".weight")
    before, _, number = convolution.rpartition(".")
    name = f"{before}.{int(number) + 1}" if number.isdigit() else ""
    if not name or f"{convolution}.bias" in read or f"{name}.weight" in read:
        return {}
    # Equal biases are stored once, under the name of another convolution, and those of zeros not at all.
    given = len(node.input) == 3
    bias = _tensor(stored[node.input[2]]) if given else torch.zeros(len(read[node.input[1]]))
    return {
        f"{name}.weight": torch.full_like(bias, math.sqrt(1 + _EPS)),
        f"{name}.bias": bias,
        f"{name}.running_mean": torch.zeros_like(bias),
        f"{name}.running_var": torch.ones_like(bias),
    }


def _counters(names: Iterable[str]) -> dict[str, Tensor]:
    """How many batches each BatchNorm has counted, which no graph holds: none."""
    ending = ".running_var"
    found = [name.removesuffix(ending) for name in names if name.endswith(ending)]
    return {f"{name}.num_batches_tracked": torch.tensor(0) for name in found}


def _tensor(entry: onnx.TensorProto) -> Tensor:
    return torch.from_numpy(numpy_helper.to_array(entry).copy())
