"""The ONNX file computes what torch computes, says what it is, and int8 has its price measured."""

from __future__ import annotations

import re
import shutil
from contextlib import redirect_stdout
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from coming_back import check_coming_back
from export_runs import CONVOLUTION, TINY, export_main, make_run, make_tiny_run, tiny
from hydra.utils import instantiate
from net_contract import check_onnx
from onnx import numpy_helper
from PIL import Image

from textrm.checkpoints.run_net import load_run
from textrm.errors import UserError
from textrm.export.calibration import calibration_crops
from textrm.export.graph import parity
from textrm.export.quantisation import pixel_ap, quantize
from textrm.export.wrappers import ExportedSegmenter
from textrm.nets.layers.phases import with_dilation
from textrm.runs.walk import changed

pytestmark = pytest.mark.slow


IN_ROOM = re.compile(r"^textrm\.nets\.\w+\.")  # earlier versions had all nets in one folder


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


def test_any_size_and_batch_equals_torch(exported: Path) -> None:
    check_onnx(tiny(), exported)
    check_coming_back(tiny(), exported, partial(instantiate, TINY))
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
    stored = [numpy_helper.to_array(tensor) for tensor in graph.graph.initializer]
    weights = [values.astype(int) for values in stored if values.dtype == np.int8 and values.ndim == 4]
    assert max(np.abs(values).max() for values in weights) == 64  # what no processor adds up wrongly
    assert (tmp_path / "int8.onnx").stat().st_size < exported.stat().st_size


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
