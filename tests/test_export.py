"""The ONNX file computes what torch computes, says what it is, and int8 has its price measured."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
import yaml

from textrm.errors import UserError
from textrm.export import Exported, check_targets, export, load_run, parity
from textrm.nets.decoder import Decoder
from textrm.nets.phases import with_dilation
from textrm.nets.pooling import Pointwise
from textrm.nets.segmenter import Segmenter
from textrm.nets.xception import XceptionEncoder
from textrm.quantize import calibration_crops, pixel_ap, quantize


def tiny() -> Segmenter:
    torch.manual_seed(0)
    net = Segmenter(
        XceptionEncoder(width=0.125, middle_blocks=2, exit_blocks=2),
        partial(Pointwise, out_channels=8),
        partial(Decoder, channels=8, skip_channels=8, depth=1, fine_channels=8),
    )
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):  # statistics that folding could get wrong
            module.running_mean.uniform_(-0.5, 0.5)
            module.running_var.uniform_(0.5, 2.0)
    return net.eval()


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("export") / "model.onnx"
    assert export(tiny(), out, run="a run", threshold=0.4, low=0.2) < 1e-4
    return out


def test_any_size_and_batch_equals_torch(exported: Path) -> None:
    session = onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])
    for shape in ((1, 32, 32, 3), (3, 64, 96, 3), (2, 40, 8, 3)):
        image = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
        (found,) = session.run(None, {"image": image})
        with torch.inference_mode():
            expected = Exported(with_dilation(tiny()))(torch.from_numpy(image)).numpy()
        assert found.shape == (shape[0], 1, *shape[1:3])
        assert found.dtype == np.float32
        assert np.abs(found - expected).max() < 1e-4


def test_metadata(exported: Path) -> None:
    found = {entry.key: entry.value for entry in onnx.load(exported).metadata_props}
    assert found["textrm.task"] == "segmentation"
    assert found["textrm.stride"] == "8"
    assert found["textrm.run"] == "a run"
    assert found["textrm.threshold"] == "0.4"
    assert found["textrm.low"] == "0.2"


def test_parity_refuses_another_net(exported: Path) -> None:
    other = tiny()
    with torch.no_grad():
        next(other.decoder.head.parameters()).add_(0.5)
    with pytest.raises(UserError, match="differs from torch"):
        parity(Exported(other), exported, 32)


def test_int8_keeps_metadata_and_measures_its_price(exported: Path, drawn: Path, tmp_path: Path) -> None:
    crops = calibration_crops(drawn, "train", count=4, size=96, seed=0)
    drop = quantize(exported, tmp_path / "int8.onnx", crops, crops)
    assert drop.float_ap == pixel_ap(str(exported), crops)
    assert drop.int8_ap == pixel_ap(str(tmp_path / "int8.onnx"), crops)
    graph = onnx.load(tmp_path / "int8.onnx")
    assert {entry.key: entry.value for entry in graph.metadata_props}["textrm.stride"] == "8"
    assert any(tensor.data_type == onnx.TensorProto.INT8 for tensor in graph.graph.initializer)
    assert (tmp_path / "int8.onnx").stat().st_size < exported.stat().st_size


def test_calibration_crops_show_lettering(drawn: Path) -> None:
    crops = calibration_crops(drawn, "train", count=8, size=64, seed=0)
    assert len(crops) == 8
    assert all(crop.image.shape == (64, 64, 3) and crop.mask.shape == (64, 64) for crop in crops)
    assert sum(crop.mask.any() for crop in crops) >= 6
    with pytest.raises(UserError, match="no picture of split train of at least 4000×4000"):
        calibration_crops(drawn, "train", count=1, size=4000, seed=0)


def make_run(folder: Path, net: dict[str, object], state: dict[str, torch.Tensor]) -> Path:
    (folder / "checkpoints").mkdir(parents=True)
    (folder / "resolved.yaml").write_text(yaml.safe_dump({"net": net, "task": {"threshold": 0.5}}))
    torch.save({"state_dict": state}, folder / "checkpoints" / "best.ckpt")
    return folder


def test_run_is_rebuilt_from_its_yaml(tmp_path: Path) -> None:
    weight = torch.full((1, 3, 1, 1), 0.25)
    net = {"_target_": "torch.nn.Conv2d", "in_channels": 3, "out_channels": 1, "kernel_size": 1, "bias": False}
    run = make_run(tmp_path / "run", net, {"net.weight": weight, "other": torch.zeros(1)})
    found, resolved = load_run(run)
    assert torch.equal(found.weight, weight)  # type: ignore[arg-type]
    assert not found.training
    assert resolved["task"]["threshold"] == 0.5
    narrow = make_run(tmp_path / "narrow", net, {"net.weight": weight[:, :2]})
    with pytest.raises(UserError, match="do not fit"):
        load_run(narrow)


def test_foreign_classes_are_refused(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", {"_target_": "os.system", "command": "true"}, {})
    with pytest.raises(UserError, match=r"builds os\.system"):
        load_run(run)
    with pytest.raises(UserError, match=r"builds builtins\.eval"):
        check_targets({"_target_": "textrm.nets.x", "parts": [{"_target_": "builtins.eval"}]})


def test_not_a_run(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"is not a finished run: there is no resolved\.yaml"):
        load_run(tmp_path)
