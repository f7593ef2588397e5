"""Averages over few channels as convolutions: onnxruntime's AveragePool takes ten times as long there."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper

_FEW = 4  # channels; a picture's, or a mask's


def without_pools(model: onnx.ModelProto) -> onnx.ModelProto:
    """Change in ``model`` every AveragePool of at most four channels into convolutions; returns it.

    The values are the same but for rounding: at the border the sum is divided by how many pixels there are.
    """
    graph = model.graph
    typed = onnx.shape_inference.infer_shapes(model).graph.value_info
    sizes = {entry.name: [side.dim_value for side in entry.type.tensor_type.shape.dim] for entry in typed}
    nodes: list[onnx.NodeProto] = []
    weights: dict[str, np.ndarray] = {}
    for node in graph.node:
        channels = sizes.get(node.input[0], [0, 0])[1] if node.op_type == "AveragePool" else 0
        how: dict[str, Any] = {entry.name: helper.get_attribute_value(entry) for entry in node.attribute}
        if not 0 < channels <= _FEW or any(how.get(name) for name in ("ceil_mode", "count_include_pad")):
            nodes.append(node)
            continue
        nodes += _convolutions(node, channels, how, weights)
    graph.initializer.extend(numpy_helper.from_array(values, name) for name, values in weights.items())
    del graph.node[:]
    graph.node.extend(nodes)
    return model


def _convolutions(
    node: onnx.NodeProto, channels: int, how: dict[str, Any], weights: dict[str, np.ndarray]
) -> list[onnx.NodeProto]:
    (source,), (mean,) = node.input, node.output
    side = how["kernel_shape"]

    def averaged(shown: str, out: str, groups: int) -> onnx.NodeProto:
        weight = f"average.{side[0]}x{side[1]}.{groups}"
        weights[weight] = np.full((groups, 1, *side), 1 / np.prod(side), np.float32)
        placed = {name: how[name] for name in ("kernel_shape", "pads", "strides") if name in how}
        return helper.make_node("Conv", [shown, weight], [out], f"{node.name}_{out}", group=groups, **placed)

    if not any(how.get("pads", ())):
        return [averaged(source, mean, channels)]
    size, whole, ones, total, share = (f"{mean}_{part}" for part in ("size", "whole", "ones", "total", "share"))
    weights["one.channel"] = np.ones(2, np.int64)
    return [
        helper.make_node("Shape", [source], [size], f"{node.name}_{size}", start=2),
        helper.make_node("Concat", ["one.channel", size], [whole], f"{node.name}_{whole}", axis=0),
        helper.make_node("ConstantOfShape", [whole], [ones], f"{node.name}_{ones}",
                         value=helper.make_tensor("one", onnx.TensorProto.FLOAT, [1], [1.0])),
        averaged(ones, share, 1),
        averaged(source, total, channels),
        helper.make_node("Div", [total, share], [mean], node.name),
    ]  # fmt: skip
