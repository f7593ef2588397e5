from __future__ import annotations

import base64

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from textrm.page.models.model import WEIGHTS
from textrm.page.models.session import SEVEN_BITS, open_session

CHANNELS, LARGEST = 32, 127
SHOWN = {"image": np.full((1, CHANNELS, 4, 4), 255, np.float32)}


def file_of(weight: int, seven_bits: bool) -> bytes:
    """A convolution of ``CHANNELS`` bright channels with one 8-bit weight for all of them, as it is quantised."""

    def constant(name: str, values: np.ndarray) -> TensorProto:
        return numpy_helper.from_array(values, name)

    parts = [
        constant("one", np.array(1, np.float32)), constant("none", np.array(0, np.uint8)),
        constant("weights", np.full((CHANNELS, CHANNELS, 3, 3), weight, np.int8)),
        constant("zero", np.array(0, np.int8)), constant("large", np.array(2**16, np.float32)),
    ]  # fmt: skip
    nodes = [
        helper.make_node("QuantizeLinear", ["image", "one", "none"], ["image8"]),
        helper.make_node("DequantizeLinear", ["image8", "one", "none"], ["pixels"]),
        helper.make_node("DequantizeLinear", ["weights", "one", "zero"], ["kernel"]),
        helper.make_node("Conv", ["pixels", "kernel"], ["sums"], pads=[0, 0, 0, 0]),
        helper.make_node("QuantizeLinear", ["sums", "large", "none"], ["sums8"]),
        helper.make_node("DequantizeLinear", ["sums8", "large", "none"], ["out"]),
    ]
    shape = [1, CHANNELS, 4, 4]
    graph = helper.make_graph(
        nodes, "sums", [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, None)], parts,
    )  # fmt: skip
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    if seven_bits:
        model.metadata_props.add(key=SEVEN_BITS.decode(), value="true")
    return model.SerializeToString()


@pytest.mark.parametrize(("weight", "seven_bits"), [(LARGEST, False), (64, True), (-64, True), (5, False)])
def test_no_processor_adds_up_wrongly(weight: int, seven_bits: bool) -> None:
    (found,) = open_session(file_of(weight, seven_bits), 1).run(None, SHOWN)
    exact = np.clip(np.rint(CHANNELS * 9 * 255 * weight / 2**16), 0, 255) * 2**16
    assert found.shape == (1, CHANNELS, 2, 2)
    assert (found == exact).all()


def verifiers() -> bytes:
    metadata = onnx.load(WEIGHTS / "find.onnx").metadata_props
    return base64.b64decode(next(entry.value for entry in metadata if entry.key == "textrm.verifier"))


@pytest.mark.parametrize("name", ["find.onnx", "inpaint.onnx", "clean.onnx", "the verifiers"])
def test_the_released_weights_fit_into_seven_bits(name: str) -> None:
    data = verifiers() if name == "the verifiers" else (WEIGHTS / name).read_bytes()
    assert SEVEN_BITS in data
    stored = [numpy_helper.to_array(entry) for entry in onnx.load_from_string(data).graph.initializer]
    weights = [values for values in stored if values.dtype == np.int8 and values.ndim == 4]
    assert len(weights) > 20
    assert max(np.abs(values.astype(int)).max() for values in weights) == 64
