"""What a net costs whoever runs it: parameters, operations, and time on a CPU."""

from __future__ import annotations

import copy
import time
import warnings

import numpy as np
import onnxruntime
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from textrm.export.folding import fold
from textrm.export.wrappers import Exported, exported
from textrm.nets.layers.phases import with_dilation

_LEAST = 256  # px: side of the square that is looked at, rounded up to what the net takes
_CALLS = 5  # of which the fastest counts: what else the machine does only adds


def as_measured(net: nn.Module, size: int | None = None) -> Exported:
    """The net as it is exported, on the CPU; ``size`` is the side of the pictures that a tagger sees."""
    return exported(with_dilation(net).cpu().float(), size)


def parameters(net: nn.Module) -> int:
    """How many numbers it has learnt."""
    return sum(parameter.numel() for parameter in net.parameters())


def gmac_per_megapixel(model: Exported) -> float:
    """Multiplications of convolutions and matrices, in 10⁹ for each 10⁶ pixels; of one look where it looks often."""
    pictures = _square(model)
    with FlopCounterMode(display=False) as counted, torch.inference_mode():
        model(*pictures)
    return counted.get_total_flops() / 2 / _pixels(pictures) / 1e3


def cpu_seconds_per_megapixel(model: Exported, threads: int) -> float:
    """Seconds of ONNX Runtime on ``threads`` threads for 10⁶ pixels of input: the fastest of a few calls.

    Raises:
        Exception: whatever the exporter raises for a net that cannot be exported.
    """
    pictures = _square(model)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            fold(copy.deepcopy(model)), pictures, dynamo=True, verbose=False, opset_version=20,
            input_names=model.inputs, output_names=list(model.outputs),
        )  # fmt: skip
    assert program is not None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(
        program.model_proto.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    feeds = {name: value.numpy() for name, value in zip(model.inputs, pictures, strict=True)}
    session.run(None, feeds)
    seconds = []
    for _ in range(_CALLS):
        start = time.perf_counter()
        session.run(None, feeds)
        seconds.append(time.perf_counter() - start)
    return float(np.min(seconds)) * 1e6 / _pixels(pictures)


def _square(model: Exported) -> tuple[torch.Tensor, ...]:
    side = -(-_LEAST // model.stride) * model.stride
    return model.random(1, side, side) if model.task != "tagging" else model.noise(1, 1, 1)


def _pixels(pictures: tuple[torch.Tensor, ...]) -> int:
    return pictures[0].shape[1] * pictures[0].shape[2]
