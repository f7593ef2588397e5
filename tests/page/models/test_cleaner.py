"""The end-to-end model's file: what it states and what it gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from standin_model import write_cleaner, write_tagger

from textrm.errors import UserError
from textrm.page import CleaningModel, InpaintingModel, SegmentationModel
from textrm.page.models import model as base


def test_picture_and_blend(cleaner: CleaningModel) -> None:
    assert (cleaner.stride, cleaner.threshold, cleaner.keep, cleaner.run) == (8, 0.5, 1 / 32, "stand-in")
    image = np.zeros((16, 24, 3), np.uint8)
    image[:, 12:] = 100
    clean, blend = cleaner(image)
    assert (clean.shape, clean.dtype, blend.shape, blend.dtype) == ((16, 24, 3), np.uint8, (16, 24), np.float32)
    assert blend[8, 4] == pytest.approx(1 / (1 + np.exp(-10)))
    assert blend[8, 20] == pytest.approx(0.5)
    assert clean[8, 4].tolist() == [255] * 3
    assert clean[8, 20].tolist() == [178] * 3  # 100 + 155 / 2 = 177.5, rounded to even


def test_its_author_states_what_counts(tmp_path: Path) -> None:
    own = CleaningModel(write_cleaner(tmp_path / "a.onnx", {"textrm.keep": "0.25", "textrm.threshold": "0.7"}))
    assert (own.keep, own.threshold) == (0.25, 0.7)
    for key, value in (("keep", "0"), ("keep", "1"), ("keep", "nan"), ("threshold", "much")):
        path = write_cleaner(tmp_path / "b.onnx", {f"textrm.{key}": value})
        with pytest.raises(UserError, match=f"states {key}={value}; expected a probability between 0 and 1"):
            CleaningModel(path)


def test_a_model_for_something_else_says_where_it_is_of_use(
    model_file: Path, inpainter_file: Path, cleaner_file: Path, tmp_path: Path
) -> None:
    for path, kind, words in (
        (
            model_file,
            CleaningModel,
            "for segmentation; expected textrm.task = cleaning (it is for textrm.infer --model FILE ",
        ),
        (
            inpainter_file,
            CleaningModel,
            "for inpainting; expected textrm.task = cleaning (it is for textrm.infer --fill",
        ),
        (write_tagger(tmp_path / "tag.onnx"), CleaningModel, "(it is for textrm.tag --model FILE)"),
        (
            cleaner_file,
            SegmentationModel,
            "expected textrm.task = segmentation (it is for textrm.infer --method end-to",
        ),
        (
            cleaner_file,
            InpaintingModel,
            "expected textrm.task = inpainting (it is for textrm.infer --method end-to-end",
        ),
        (write_cleaner(tmp_path / "a.onnx", {"textrm.task": "drawing"}), CleaningModel, "textrm.task = cleaning"),
    ):
        with pytest.raises(UserError) as caught:
            kind(path)
        assert words in str(caught.value)
        assert "\n" not in str(caught.value)


def test_missing_released_weights_of_the_cleaner_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(base, "WEIGHTS", tmp_path)
    monkeypatch.setattr(CleaningModel, "released", tmp_path / "clean.onnx")
    with pytest.raises(UserError, match=r"clean\.onnx; this installation holds no released weights: give a model"):
        CleaningModel()
