"""Reads the verifiers that a finder states back into nets, so that a training can go on from them."""

from __future__ import annotations

import base64
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import nn

from textrm.errors import UserError
from textrm.nets.verification.word_verifier import WordVerifier


def read_verifiers(model: Path, begin: list[WordVerifier]) -> None:
    """Fill ``begin``, one net for each verifier in order, with those of a float finder or of what verify wrote.

    The exporter folds BatchNorm into the convolutions before it: it comes back as a scale of 1 and the bias.

    Raises:
        UserError: the file holds no verifiers, or others.
    """
    written = onnx.load(model)
    stated = {entry.key: entry.value for entry in written.metadata_props}.get("textrm.verifier")
    graph = (onnx.load_from_string(base64.b64decode(stated)) if stated else written).graph
    values = {entry.name: numpy_helper.to_array(entry) for entry in graph.initializer}
    for number, net in enumerate(begin):
        try:
            _fill(net, {name.removeprefix(f"net.verifiers.{number}."): torch.from_numpy(value.copy())
                        for name, value in values.items() if name.startswith(f"net.verifiers.{number}.")})  # fmt: skip
        except (KeyError, RuntimeError) as error:
            raise UserError(f"{model}: holds no float verifier {number + 1} as verify makes them ({error}); "
                            "give find.float.onnx, or what experiments.finding.verify wrote") from error  # fmt: skip


@torch.no_grad()
def _fill(net: WordVerifier, values: dict[str, torch.Tensor]) -> None:
    for name, part in net.named_modules():
        if isinstance(part, nn.BatchNorm2d):  # conv_bn_act: the convolution stands before it
            part.weight.fill_((1 + part.eps) ** 0.5)
            part.bias.copy_(values[f"{name.rsplit('.', 1)[0]}.0.weight_bias"])
            part.reset_running_stats()
            continue
        for own, value in (*part.named_parameters(recurse=False), *part.named_buffers(recurse=False)):
            if own != "num_batches_tracked":
                value.copy_(values[f"{name}.{own}".lstrip(".")])
