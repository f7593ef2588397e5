"""The ONNX file computes what torch computes, says what it is, and int8 has its price measured."""

from __future__ import annotations

import pickle
import re
import shutil
import sys
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime
import pytest
import torch
import yaml
from hydra.utils import instantiate
from PIL import Image

from textrm.errors import UserError
from textrm.export import check_targets, export, load_run, main, parity
from textrm.exported import ExportedInpainter, ExportedSegmenter
from textrm.nets.attention import AttentionConvolution
from textrm.nets.gated import SeparableGatedConvolution
from textrm.nets.inpainter_fast import FastInpainter
from textrm.nets.inpainting_unet import InpaintingUNet
from textrm.nets.phases import with_dilation
from textrm.nets.segmenter import Segmenter
from textrm.nets.stages import DeepStage, InvertedResidualStage
from textrm.page import Inpainter
from textrm.quantize import calibration_crops, pixel_ap, quantize

CONVOLUTION = {"_target_": "torch.nn.Conv2d", "in_channels": 3, "out_channels": 1, "kernel_size": 1, "bias": False}
TINY = {
    "_target_": "textrm.nets.segmenter.Segmenter",
    "encoder": {
        "_target_": "textrm.nets.xception.XceptionEncoder",
        "width": 0.125,
        "middle_blocks": 2,
        "exit_blocks": 2,
    },
    "pooling": {"_target_": "textrm.nets.pooling.Pointwise", "_partial_": True, "out_channels": 8},
    "decoder": {
        "_target_": "textrm.nets.decoder.Decoder",
        "_partial_": True,
        "channels": 8,
        "skip_channels": 8,
        "depth": 1,
        "fine_channels": 8,
    },
}


def tiny() -> Segmenter:
    torch.manual_seed(0)
    net: Segmenter = instantiate(TINY)
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
            expected = ExportedSegmenter(with_dilation(tiny()))(torch.from_numpy(image)).numpy()
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
        parity(ExportedSegmenter(other), exported)


def test_int8_keeps_metadata_and_measures_its_price(exported: Path, drawn: Path, tmp_path: Path) -> None:
    crops = calibration_crops(drawn, "train", count=4, size=96, seed=0)
    price = quantize(exported, tmp_path / "int8.onnx", crops, crops)
    assert price.float_graph == pixel_ap(str(exported), crops)
    assert price.int8_graph == pixel_ap(str(tmp_path / "int8.onnx"), crops)
    graph = onnx.load(tmp_path / "int8.onnx")
    assert {entry.key: entry.value for entry in graph.metadata_props}["textrm.stride"] == "8"
    assert any(tensor.data_type == onnx.TensorProto.INT8 for tensor in graph.graph.initializer)
    assert (tmp_path / "int8.onnx").stat().st_size < exported.stat().st_size


def test_calibration_passes_over_pictures_that_cannot_be_read(drawn: Path, tmp_path: Path) -> None:
    shutil.copytree(drawn.parent, tmp_path / "set")
    lines = drawn.read_text().splitlines()
    lost = next(line for line in lines if ",train" in line).split(",")[0]
    (tmp_path / "set" / "image" / f"{lost}.png").unlink()
    crops = calibration_crops(tmp_path / "set" / drawn.name, "train", count=24, size=96, seed=0)
    assert len(crops) == 24
    assert lost not in {crop.id for crop in crops}


def test_calibration_crops_show_lettering(drawn: Path) -> None:
    crops = calibration_crops(drawn, "train", count=8, size=64, seed=0)
    assert len(crops) == 8
    assert all(crop.image.shape == (64, 64, 3) and crop.mask.shape == (64, 64) for crop in crops)
    masks = {path.stem: cv2.imread(str(path)).any() for path in (drawn.parent / "mask").iterdir()}
    on_lettering = [crop.mask.any() for place, crop in enumerate(crops) if place % 4 and masks[crop.id]]
    assert on_lettering
    assert all(on_lettering)
    with pytest.raises(UserError, match="no picture of split train of at least 4000×4000"):
        calibration_crops(drawn, "train", count=1, size=4000, seed=0)


def make_run(folder: Path, net: dict[str, object], state: dict[str, torch.Tensor]) -> Path:
    (folder / "checkpoints").mkdir(parents=True)
    (folder / "resolved.yaml").write_text(yaml.safe_dump({"net": net, "task": {"threshold": 0.5}}))
    torch.save({"state_dict": state}, folder / "checkpoints" / "best.ckpt")
    return folder


def test_run_is_rebuilt_from_its_yaml(tmp_path: Path) -> None:
    weight = torch.full((1, 3, 1, 1), 0.25)
    run = make_run(tmp_path / "run", CONVOLUTION, {"net.weight": weight, "other": torch.zeros(1)})
    found, resolved = load_run(run)
    assert torch.equal(found.weight, weight)  # type: ignore[arg-type]
    assert not found.training
    assert resolved["task"]["threshold"] == 0.5
    narrow = make_run(tmp_path / "narrow", CONVOLUTION, {"net.weight": weight[:, :2]})
    with pytest.raises(UserError, match="do not fit"):
        load_run(narrow)


FOREIGN = (
    "os.system",
    "textrm.checkpoint.torch.load",
    "textrm.nets.segmenter.torch.load",
    "textrm.page.read.np.load",
    "textrm.files.Path",
    "textrm.nets.phases.with_dilation",
    "textrm.nets.x",
)


@pytest.mark.parametrize("target", FOREIGN)
def test_foreign_classes_are_refused(target: str, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", {"_target_": target, "command": "true"}, {})
    with pytest.raises(UserError, match=rf"builds {target.replace('.', '[.]')}:"):
        load_run(run)
    with pytest.raises(UserError, match=rf"builds {target.replace('.', '[.]')}:"):
        check_targets({"_target_": "torch.nn.Sequential", "parts": [{"_target_": target}]})


@pytest.mark.parametrize("content", [b"no checkpoint", b"", pickle.dumps({"state": 1}, 2)])
def test_foreign_checkpoints_are_refused(content: bytes, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", CONVOLUTION, {})
    (run / "checkpoints" / "best.ckpt").write_bytes(content)
    with pytest.raises(UserError, match=r"is not a checkpoint of textrm\.train"):
        load_run(run)


@pytest.mark.parametrize("content", ["", "net: [", "task: {}", "net: {a: ${b}}"])
def test_broken_configurations_are_refused(content: str, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", CONVOLUTION, {})
    (run / "resolved.yaml").write_text(content)
    with pytest.raises(UserError, match=r"resolved\.yaml is not the configuration of a run"):
        load_run(run)


def export_main(monkeypatch: pytest.MonkeyPatch, *overrides: str) -> None:
    monkeypatch.setattr(sys, "argv", ["textrm.export", *overrides])
    main()


def test_command_writes_refuses_and_is_forced(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = make_run(tmp_path / "run", TINY, {f"net.{name}": value for name, value in tiny().state_dict().items()})
    out = tmp_path / "model.onnx"
    common = (f"run={run}", f"out={out}", f"manifest={drawn}", "crops=4", "crop=96")
    export_main(monkeypatch, *common)
    size = out.stat().st_size
    assert "parity" in capsys.readouterr().out
    out.unlink()
    for refused, why in (("max_drop=-1", "more than max_drop=-1"), ("threshold=1.5", "threshold=1.5: expected")):
        with pytest.raises(SystemExit, match="1"):
            export_main(monkeypatch, *common, "int8=true", refused)
        assert why in capsys.readouterr().err
        assert [path.name for path in tmp_path.iterdir()] == ["run"]
    export_main(monkeypatch, *common, "int8=true", "max_drop=-1", "force=true")
    assert out.stat().st_size < size


def test_int8_is_refused_where_nothing_was_measured(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = make_run(tmp_path / "run", TINY, {f"net.{name}": value for name, value in tiny().state_dict().items()})
    for path in (drawn.parent / "mask").iterdir():
        (tmp_path / "mask").mkdir(exist_ok=True)
        Image.new("L", Image.open(path).size).save(tmp_path / "mask" / path.name)
    (tmp_path / "image").symlink_to(drawn.parent / "image")
    (tmp_path / "clean").symlink_to(drawn.parent / "clean")
    shutil.copy(drawn, tmp_path / "manifest.csv")
    with pytest.raises(SystemExit, match="1"):
        export_main(
            monkeypatch, f"run={run}", f"out={tmp_path / 'm.onnx'}", f"manifest={tmp_path / 'manifest.csv'}",
            "int8=true", "crops=4", "crop=96",
        )  # fmt: skip
    assert "int8 loses nan of AP" in capsys.readouterr().err


def test_not_a_run(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"is not a finished run: there is no resolved\.yaml"):
        load_run(tmp_path)


INPAINTERS = {
    "partial": {},
    "deep": {"stage": DeepStage},
    "separable": {"stage": InvertedResidualStage, "middle": (2,)},
    "gated": {"convolution": SeparableGatedConvolution},
    "attention": {"convolution": AttentionConvolution},
}


@pytest.mark.parametrize("name", [*INPAINTERS, "fast"])
def test_inpainting_nets_are_plain_graphs_of_any_size(name: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = FastInpainter(0.25) if name == "fast" else InpaintingUNet(**INPAINTERS[name], width=0.125, levels=2)
    out = tmp_path / "net.onnx"
    assert export(net.eval(), out, run="a run") < 1e-3
    kinds = {node.op_type for node in onnx.load(out).graph.node}
    assert not {kind for kind in kinds if kind.startswith(("Scatter", "Where", "Gather", "NonZero", "Loop", "If"))}
    model = ExportedInpainter(net)
    session = onnxruntime.InferenceSession(out, providers=["CPUExecutionProvider"])
    image, mask = model.noise(3, 2, 5)
    (found,) = session.run(None, {"image": image.numpy(), "mask": mask.numpy()})
    with torch.inference_mode():
        np.testing.assert_allclose(found, model.eval()(image, mask).numpy(), atol=1e-3)
    assert Inpainter(out, 1).stride == net.stride


def test_int8_of_an_inpainting_net_is_priced_in_decibels(drawn: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    export(FastInpainter(0.25).eval(), tmp_path / "net.onnx", run="a run")
    crops = calibration_crops(drawn, "val", 6, 64, 1, clean=True)
    price = quantize(tmp_path / "net.onnx", tmp_path / "int8.onnx", crops, crops)
    assert price.name == "PSNR in holes"
    assert 5 < price.float_graph < 60
    assert abs(price.drop) < 1
    assert Inpainter(tmp_path / "int8.onnx", 1).stride == 32
    kinds = [node.op_type for node in onnx.load(tmp_path / "int8.onnx").graph.node]
    assert "QuantizeLinear" in kinds
    assert kinds.index("AveragePool") < kinds.index("QuantizeLinear")  # the membrane stays in float


def test_calibration_of_an_inpainting_net_needs_clean_pictures(drawn: Path) -> None:
    bare = drawn.with_name("no_clean.csv")
    bare.write_text(re.sub(r",clean/[^,]+,", ",,", drawn.read_text()))
    with pytest.raises(UserError, match="to calibrate with that has a clean version"):
        calibration_crops(bare, "val", 2, 64, 1, clean=True)
