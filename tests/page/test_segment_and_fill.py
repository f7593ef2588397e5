from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from standin_model import METADATA, cleaned_copy, lettered_page, write_model, write_tagger

from textrm.errors import UserError
from textrm.page import CleaningModel, EndToEnd, SegmentAndFill, SegmentationModel, clean
from textrm.page.segment_and_fill import suitable_growth


def test_a_page_comes_out_clean(model: SegmentationModel) -> None:
    page = lettered_page()
    result = cleaned_copy(SegmentAndFill(model), page)
    assert (result.image == 255).all()
    assert result.mask[26, 20] == 1
    assert result.mask.sum() == sum(region.area for region in result.regions)
    assert len(result.regions) == 1
    assert result.prob.dtype == result.mask.dtype == result.filled.dtype == np.uint8
    assert set(np.unique(result.filled)) == {0, 1}
    assert (result.filled >= result.mask).all()


def test_pixels_that_are_not_filled_are_identical(model: SegmentationModel) -> None:
    rng = np.random.default_rng(0)
    page = np.repeat(np.repeat(rng.integers(0, 256, (30, 25, 3), dtype=np.uint8), 8, 0), 8, 1)
    result = SegmentAndFill(model)(page)
    assert 0.1 < result.filled.mean() < 0.9
    assert np.array_equal(result.image[result.filled == 0], page[result.filled == 0])
    assert (result.image != page)[result.filled != 0].any()


def test_in_place(model: SegmentationModel) -> None:
    page = lettered_page()
    result = SegmentAndFill(model)(page, out=page)
    assert result.image is page
    assert (page == 255).all()
    other = np.empty_like(page)
    assert SegmentAndFill(model)(lettered_page(), out=other).image is other
    assert (other == 255).all()


def test_one_call_cleans_with_the_same_options(model: SegmentationModel) -> None:
    page = lettered_page()
    expected = SegmentAndFill(model, grow=6, fill="flat")(page)
    result = clean(page, model, grow=6, fill="flat", out=page)
    assert result.image is page
    assert np.array_equal(result.image, expected.image)
    assert np.array_equal(result.filled, expected.filled)


def test_options_reach_their_stage(model: SegmentationModel) -> None:
    page = lettered_page()
    usual = SegmentAndFill(model)(page)
    strict = SegmentAndFill(model, threshold=0.999)(page)
    assert 0 < strict.mask.sum() < usual.mask.sum()
    assert SegmentAndFill(model, threshold=0.999, low=0.01)(page).mask.sum() > strict.mask.sum()
    assert SegmentAndFill(model, grow=0)(page).filled.sum() == usual.mask.sum()
    assert SegmentAndFill(model, grow=6)(page).filled.sum() > usual.filled.sum()
    assert SegmentAndFill(model, min_area=10_000)(page).filled.sum() == 0
    grey = np.where(page == 255, 180, 0).astype(np.uint8)
    assert SegmentAndFill(model, fill="white")(grey).image[26, 20].tolist() == [255, 255, 255]
    assert SegmentAndFill(model, fill="flat")(grey).image[26, 20].tolist() == [180, 180, 180]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"threshold": 1.5}, "threshold is 1.5; expected a probability"),
        ({"low": 0.0}, "low is 0.0"),
        ({"grow": -1}, "grow is -1"),
        ({"fill": "magic"}, "fill is magic; expected one of auto, network, flat, telea, white"),
        ({"tile": 64}, "tile is 64"),
    ],
)
def test_wrong_options(model: SegmentationModel, options: dict, words: str) -> None:
    with pytest.raises(UserError, match=words):
        SegmentAndFill(model, **options)(lettered_page())


@pytest.mark.parametrize("image", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3))])
def test_wrong_pictures(model: SegmentationModel, image: np.ndarray) -> None:
    with pytest.raises(UserError, match=r"expected uint8 \(height, width, 3\)"):
        SegmentAndFill(model)(image)


def test_ink_and_16_bits_are_cleaned_as_they_are_where_what_is_seen_is_given(model: SegmentationModel) -> None:
    seen = lettered_page()
    dark = (seen[..., 0] == 0)[..., None]
    for kind, paper, letters in (
        (np.uint8, (0, 30, 60, 0), (0, 30, 60, 255)),
        (np.uint16, (0, 3001, 6002, 9), (0, 3001, 6002, 65000)),
        (np.uint16, (64001,), (55,)),
        (np.uint16, (64001, 63002, 65535), (1, 2, 3)),
    ):
        page = np.where(dark, letters, paper).astype(kind)
        before, result = page.copy(), SegmentAndFill(model)(page, seen=seen)
        assert np.array_equal(page, before)
        assert result.image.dtype == kind
        assert (result.image == paper).all()
        assert np.array_equal(result.mask, SegmentAndFill(model)(seen).mask)
        assert SegmentAndFill(model)(page, out=page, seen=seen).image is page


@pytest.mark.parametrize(
    "image", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 2), np.uint16), np.zeros((4, 5, 4), np.uint8),
              np.zeros((4, 4, 3)), np.zeros((4, 4, 1), np.uint8)]
)  # fmt: skip
def test_what_is_no_page_beside_what_is_seen(model: SegmentationModel, cleaner_file: Path, image: np.ndarray) -> None:
    for cleaning in (SegmentAndFill(model), EndToEnd(CleaningModel(cleaner_file, threads=1))):
        with pytest.raises(UserError, match=r"expected RGB or ink of 8 or 16 bits, .* of the size \(4, 4\)"):
            cleaning(image, seen=np.zeros((4, 4, 3), np.uint8))


def test_growth_follows_the_page() -> None:
    sizes = [(50, 50), (1401, 992), (1654, 1170), (20000, 800), (10000, 10000)]
    assert [suitable_growth(np.empty((*size, 3), np.uint8)) for size in sizes] == [2, 2, 3, 2, 8]


@pytest.mark.slow
def test_cleaning_and_tagging_import_no_training_library(model_file: Path, cleaner_file: Path, tmp_path: Path) -> None:
    tagger_file = write_tagger(tmp_path / "tag.onnx")
    program = (
        "import sys, numpy\n"
        "import textrm.page, textrm.infer, textrm.tag, textrm.errors\n"
        "page = numpy.eye(40, dtype=numpy.uint8)[..., None].repeat(3, 2)\n"
        f"textrm.page.SegmentAndFill(textrm.page.SegmentationModel({str(model_file)!r}))(page)\n"
        f"tags = textrm.page.TaggingModel({str(tagger_file)!r})(page)\n"
        f"textrm.page.EndToEnd(textrm.page.CleaningModel({str(cleaner_file)!r}))(page)\n"
        "textrm.tag.draw_looks(page, tags.boxes, [['a']] * len(tags.boxes))\n"
        "training = {'torch', 'torchvision', 'lightning', 'pytorch_lightning', 'hydra', 'omegaconf', 'onnx'}\n"
        "print(sorted(set(sys.modules) & training))\n"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path,
                          env={**os.environ, "PYTHONPATH": str(root)})  # fmt: skip
    assert done.stdout.strip() == "[]", done.stderr


def test_the_models_own_low_threshold_is_used(tmp_path: Path, model: SegmentationModel) -> None:
    own = SegmentationModel(write_model(tmp_path / "low.onnx", METADATA | {"textrm.low": "0.01"}), threads=1)
    page = lettered_page()
    found = SegmentAndFill(own, threshold=0.999)(page)
    assert np.array_equal(found.mask, SegmentAndFill(model, threshold=0.999, low=0.01)(page).mask)
    assert found.mask.sum() > SegmentAndFill(model, threshold=0.999)(page).mask.sum()
