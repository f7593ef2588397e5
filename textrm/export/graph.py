"""Writes the ONNX file of a net: what torch computes, and the facts that whoever runs it must know."""

from __future__ import annotations

import warnings
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

import textrm
from textrm.errors import UserError
from textrm.export.folding import fold
from textrm.export.wrappers import Exported, exported
from textrm.nets.layers.phases import with_dilation

PARITY = 1e-3  # largest difference of an output in [0, 1] between torch and ONNX that still is rounding


def export(net: nn.Module, out: Path, run: str, size: int | None = None, **facts: Any) -> float:
    """Write ``net`` as ONNX with dynamic batch, height and width; returns the largest difference from torch.

    ``size`` is the side of the pictures that a tagger sees, whose height and width are fixed. ``facts`` go into the
    metadata, those that are not None: a segmenter's ``threshold``, the probability above which a pixel is lettering,
    and ``low``, the one that is enough beside such a pixel; what :func:`textrm.export.run.run_facts` gives.

    Raises:
        UserError: when the written graph does not compute what torch computes.
    """
    # With dilation and without BatchNorm: the same values; the exporter is many times faster, the stride is smaller.
    model = exported(with_dilation(net), size)
    # The free sizes of two inputs are the same ones; the exporter says so in warnings.
    warnings.filterwarnings("ignore", message="# The axis name")
    program = torch.onnx.export(
        fold(deepcopy(model)), model.noise(2, 12, 8), dynamo=True, verbose=False,
        input_names=model.inputs, output_names=list(model.outputs), opset_version=20,
        dynamic_shapes=dict.fromkeys(model.inputs, model.free()),
    )  # fmt: skip
    assert program is not None
    graph = program.model_proto
    stated = {
        "task": model.task,
        "stride": model.stride,
        "version": textrm.__version__,
        "run": run,
        "size": size,
    } | facts
    for key, value in stated.items():
        if value is not None:
            graph.metadata_props.add(key=f"textrm.{key}", value=str(value))
    out.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(graph, out)
    return parity(model, out)


def parity(model: Exported, path: Path) -> float:
    """The largest difference of an output between torch and the file, on noise of another size.

    Raises:
        UserError: when it is above :data:`PARITY`.
    """
    noise = model.noise(1, 9, 15)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    found = session.run(None, {name: value.numpy() for name, value in zip(model.inputs, noise, strict=True)})
    with torch.inference_mode():
        made = model(*noise)
    expected = made if isinstance(made, tuple) else (made,)
    difference = max(float(np.abs(f - e.numpy()).max()) for f, e in zip(found, expected, strict=True))
    if not difference <= PARITY:
        raise UserError(f"the ONNX graph differs from torch by {difference:.2e}, more than {PARITY:.0e}: not written")
    return difference
