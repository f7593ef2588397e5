from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from standin_model import METADATA, write_model

from textrm.errors import UserError
from textrm.page import SegmentationModel
from textrm.page.models import model as base


def test_metadata_and_probability(model: SegmentationModel) -> None:
    assert (model.stride, model.threshold, model.run) == (8, 0.5, "stand-in")
    image = np.zeros((16, 24, 3), np.uint8)
    image[:, 12:] = 100
    prob = model(image)
    assert prob.shape == (16, 24)
    assert prob.dtype == np.float32
    assert prob[8, 4] == pytest.approx(1 / (1 + np.exp(-10)))
    assert prob[8, 20] == pytest.approx(0.5)


def test_threshold_defaults_to_one_half(tmp_path: Path) -> None:
    metadata = {key: value for key, value in METADATA.items() if key != "textrm.threshold"}
    assert SegmentationModel(write_model(tmp_path / "a.onnx", metadata)).threshold == 0.5


@pytest.mark.parametrize(
    ("metadata", "name", "words"),
    [
        ({**METADATA, "textrm.task": "tagging"}, "image", "a model for tagging; expected textrm.task = segmentation"),
        ({}, "image", "not a model of textrm"),
        ({**METADATA, "textrm.stride": "eight"}, "image", "states stride=eight; expected a positive number"),
        ({**METADATA, "textrm.stride": "0"}, "image", "states stride=0"),
        ({"textrm.task": "segmentation"}, "image", "states stride=nothing"),
        *(
            (
                {**METADATA, f"textrm.{key}": value},
                "image",
                f"states {key}={value}; expected a probability between 0 and 1",
            )
            for key in ("threshold", "low")
            for value in ("1.5", "0", "1", "-0.1", "nan", "half")
        ),
        (METADATA, "picture", "expected {'image'"),
    ],
)
def test_models_that_do_not_fit(tmp_path: Path, metadata: dict[str, str], name: str, words: str) -> None:
    path = write_model(tmp_path / "a.onnx", metadata, name)
    with pytest.raises(UserError, match=words) as caught:
        SegmentationModel(path)
    assert "\n" not in str(caught.value)


def test_missing_and_corrupt_files(tmp_path: Path, model_file: Path) -> None:
    with pytest.raises(UserError, match="there is no model file"):
        SegmentationModel(tmp_path / "none.onnx")
    cut = tmp_path / "cut.onnx"
    cut.write_bytes(model_file.read_bytes()[:150])
    empty = tmp_path / "empty.onnx"
    empty.touch()
    text = tmp_path / "text.onnx"
    text.write_text("not a model")
    for path in (cut, empty, text):
        with pytest.raises(UserError, match=r"cannot be read as an ONNX model|not a model of textrm") as caught:
            SegmentationModel(path)
        assert "\n" not in str(caught.value)


def test_missing_released_weights_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(base, "WEIGHTS", tmp_path)
    monkeypatch.setattr(SegmentationModel, "released", tmp_path / "find.onnx")
    with pytest.raises(UserError, match="no released weights: give a model"):
        SegmentationModel()
