from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from textrm.export.pooling import without_pools


def _pool(channels: int, **how: object) -> onnx.ModelProto:
    shown = helper.make_tensor_value_info("shown", TensorProto.FLOAT, ["n", channels, "h", "w"])
    mean = helper.make_tensor_value_info("mean", TensorProto.FLOAT, ["n", channels, None, None])
    # What goes into the pool is known by its shape in between, as in an exported net.
    nodes = [helper.make_node("Neg", ["shown"], ["same"]), helper.make_node("AveragePool", ["same"], ["mean"], **how)]
    graph = helper.make_graph(nodes, "pool", [shown], [mean])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def _averaged(model: onnx.ModelProto, shown: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"shown": shown})[0]


@pytest.mark.parametrize(
    "how",
    [{"kernel_shape": [2, 2], "strides": [2, 2]}, {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}],
    ids=["halved", "around"],
)
def test_averages_stay_at_the_border_too(how: dict[str, object]) -> None:
    shown = np.random.default_rng(0).random((2, 3, 8, 6), np.float32)
    changed = without_pools(_pool(3, **how))
    assert "AveragePool" not in {node.op_type for node in changed.graph.node}
    np.testing.assert_allclose(_averaged(changed, shown), _averaged(_pool(3, **how), shown), atol=1e-6)


def test_pools_that_it_would_not_do_better_or_not_alike_stay() -> None:
    counted = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "count_include_pad": 1}
    for kept in (_pool(3, **counted), _pool(16, kernel_shape=[2, 2], strides=[2, 2])):
        assert "AveragePool" in {node.op_type for node in without_pools(kept).graph.node}
