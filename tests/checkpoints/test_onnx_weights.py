"""What was exported comes back: a net read from its ONNX file computes what it did before."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from exported_once import ExportedOnce
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from net_contract import SHALLOW
from torch import nn

from textrm.checkpoints.onnx_weights import read_onnx
from textrm.checkpoints.weights import load_weights
from textrm.errors import UserError
from textrm.export.graph import export
from textrm.export.released import released
from textrm.export.wrappers import exported
from textrm.nets.encoders.mobilenet import MobileNetV2Encoder
from textrm.nets.encoders.xception import XceptionEncoder
from textrm.nets.inpainting.gated import SeparableGatedConvolution
from textrm.nets.inpainting.inpainter_fast import FastInpainter
from textrm.nets.inpainting.inpainting_unet import InpaintingUNet
from textrm.nets.layers.phases import with_dilation
from textrm.nets.segmentation.decoder import Decoder
from textrm.nets.segmentation.pooling import Pointwise
from textrm.nets.segmentation.segmenter import Segmenter
from textrm.page.models.model import WEIGHTS
from textrm.runs.config import CONFIG_FOLDER

pytestmark = pytest.mark.slow


def segmenter(encoder: nn.Module, upsampling: str = "pixel_shuffle") -> Segmenter:
    decoder = partial(Decoder, channels=8, skip_channels=8, depth=1, fine_channels=8)
    return Segmenter(encoder, partial(Pointwise, out_channels=8), decoder, upsampling)


def small_xception(upsampling: str = "pixel_shuffle", blocks: int = 1) -> Segmenter:
    return segmenter(XceptionEncoder(0.125, middle_blocks=blocks, exit_blocks=blocks), upsampling)


NETS = {
    "xception": small_xception,
    "transposed": partial(small_xception, upsampling="transposed", blocks=0),
    "mobilenet": lambda: segmenter(MobileNetV2Encoder(0.25, scse=True)),
    "fast": partial(FastInpainter, channels=(8, 8), blocks=(1, 1)),
    "gated": partial(InpaintingUNet, convolution=SeparableGatedConvolution, width=0.125, levels=2),
}


def trained(make: partial[nn.Module]) -> nn.Module:
    """As after training: no two tensors are equal, and BatchNorm has seen something."""
    torch.manual_seed(0)
    net = make()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter += 0.1 * torch.randn_like(parameter)
        for module in net.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.running_mean.uniform_(-0.5, 0.5)
                module.running_var.uniform_(0.5, 2.0)
    return net.eval()


@pytest.mark.parametrize("name", NETS)
def test_a_net_that_was_exported_comes_back(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textrm.nets.encoders.mobilenet.STAGES", SHALLOW)
    net = trained(NETS[name])
    export(net, tmp_path / "net.onnx", run="a run")
    torch.manual_seed(1)
    found = NETS[name]().eval()
    load_weights(found, tmp_path / "net.onnx")
    noise = exported(net).noise(2, 12, 8)
    with torch.inference_mode():
        expected, made = exported(net)(*noise), exported(found)(*noise)
    assert expected.std() > 1e-3
    torch.testing.assert_close(made, expected, rtol=0, atol=5e-6)  # folding rounds


def test_biases_of_zeros_which_are_not_stored_come_back(exported_once: ExportedOnce, tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = FastInpainter(channels=(8, 8), blocks=(1, 1)).eval()  # untrained: the biases of all its BatchNorm are 0
    exported_once(net, tmp_path / "net.onnx", run="a run")
    weights, facts = read_onnx(tmp_path / "net.onnx")
    assert weights.keys() == net.state_dict().keys()
    assert (weights["unet.down.1.1.bias"] == 0).all()
    assert facts["textrm.task"] == "inpainting"


@pytest.mark.parametrize("name", ["xception_fast", "inpaint_fast"])
def test_the_released_weights_are_those_of_the_released_graph(name: str) -> None:
    with initialize_config_dir(str(CONFIG_FOLDER), version_base="1.3"):
        net = instantiate(compose("train", [f"net={name}"]).net).eval()
    load_weights(net, released(net))
    model = exported(with_dilation(net))
    noise = model.noise(1, 8, 12)
    session = onnxruntime.InferenceSession(released(net), providers=["CPUExecutionProvider"])
    (expected,) = session.run(None, {key: value.numpy() for key, value in zip(model.inputs, noise, strict=True)})
    with torch.inference_mode():
        np.testing.assert_allclose(model(*noise).numpy(), expected, rtol=0, atol=1e-5)


def test_the_released_inpainting_net_begins_a_cleaner() -> None:
    with initialize_config_dir(str(CONFIG_FOLDER), version_base="1.3"):
        net = instantiate(compose("train", ["net=clean_cascade"]).net)
    with pytest.raises(UserError, match=r"only int8 weights of cleaning are released, .*inpaint\.float\.onnx"):
        released(net)
    path = WEIGHTS / "inpaint.float.onnx"
    load_weights(net, path, growing=True)
    assert torch.equal(net.paint.head.bias, read_onnx(path)[0]["unet.head.bias"])
    assert not net.paint.stem[0].weight[:, 16:].any()


def refused(net: nn.Module, path: Path) -> str:
    before = {name: value.clone() for name, value in net.state_dict().items()}
    with pytest.raises(UserError) as caught:
        load_weights(net, path, growing=True)
    assert "\n" not in str(caught.value)
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    return str(caught.value)


def test_what_does_not_fit_is_refused_in_one_line(tmp_path: Path, model_file: Path) -> None:
    net = small_xception()
    assert "find.onnx has int8 weights, which cannot be trained: give the float file" in refused(
        net, WEIGHTS / "find.onnx"
    )
    other_task = refused(net, WEIGHTS / "inpaint.float.onnx")
    assert "inpaint.float.onnx (inpainting) do not fit the net: encoder.stem.0.0.weight is missing; " in other_task
    other_depth = refused(net, WEIGHTS / "segment.float.onnx")
    assert "encoder.eighth.1.1.body.0.0.weight has no place; " in other_depth
    with initialize_config_dir(str(CONFIG_FOLDER), version_base="1.3"):
        wide = instantiate(compose("train", ["net=xception_fast", "net.encoder.width=0.5"]).net)
    other_width = refused(wide, WEIGHTS / "segment.float.onnx")
    assert "encoder.stem.1.0.weight is (24, 16, 3, 3) for (32, 16, 3, 3); " in other_width
    (tmp_path / "text.onnx").write_text("no graph")
    assert "text.onnx cannot be read as ONNX" in refused(net, tmp_path / "text.onnx")
    assert "holds no weights of a net of textrm" in refused(net, model_file)
    assert "there is no checkpoint" in refused(net, tmp_path / "none.onnx")
