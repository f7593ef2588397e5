"""What a damaged net gives is refused, of whatever kind it is, and a little rounding is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from standin_model import lettered_page, write_tagger, write_times

from textrm.errors import UserError
from textrm.page import CleaningModel, InpaintingModel, SegmentationModel, TaggingModel
from textrm.page.models.answers import OVERSHOOT, ROUNDING, check_answer

NAN = float("nan")


@pytest.mark.parametrize(
    ("values", "beyond", "found"),
    [
        ([0.0, 1.0], 0.0, ""),
        ([-0.0009, 1.0009], ROUNDING, ""),
        ([-0.4, 1.4], OVERSHOOT, ""),
        ([0.5, 1.002], ROUNDING, r"0 to 1\.002 for prob"),
        ([-0.99, -0.1], ROUNDING, r"-0\.99 to 0 for prob"),
        ([0.0, 255.0], OVERSHOOT, r"0 to 255 for prob"),
        ([-1.0, 1.0], OVERSHOOT, r"-1 to 1 for prob"),
        ([0.5, NAN, 0.5], OVERSHOOT, r"no numbers for prob"),
        ([0.5, -np.inf], OVERSHOOT, r"no numbers for prob"),
        ([0.5, np.inf], OVERSHOOT, r"no numbers for prob"),
    ],
)
def test_what_lies_outside_its_range_is_refused(values: list[float], beyond: float, found: str) -> None:
    numbers = np.array(values, np.float32)
    if not found:
        check_answer(numbers, beyond, "a.onnx", "prob")
        return
    with pytest.raises(UserError, match=rf"^a\.onnx gave {found}; expected 0 to 1: .*; export it again$"):
        check_answer(numbers, beyond, "a.onnx", "prob")


@pytest.mark.parametrize("gain", [NAN, -1.0, 50.0])
def test_every_kind_of_model_is_watched(
    model_file: Path, inpainter_file: Path, cleaner_file: Path, tmp_path: Path, gain: float
) -> None:
    page, hole = lettered_page(64, 64), np.zeros((1, 64, 64), np.uint8)
    tagger = write_tagger(tmp_path / "tag.onnx")
    for source, output, ask in (
        (model_file, "prob", lambda path: SegmentationModel(path)(page)),
        (inpainter_file, "filled", lambda path: InpaintingModel(path)(page[None], hole)),
        (cleaner_file, "clean", lambda path: CleaningModel(path)(page)),
        (cleaner_file, "blend", lambda path: CleaningModel(path)(page)),
        (tagger, "prob", lambda path: TaggingModel(path)(page)),
        (tagger, "looks", lambda path: TaggingModel(path)(page)),
    ):
        ask(write_times(tmp_path / "whole.onnx", source, output, 1.0))
        with pytest.raises(UserError, match=rf"damaged\.onnx gave .* for {output}; expected 0 to 1"):
            ask(write_times(tmp_path / "damaged.onnx", source, output, gain))


def test_pictures_may_lie_a_little_beyond_black_and_white(inpainter_file: Path, tmp_path: Path) -> None:
    grey, hole = np.full((1, 32, 32, 3), 204, np.uint8), np.zeros((1, 32, 32), np.uint8)  # 0.8
    brighter = InpaintingModel(write_times(tmp_path / "a.onnx", inpainter_file, "filled", 1.5))
    assert (brighter(grey, hole) == 255).all()  # 1.2
