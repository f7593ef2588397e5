"""The ONNX file computes what torch computes, says what it is, and int8 has its price measured."""

from __future__ import annotations

import pickle
import re
import shutil
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import onnxruntime
import pytest
import torch
import yaml
from hydra.utils import instantiate
from PIL import Image

from textrm.checkpoints.run_net import check_targets, load_run
from textrm.errors import UserError
from textrm.export.__main__ import main
from textrm.export.calibration import calibration_crops
from textrm.export.graph import export, parity
from textrm.export.quantisation import pixel_ap, quantize
from textrm.export.wrappers import ExportedInpainter, ExportedSegmenter
from textrm.nets.inpainting.attention import AttentionConvolution
from textrm.nets.inpainting.gated import SeparableGatedConvolution
from textrm.nets.inpainting.inpainter import Inpainter as Net
from textrm.nets.inpainting.inpainter_fast import FastInpainter
from textrm.nets.inpainting.inpainting_unet import InpaintingUNet
from textrm.nets.inpainting.stages import DeepStage, InvertedResidualStage
from textrm.nets.layers.phases import with_dilation
from textrm.nets.segmentation.segmenter import Segmenter
from textrm.page import InpaintingModel
from textrm.runs.walk import changed

pytestmark = pytest.mark.slow

CONVOLUTION = {"_target_": "torch.nn.Conv2d", "in_channels": 3, "out_channels": 1, "kernel_size": 1, "bias": False}
IN_ROOM = re.compile(r"^textrm\.nets\.\w+\.")  # earlier versions had all nets in one folder
TINY: dict[str, Any] = {
    "_target_": "textrm.nets.segmentation.segmenter.Segmenter",
    "encoder": {
        "_target_": "textrm.nets.encoders.xception.XceptionEncoder",
        "width": 0.125,
        "middle_blocks": 2,
        "exit_blocks": 2,
    },
    "pooling": {
        "_target_": "textrm.nets.segmentation.pooling.ReceptiveFieldBlock",
        "_partial_": True,
        "out_channels": 16,
        "separable": True,
    },
    "decoder": {
        "_target_": "textrm.nets.segmentation.decoder.Decoder",
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
    """The file that the command makes of a run of an earlier version, which lies beside it as ``a run``."""
    folder = tmp_path_factory.mktemp("export")
    earlier = changed(TINY, lambda path, value: value if path[-1] != "_target_" else IN_ROOM.sub("textrm.nets.", value))
    assert earlier["encoder"]["_target_"] == "textrm.nets.xception.XceptionEncoder"
    earlier["encoder"]["weights"] = "runs/gone"  # what its training began with: its own follow
    run, out = make_tiny_run(folder / "a run", earlier), folder / "model.onnx"
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()) as said:
        export_main(patch, f"run={run}", f"out={out}", "threshold=0.4", "low=0.2")
    assert "parity" in said.getvalue()
    assert parity(ExportedSegmenter(with_dilation(tiny())), out) < 1e-4
    return out


@pytest.fixture
def no_second_export(exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command copies what was exported before: the same net would be the same file again, seconds later."""

    def copied(net: torch.nn.Module, out: Path, run: str, **facts: Any) -> float:
        assert all(
            torch.equal(a, b) for a, b in zip(net.state_dict().values(), tiny().state_dict().values(), strict=True)
        )
        shutil.copy(exported, out)
        return 0.0

    monkeypatch.setattr("textrm.export.__main__.export", copied)


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory) -> tuple[FastInpainter, Path]:
    torch.manual_seed(0)
    net, out = FastInpainter(channels=(8, 8), blocks=(1, 1)).eval(), tmp_path_factory.mktemp("fast") / "net.onnx"
    assert export(net, out, run="a run") < 1e-3
    return net, out


def test_any_size_and_batch_equals_torch(exported: Path) -> None:
    session = onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])
    net = tiny()
    for shape in ((1, 5 * net.stride, 2 * net.stride, 3), (3, net.stride, 6 * net.stride, 3)):
        image = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
        (found,) = session.run(None, {"image": image})
        with torch.no_grad():  # with phases, as the net was trained
            logits = net(torch.from_numpy(image).permute(0, 3, 1, 2) / 255).numpy()
        np.testing.assert_allclose(np.log(found / (1 - found)), logits, rtol=1e-3, atol=1e-4)
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
    on_lettering = [crop.mask.any() for number, crop in enumerate(crops) if number % 4 and masks[crop.id]]
    assert on_lettering
    assert all(on_lettering)
    with pytest.raises(UserError, match="no picture of split train of at least 4000×4000"):
        calibration_crops(drawn, "train", count=1, size=4000, seed=0)


def make_run(folder: Path, net: dict[str, object], state: dict[str, torch.Tensor]) -> Path:
    (folder / "checkpoints").mkdir(parents=True)
    (folder / "resolved.yaml").write_text(yaml.safe_dump({"net": net, "task": {"threshold": 0.5}}))
    torch.save({"state_dict": state}, folder / "checkpoints" / "best.ckpt")
    return folder


def make_tiny_run(folder: Path, net: dict[str, Any] = TINY) -> Path:
    return make_run(folder, net, {f"net.{name}": value for name, value in tiny().state_dict().items()})


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


def test_a_run_is_exported_with_weights_from_elsewhere(exported: Path, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", CONVOLUTION, {"net.weight": torch.zeros(1, 3, 1, 1)})
    other = make_run(tmp_path / "other", CONVOLUTION, {"net.weight": torch.full((1, 3, 1, 1), 0.5)})
    found, _ = load_run(run, str(other / "checkpoints" / "best.ckpt"))
    assert [weight.tolist() for weight in found.parameters()] == [[[[[0.5]], [[0.5]], [[0.5]]]]]
    moved = {f"net.{name}": value + 0.5 for name, value in tiny().state_dict().items()}
    moved_run = make_run(tmp_path / "moved", TINY, moved)
    image = torch.rand(1, 3, 32, 32)
    with torch.inference_mode():
        kept, taken = (load_run(moved_run, *checkpoint)[0](image) for checkpoint in ((), (str(exported),)))
        torch.testing.assert_close(taken, tiny()(image), rtol=1e-4, atol=1e-4)
    assert not torch.allclose(kept, taken, atol=0.1)
    with pytest.raises(UserError, match=r"there is no checkpoint .*none\.onnx"):
        load_run(moved_run, str(tmp_path / "none.onnx"))


@pytest.mark.parametrize("where", ["net", "task"])
def test_a_foreign_run_cannot_have_its_values_made_elsewhere(where: str, tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", CONVOLUTION, {})
    text = yaml.safe_load((run / "resolved.yaml").read_text())
    text[where]["kept"] = ["${oc.env:HOME}"]
    (run / "resolved.yaml").write_text(yaml.safe_dump(text))
    with pytest.raises(UserError, match=r"resolved.yaml holds \$\{oc.env:HOME\}: textrm.train writes values alone"):
        load_run(run)


FOREIGN = (
    "os.system",
    "textrm.checkpoints.weights.torch.load",
    "textrm.nets.segmentation.segmenter.torch.load",
    "textrm.pictures.read.np.load",
    "textrm.files.Path",
    "textrm.nets.layers.phases.with_dilation",
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


@pytest.mark.usefixtures("no_second_export")
def test_command_refuses_and_is_forced(
    exported: Path, drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run, out = make_tiny_run(tmp_path / "run"), tmp_path / "model.onnx"
    common = (f"run={run}", f"out={out}", f"manifest={drawn}", "crops=4", "crop=96")
    for refused, why in (("max_drop=-1", "more than max_drop=-1"), ("threshold=1.5", "threshold=1.5: expected")):
        with pytest.raises(SystemExit, match="1"):
            export_main(monkeypatch, *common, "int8=true", refused)
        assert why in capsys.readouterr().err
        assert [path.name for path in tmp_path.iterdir()] == ["run"]
    export_main(monkeypatch, *common, "int8=true", "max_drop=-1", "force=true")
    assert out.stat().st_size < exported.stat().st_size


@pytest.mark.usefixtures("no_second_export")
def test_int8_is_refused_where_nothing_was_measured(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = make_tiny_run(tmp_path / "run")
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


@pytest.mark.parametrize("name", INPAINTERS)
def test_inpainting_nets_are_plain_graphs_of_any_size(name: str, tmp_path: Path) -> None:
    torch.manual_seed(0)
    net, out = InpaintingUNet(**INPAINTERS[name], width=0.125, levels=2), tmp_path / "net.onnx"
    assert export(net.eval(), out, run="a run") < 1e-3
    check_inpainting_graph(net, out)


def test_the_fast_inpainting_net_is_a_plain_graph_of_any_size(fast: tuple[FastInpainter, Path]) -> None:
    check_inpainting_graph(*fast)


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
    assert InpaintingModel(tmp_path / "int8.onnx", 1).stride == 32
    kinds = [node.op_type for node in onnx.load(tmp_path / "int8.onnx").graph.node]
    assert "QuantizeLinear" in kinds
    assert kinds.index("AveragePool") < kinds.index("QuantizeLinear")  # the membrane stays in float


def test_calibration_of_an_inpainting_net_needs_clean_pictures(drawn: Path) -> None:
    bare = drawn.with_name("no_clean.csv")
    bare.write_text(re.sub(r",clean/[^,]+,", ",,", drawn.read_text()))
    with pytest.raises(UserError, match="to calibrate with that has a clean version"):
        calibration_crops(bare, "val", 2, 64, 1, clean=True)
