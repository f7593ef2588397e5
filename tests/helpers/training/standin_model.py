"""Stand-ins for trained weights: what is dark, on the mean of 5 x 5 pixels, is lettering; tags are colours."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import GraphProto, NodeProto, TensorProto, helper

from textrm.page import Cleaning, Result
from textrm.page.finding.features import FEATURES

DARK = 100.0  # the grey level that gives probability 0.5
METADATA = {"textrm.task": "segmentation", "textrm.stride": "8", "textrm.threshold": "0.5", "textrm.run": "stand-in"}


def write_model(path: Path, metadata: dict[str, str] = METADATA, name: str = "image", window: int = 5) -> Path:
    """prob = sigmoid((100 - mean grey level over a window) / 10); ``name`` is what the input is called."""
    image = helper.make_tensor_value_info(name, TensorProto.UINT8, ["n", "h", "w", 3])
    prob = helper.make_tensor_value_info("prob", TensorProto.FLOAT, ["n", 1, "h", "w"])
    nodes, constants = _darkness(name, "prob", window)
    _save(path, helper.make_graph(nodes, "stand-in", [image], [prob], constants), metadata)
    return path


def write_look(path: Path, metadata: Mapping[str, str] | None = None) -> Path:
    """One look of several: :func:`write_model`'s prob where the prior is above a tenth, else 0."""
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, ["n", "h", "w", 3])
    prior = helper.make_tensor_value_info("prior", TensorProto.UINT8, ["n", "h", "w"])
    prob = helper.make_tensor_value_info("prob", TensorProto.FLOAT, ["n", 1, "h", "w"])
    nodes, constants = _darkness("image", "dark_prob", 1)
    nodes += [
        helper.make_node("Greater", ["prior", "tenth"], ["told"]),
        helper.make_node("Cast", ["told"], ["seen"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["seen", "axis"], ["mask"]),
        helper.make_node("Mul", ["dark_prob", "mask"], ["prob"]),
    ]
    constants.append(helper.make_tensor("tenth", TensorProto.UINT8, [], [25]))
    stated = METADATA | {"textrm.looks": "4"} | dict(metadata or {})
    _save(path, helper.make_graph(nodes, "stand-in", [image, prior], [prob], constants), stated)
    return path


def verifier(gain: float = 1.0, inputs: Sequence[str] = ("views", "features")) -> bytes:
    """A verifier of words whose score is ``gain`` times the mean level of green around the word, of 255."""
    views = helper.make_tensor_value_info(inputs[0], TensorProto.UINT8, ["n", 3, 6, 64, 64])
    features = helper.make_tensor_value_info(inputs[1], TensorProto.FLOAT, ["n", FEATURES])
    score = helper.make_tensor_value_info("score", TensorProto.FLOAT, ["n"])
    nodes = [
        helper.make_node("Slice", [inputs[0], "green", "blue", "axis"], ["level"]),
        helper.make_node("Cast", ["level"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["numbers", "others"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["mean", "gain"], ["score"]),
    ]
    constants = [
        helper.make_tensor(name, TensorProto.INT64, [len(values)], values)
        for name, values in (("green", [1]), ("blue", [2]), ("axis", [2]), ("others", [1, 2, 3, 4]))
    ]
    constants.append(helper.make_tensor("gain", TensorProto.FLOAT, [], [gain / 255]))
    graph = helper.make_graph(nodes, "stand-in", [views, features], [score], constants)
    return _model(graph, {}).SerializeToString()


def _darkness(image: str, prob: str, window: int) -> tuple[list[NodeProto], list[TensorProto]]:
    """Nodes and constants from ``image`` by way of ``planes``, N 3 H W of 0-255, to ``prob``."""
    nodes = [
        helper.make_node("Cast", [image], ["pixels"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["pixels"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("ReduceMean", ["planes", "axis"], ["grey"], keepdims=1),
        helper.make_node("AveragePool", ["grey"], ["mean"], kernel_shape=[window, window], pads=[window // 2] * 4),
        helper.make_node("Sub", ["dark", "mean"], ["darker"]),
        helper.make_node("Mul", ["darker", "slope"], ["logit"]),
        helper.make_node("Sigmoid", ["logit"], [prob]),
    ]
    constants = [
        helper.make_tensor("axis", TensorProto.INT64, [1], [1]),
        helper.make_tensor("dark", TensorProto.FLOAT, [], [DARK]),
        helper.make_tensor("slope", TensorProto.FLOAT, [], [0.1]),
    ]
    return nodes, constants


def _save(path: Path, graph: GraphProto, metadata: Mapping[str, str]) -> None:
    onnx.save(_model(graph, metadata), path)


def _model(graph: GraphProto, metadata: Mapping[str, str]) -> onnx.ModelProto:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    for key, value in metadata.items():
        model.metadata_props.add(key=key, value=value)
    return model


def write_times(path: Path, source: Path, output: str, gain: float) -> Path:
    """A copy of ``source`` one of whose outputs is ``gain`` times what it was."""
    model = onnx.load(source)
    for node in model.graph.node:
        node.output[:] = ["unscaled" if name == output else name for name in node.output]
    model.graph.initializer.append(helper.make_tensor("gain", TensorProto.FLOAT, [], [gain]))
    model.graph.node.append(helper.make_node("Mul", ["unscaled", "gain"], [output]))
    onnx.save(model, path)
    return path


def write_cleaner(path: Path, metadata: Mapping[str, str] | None = None, blend: float | None = None) -> Path:
    """clean = image + blend (white - image), with :func:`write_model`'s prob as the blend.

    ``metadata`` is added to what the file states; a given ``blend`` is stated of every pixel, whatever the picture.
    """
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, ["n", "h", "w", 3])
    clean = helper.make_tensor_value_info("clean", TensorProto.FLOAT, ["n", "h", "w", 3])
    share = helper.make_tensor_value_info("blend", TensorProto.FLOAT, ["n", 1, "h", "w"])
    nodes, constants = _darkness("image", "prob", 5)
    nodes += [
        helper.make_node("Div", ["planes", "most"], ["picture"]),
        helper.make_node("Sub", ["one", "picture"], ["whiter"]),
        helper.make_node("Mul", ["whiter", "prob"], ["residual"]),
        helper.make_node("Add", ["picture", "residual"], ["drawn"]),
        helper.make_node("Transpose", ["drawn"], ["clean"], perm=[0, 2, 3, 1]),
        helper.make_node("Clip", ["prob", "least", "greatest"], ["blend"]),
    ]
    least, greatest = (0.0, 1.0) if blend is None else (blend, blend)
    for name, value in (("most", 255.0), ("one", 1.0), ("least", least), ("greatest", greatest)):
        constants.append(helper.make_tensor(name, TensorProto.FLOAT, [], [value]))
    stated = {"textrm.task": "cleaning", "textrm.stride": "8", "textrm.run": "stand-in"} | dict(metadata or {})
    _save(path, helper.make_graph(nodes, "stand-in", [image], [clean, share], constants), stated)
    return path


def write_inpainter(
    path: Path, metadata: dict[str, str] | None = None, inputs: tuple[str, str] = ("image", "mask")
) -> Path:
    """filled = the mean colour of what is known, 0 where nothing is; ``inputs`` are what the inputs are called."""
    image = helper.make_tensor_value_info(inputs[0], TensorProto.UINT8, ["n", "h", "w", 3])
    mask = helper.make_tensor_value_info(inputs[1], TensorProto.UINT8, ["n", "h", "w"])
    filled = helper.make_tensor_value_info("filled", TensorProto.FLOAT, ["n", "h", "w", 3])
    nodes = [
        helper.make_node("Cast", [inputs[0]], ["levels"], to=TensorProto.FLOAT),
        helper.make_node("Div", ["levels", "most"], ["picture"]),
        helper.make_node("Cast", [inputs[1]], ["hole"], to=TensorProto.FLOAT),
        helper.make_node("Sub", ["one", "hole"], ["flat"]),
        helper.make_node("Unsqueeze", ["flat", "last"], ["known"]),
        helper.make_node("Mul", ["picture", "known"], ["seen"]),
        helper.make_node("ReduceSum", ["seen", "places"], ["sum"], keepdims=1),
        helper.make_node("ReduceSum", ["known", "places"], ["count"], keepdims=1),
        helper.make_node("Max", ["count", "one"], ["divisor"]),
        helper.make_node("Div", ["sum", "divisor"], ["mean"]),
        helper.make_node("Shape", ["picture"], ["size"]),
        helper.make_node("Expand", ["mean", "size"], ["filled"]),
    ]
    constants = [
        helper.make_tensor("most", TensorProto.FLOAT, [], [255.0]),
        helper.make_tensor("one", TensorProto.FLOAT, [], [1.0]),
        helper.make_tensor("last", TensorProto.INT64, [1], [3]),
        helper.make_tensor("places", TensorProto.INT64, [2], [1, 2]),
    ]
    graph = helper.make_graph(nodes, "stand-in", [image, mask], [filled], constants)
    _save(path, graph, {"textrm.task": "inpainting", "textrm.stride": "8"} if metadata is None else metadata)
    return path


COLOURS = ("red", "green", "blue")
LOOKS = ((0.0, 0.0, 1.0, 1.0), (0.0, 0.0, 0.5, 0.5), (0.5, 0.0, 1.0, 0.5), (0.0, 0.5, 0.5, 1.0), (0.5, 0.5, 1.0, 1.0))


def write_tagger(
    path: Path,
    labels: Sequence[str] = COLOURS,
    looks: Sequence[Sequence[float]] = LOOKS,
    size: int = 64,
    metadata: dict[str, str | None] | None = None,
    tags: int | None = None,
) -> Path:
    """prob of tag t at a look = mean level of channel t % 3 in the look's box of the square, divided by 255.

    ``metadata`` replaces what the file states (None: it does not); ``tags`` is T where it is not one for each label.
    """
    count = len(labels) if tags is None else tags
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, ["n", "h", "w", 3])
    prob = helper.make_tensor_value_info("prob", TensorProto.FLOAT, ["n", len(looks), count])
    boxes = helper.make_tensor_value_info("looks", TensorProto.FLOAT, ["n", len(looks), 4])
    nodes = [helper.make_node("Cast", ["image"], ["picture"], to=TensorProto.FLOAT)]
    constants = [
        helper.make_tensor("most", TensorProto.FLOAT, [], [255.0]),
        helper.make_tensor("places", TensorProto.INT64, [2], [1, 2]),
        helper.make_tensor("second", TensorProto.INT64, [1], [1]),
        helper.make_tensor("rest", TensorProto.INT64, [2], [1, 1]),
        helper.make_tensor("channels", TensorProto.INT64, [count], [tag % 3 for tag in range(count)]),
        helper.make_tensor("boxes", TensorProto.FLOAT, [1, len(looks), 4], np.ravel(looks).tolist()),
    ]
    for look, (x0, y0, x1, y1) in enumerate(looks):
        for name, corner in ((f"start{look}", (y0, x0)), (f"stop{look}", (y1, x1))):
            constants.append(helper.make_tensor(name, TensorProto.INT64, [2], [round(side * size) for side in corner]))
        nodes += [
            helper.make_node("Slice", ["picture", f"start{look}", f"stop{look}", "places"], [f"crop{look}"]),
            helper.make_node("ReduceMean", [f"crop{look}", "places"], [f"mean{look}"], keepdims=0),
            helper.make_node("Gather", [f"mean{look}", "channels"], [f"tags{look}"], axis=1),
            helper.make_node("Unsqueeze", [f"tags{look}", "second"], [f"row{look}"]),
        ]
    nodes += [
        helper.make_node("Concat", [f"row{look}" for look in range(len(looks))], ["means"], axis=1),
        helper.make_node("Div", ["means", "most"], ["prob"]),
        helper.make_node("Shape", ["picture"], ["pictures"], end=1),
        helper.make_node("Concat", ["pictures", "rest"], ["copies"], axis=0),
        helper.make_node("Expand", ["boxes", "copies"], ["looks"]),
    ]
    graph = helper.make_graph(nodes, "stand-in", [image], [prob, boxes], constants)
    stated = {"textrm.task": "tagging", "textrm.stride": "8", "textrm.size": str(size), "textrm.threshold": "0.5",
              "textrm.labels": json.dumps(list(labels), ensure_ascii=False), "textrm.run": "stand-in"}  # fmt: skip
    _save(path, graph, {key: value for key, value in (stated | (metadata or {})).items() if value is not None})
    return path


def cleaned_copy(cleaning: Cleaning, page: np.ndarray) -> Result:
    """What comes of a page, which stays as it is."""
    before = page.copy()
    result = cleaning(page)
    assert isinstance(result, Result)
    assert np.array_equal(page, before)
    return result


def lettered_page(height: int = 96, width: int = 80) -> np.ndarray:
    """White paper with two black bars for letters, H W 3 uint8."""
    page = np.full((height, width, 3), 255, np.uint8)
    page[20:32, 16:24] = 0
    page[20:32, 30:38] = 0
    return page
