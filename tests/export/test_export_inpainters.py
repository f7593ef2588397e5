"""Inpainting nets are plain graphs of any size, whose weights come back, and int8 of them is priced in decibels."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from coming_back import check_coming_back, trained

from textrm.export.calibration import calibration_crops
from textrm.export.graph import export
from textrm.export.quantisation import quantize
from textrm.export.wrappers import ExportedInpainter
from textrm.nets.inpainting import inpainter_fast
from textrm.nets.inpainting.attention import AttentionConvolution
from textrm.nets.inpainting.gated import SeparableGatedConvolution
from textrm.nets.inpainting.inpainter import Inpainter as Net
from textrm.nets.inpainting.inpainter_fast import FastInpainter
from textrm.nets.inpainting.inpainting_unet import InpaintingUNet
from textrm.nets.inpainting.stages import DeepStage, InvertedResidualStage
from textrm.page import InpaintingModel

pytestmark = pytest.mark.slow


make_fast = partial(FastInpainter, channels=(8, 8), blocks=(1, 1))


@pytest.fixture(scope="module", autouse=True)
def low_pyramid() -> Iterator[None]:
    """Exporting takes a time that grows with the number of levels; test_inpainting exports all of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inpainter_fast, "LEVELS", 2)
        yield


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory) -> tuple[FastInpainter, Path]:
    net, out = trained(make_fast()), tmp_path_factory.mktemp("fast") / "net.onnx"
    assert export(net, out, run="a run") < 1e-3
    return net, out


INPAINTERS = {
    "partial": {},
    "deep": {"stage": DeepStage},
    "separable": {"stage": InvertedResidualStage, "middle": (2,)},
    "gated": {"convolution": SeparableGatedConvolution},
    "attention": {"convolution": AttentionConvolution},
}


@pytest.mark.parametrize("name", INPAINTERS)
def test_inpainting_nets_are_plain_graphs_of_any_size(name: str, tmp_path: Path) -> None:
    make, out = partial(InpaintingUNet, **INPAINTERS[name], width=0.125, levels=2), tmp_path / "net.onnx"
    net = trained(make())
    assert export(net, out, run="a run") < 1e-3
    check_inpainting_graph(net, out)
    if name in ("gated", "attention"):  # what updates the masks of the others is no layer of the graph
        check_coming_back(net, out, make)


def test_the_fast_inpainting_net_is_a_plain_graph_of_any_size(fast: tuple[FastInpainter, Path]) -> None:
    check_inpainting_graph(*fast)
    check_coming_back(*fast, make_fast)


def check_inpainting_graph(net: Net, out: Path) -> None:
    kinds = {node.op_type for node in onnx.load(out).graph.node}
    assert not {kind for kind in kinds if kind.startswith(("Scatter", "Where", "Gather", "NonZero", "Loop", "If"))}
    model = ExportedInpainter(net)
    session = onnxruntime.InferenceSession(out, providers=["CPUExecutionProvider"])
    image, mask = model.noise(3, 2, 5)
    (found,) = session.run(None, {"image": image.numpy(), "mask": mask.numpy()})
    with torch.inference_mode():
        np.testing.assert_allclose(found, model.eval()(image, mask).numpy(), atol=1e-3)
    assert InpaintingModel(out, 1).stride == net.stride


def test_int8_of_an_inpainting_net_is_priced_in_decibels(
    fast: tuple[FastInpainter, Path], drawn: Path, tmp_path: Path
) -> None:
    crops = calibration_crops(drawn, "val", 6, 64, 1, clean=True)
    price = quantize(fast[1], tmp_path / "int8.onnx", crops, crops)
    assert price.name == "PSNR in holes"
    assert 5 < price.float_graph < 60
    assert abs(price.drop) < 1
    assert InpaintingModel(tmp_path / "int8.onnx", 1).stride == fast[0].stride == 4
    kinds = [node.op_type for node in onnx.load(tmp_path / "int8.onnx").graph.node]
    assert "QuantizeLinear" in kinds
    assert kinds.index("AveragePool") < kinds.index("QuantizeLinear")  # the membrane stays in float
