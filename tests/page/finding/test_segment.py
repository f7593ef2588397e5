from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from standin_model import write_look, write_times

from textrm.errors import UserError
from textrm.page import SegmentationModel
from textrm.page.finding.segment import segment


def test_seams_do_not_show(model: SegmentationModel) -> None:
    page = np.random.default_rng(0).integers(0, 256, (413, 350, 3), dtype=np.uint8)
    page = np.repeat(np.repeat(page[::8, ::8], 8, 0), 8, 1)[:413, :350].copy()
    (whole,), (cut,) = segment(page, model, tile=1024), segment(page, model, tile=160)
    assert whole.shape == page.shape[:2]
    assert whole.dtype == np.uint8
    assert 0.2 < (whole > 127).mean() < 0.6
    assert np.array_equal(whole, cut)


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (3, 700), (700, 3)])
def test_tiny_and_thin_pages(model: SegmentationModel, size: tuple[int, int]) -> None:
    page = np.zeros((*size, 3), np.uint8)
    page[..., 0] = np.arange(size[1]) % 2  # not of one colour, so that the model is asked
    (prob,) = segment(page, model)
    assert prob.shape == size
    assert size == (1, 1) or (prob == 255).all()


def test_tiles_of_one_colour_are_not_shown_to_the_model(model: SegmentationModel) -> None:
    page = np.full((400, 400, 3), 255, np.uint8)
    page[10, 10] = 0
    calls = []

    class Counting:
        stride, looks = model.stride, 1

        def __call__(self, image: np.ndarray) -> np.ndarray:
            calls.append(image.shape)
            return model(image)

    (prob,) = segment(page, Counting(), tile=256)  # type: ignore[arg-type]
    assert len(calls) == 1
    assert prob[300:, 300:].max() == 0
    assert segment(np.zeros((64, 64, 3), np.uint8), model)[0].max() == 0


class Watched(SegmentationModel):
    """Remembers what it was shown."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, threads=1)
        self.shown: list[tuple[int, int]] = []
        self.priors: list[np.ndarray] = []

    def run_on(self, feeds: dict[str, np.ndarray], *shapes: Sequence[int | None]) -> list[np.ndarray]:
        self.shown.append(feeds["image"].shape[1:3])
        self.priors.append(feeds["prior"])
        return super().run_on(feeds, *shapes)


def barred_page() -> np.ndarray:
    """White, 1400 x 1000, not of one colour, with two bars that are seen at any size."""
    page = np.full((1400, 1000, 3), 255, np.uint8)
    page[0, 0] = 254
    page[208:240, 112:176] = 0
    page[1008:1072, 704:768] = 0
    return page


def test_finer_looks_are_where_coarser_ones_saw_something(tmp_path: Path) -> None:
    model, page = Watched(write_look(tmp_path / "look.onnx")), barred_page()
    maps = segment(page, model)
    assert [found.shape for found in maps] == [(1400, 1000), (700, 500), (350, 250), (175, 125), (88, 63)]
    for step, found in enumerate(maps):
        factor = 1 << step
        assert np.array_equal(found > 127, page[::factor, ::factor, 0][: found.shape[0], : found.shape[1]] == 0)
    # Four members whole, each padded to the stride, and one window for each bar in full.
    assert model.shown[:4] == [(88, 64), (176, 128), (352, 256), (704, 504)]
    assert len(model.shown) == 6
    assert all(rows <= 112 and columns <= 128 for rows, columns in model.shown[4:])
    assert (model.priors[0] == 128).all()
    assert (model.priors[3][0, 104:120, 56:88] == 255).all()


def test_a_larger_scan_is_seen_as_the_smaller_one_is(tmp_path: Path) -> None:
    page = barred_page()[:1100, :800].copy()
    page[900:932, 400:432] = 0
    once, twice = (Watched(write_look(tmp_path / "look.onnx")) for _ in range(2))
    small = segment(page, once)
    large = segment(np.repeat(np.repeat(page, 2, 0), 2, 1), twice)
    assert once.shown == twice.shown
    assert large[0].shape == (2200, 1600)
    for one, other in zip(small, large[1:], strict=True):
        assert np.array_equal(one, other)
    assert np.array_equal(large[0][100:2100:2, 100:1500:2] > 127, small[0][50:1050, 50:750] > 127)


def test_what_a_coarse_look_did_not_see_is_not_looked_for(tmp_path: Path) -> None:
    page = np.full((1400, 1000, 3), 255, np.uint8)
    page[700, 500] = 0  # gone at half the size
    model = Watched(write_look(tmp_path / "look.onnx"))
    assert segment(page, model)[0].max() == 0
    assert len(model.shown) == 4


def test_small_pictures_are_looked_at_whole_and_in_full(tmp_path: Path) -> None:
    model = Watched(write_look(tmp_path / "look.onnx"))
    page = np.full((97, 203, 3), 255, np.uint8)
    page[40:60, 100:140] = 0
    maps = segment(page, model)
    assert [found.shape for found in maps] == [(97, 203), (49, 102)]
    assert np.array_equal(maps[0] > 127, page[..., 0] == 0)


def test_tiles_of_several_looks_show_no_seams(tmp_path: Path) -> None:
    model = Watched(write_look(tmp_path / "look.onnx"))
    page = barred_page()
    for whole, cut in zip(segment(page, model, tile=1152), segment(page, model, tile=160), strict=True):
        assert np.array_equal(whole, cut)


@pytest.mark.parametrize("gain", [float("nan"), -1.0, 1.01])
def test_a_look_that_gives_no_probabilities_is_refused(tmp_path: Path, gain: float) -> None:
    look = write_look(tmp_path / "look.onnx")
    model = SegmentationModel(write_times(tmp_path / "other.onnx", look, "prob", gain), threads=1)
    with pytest.raises(UserError, match=r"other\.onnx gave .* for prob; expected 0 to 1: its weights are damaged"):
        segment(barred_page(), model)
