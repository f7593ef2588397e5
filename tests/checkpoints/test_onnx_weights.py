"""What was released comes back as weights, and what does not fit is refused; tests/export reads back what it writes."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from torch import nn

from textrm.checkpoints.onnx_weights import read_onnx
from textrm.checkpoints.weights import load_weights
from textrm.errors import UserError
from textrm.export.released import released
from textrm.export.wrappers import exported
from textrm.nets.encoders.xception import XceptionEncoder
from textrm.nets.layers.phases import with_dilation
from textrm.nets.segmentation.decoder import Decoder
from textrm.nets.segmentation.pooling import Pointwise
from textrm.nets.segmentation.segmenter import Segmenter
from textrm.page.models.model import WEIGHTS
from textrm.runs.config import CONFIG_FOLDER

pytestmark = pytest.mark.slow


def small_xception() -> Segmenter:
    decoder = partial(Decoder, channels=8, skip_channels=8, depth=1, fine_channels=8)
    return Segmenter(XceptionEncoder(0.125, 1, 1), partial(Pointwise, out_channels=8), decoder)


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
