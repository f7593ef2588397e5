"""A run of a cleaning net becomes the file that pages are cleaned with, in float and in 8 bits."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
import yaml
from hydra.utils import instantiate

from textrm.export import __main__ as export
from textrm.export.calibration import calibration_crops
from textrm.export.quantisation import cleaned_psnr, quantize
from textrm.export.wrappers import ExportedCleaner
from textrm.nets.cleaning import cleaning_cascade
from textrm.nets.cleaning.cleaner import Cleaner as Net
from textrm.page import CleaningModel, EndToEnd

pytestmark = pytest.mark.slow

UNET = {"_target_": "textrm.nets.layers.unet.UNet", "_partial_": True, "channels": [8], "blocks": [1]}
TINY = {"_target_": "textrm.nets.cleaning.cleaning_cascade.CleaningCascade", "find": UNET, "paint": UNET}


@pytest.fixture(scope="module", autouse=True)
def low_pyramid() -> Iterator[None]:
    """Exporting takes a time that grows with the number of levels; test_inpainting exports all of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cleaning_cascade, "LEVELS", 2)
        yield


@pytest.fixture(scope="module")
def net() -> Net:
    torch.manual_seed(0)
    net: Net = instantiate(TINY)
    with torch.no_grad():
        for parameter in net.parameters():  # what is not trained yet may give zero everywhere
            parameter.add_(torch.randn_like(parameter) * 0.1)
    return net.eval()


@pytest.fixture(scope="module")
def file(net: Net, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that the command makes of a run of the net."""
    folder = tmp_path_factory.mktemp("cleaning")
    (folder / "run" / "checkpoints").mkdir(parents=True)
    (folder / "run" / "resolved.yaml").write_text(yaml.safe_dump({"net": TINY, "task": {}}))
    state = {f"net.{name}": value for name, value in net.state_dict().items()}
    torch.save({"state_dict": state}, folder / "run" / "checkpoints" / "best.ckpt")
    with pytest.MonkeyPatch.context() as patch:
        command(patch, f"run={folder / 'run'}", f"out={folder / 'clean.onnx'}", "threshold=0.4", "keep=0.1")
    return folder / "clean.onnx"


def command(patch: pytest.MonkeyPatch, *words: str) -> None:
    patch.setattr(sys, "argv", ["textrm.export", *words])
    export.main()


def test_the_file_computes_what_torch_computes(net: Net, file: Path) -> None:
    cleaner = CleaningModel(file, threads=1)
    assert (cleaner.stride, cleaner.run, cleaner.keep, cleaner.threshold) == (net.stride, "run", 0.1, 0.4)
    for height, width in ((32, 64), (96, 64)):
        image = np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)
        with torch.inference_mode():
            clean, blend = ExportedCleaner(net)(torch.from_numpy(image)[None])
        assert clean.shape == (1, height, width, 3)
        assert 0 <= clean.min() < clean.max() <= 1
        drawn, share = cleaner.run_on({"image": image[None]}, (1, height, width, 3), (1, 1, height, width))
        assert np.abs(drawn - clean.numpy()).max() < 1e-4
        assert np.abs(share - blend.numpy()).max() < 1e-4
    page = image[:67, :41].copy()
    result = EndToEnd(cleaner)(page)
    assert np.array_equal(result.image[result.filled == 0], page[result.filled == 0])


def test_int8_is_priced_in_decibels_and_refused_where_they_are_too_many(
    file: Path, drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    crops = calibration_crops(drawn, "val", 4, 64, 1, clean=True)
    price = quantize(file, tmp_path / "int8.onnx", crops, crops)
    assert price.name == "PSNR"
    assert price.float_graph == cleaned_psnr(str(file), crops)
    assert price.int8_graph == cleaned_psnr(str(tmp_path / "int8.onnx"), crops)
    assert abs(price.drop) < 1
    assert CleaningModel(tmp_path / "int8.onnx", 1).keep == 0.1
    graph = onnx.load(tmp_path / "int8.onnx").graph
    made = {output for node in graph.node for output in node.output}  # weights of 8 bits are made floats again
    own = [node.input[1] for node in graph.node if node.op_type == "Conv" and not node.input[1].startswith("average.")]
    quantised = [weight in made for weight in own]
    each = [True] * (len(quantised) // 2 - 1) + [False]  # of both U-Nets the last one, which gives blends and colours
    assert quantised == each * 2
    assert len(each) >= 4

    def copied(net: object, out: Path, **facts: Any) -> float:
        shutil.copy(file, out)
        return 0.0

    monkeypatch.setattr(export, "export", copied)  # it takes seconds, and was seen above
    out = tmp_path / "refused.onnx"
    words = (f"run={file.with_name('run')}", f"out={out}", f"manifest={drawn}", "int8=true", "crops=2", "crop=64")
    for limit, said in (("max_drop_decibels=-99", "of PSNR, more than max_drop_decibels=-99"),
                        ("low=0.2", "low is for segmenters"), ("crop=65", "multiple of 4 pixels")):  # fmt: skip
        with pytest.raises(SystemExit, match="1"):
            command(monkeypatch, *words, limit)
        assert said in capsys.readouterr().err
        assert not out.exists()
