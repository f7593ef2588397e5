from __future__ import annotations

import numpy as np
import pytest

from textrm.page import Segmenter
from textrm.page.segment import segment


def test_seams_do_not_show(model: Segmenter) -> None:
    page = np.random.default_rng(0).integers(0, 256, (413, 350, 3), dtype=np.uint8)
    page = np.repeat(np.repeat(page[::8, ::8], 8, 0), 8, 1)[:413, :350].copy()
    whole, cut = segment(page, model, tile=1024), segment(page, model, tile=160)
    assert whole.shape == page.shape[:2]
    assert whole.dtype == np.uint8
    assert 0.2 < (whole > 127).mean() < 0.6
    assert np.array_equal(whole, cut)


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (3, 700), (700, 3)])
def test_tiny_and_thin_pages(model: Segmenter, size: tuple[int, int]) -> None:
    page = np.zeros((*size, 3), np.uint8)
    page[..., 0] = np.arange(size[1]) % 2  # not of one colour, so that the model is asked
    prob = segment(page, model)
    assert prob.shape == size
    assert size == (1, 1) or (prob == 255).all()


def test_tiles_of_one_colour_are_not_shown_to_the_model(model: Segmenter) -> None:
    page = np.full((400, 400, 3), 255, np.uint8)
    page[10, 10] = 0
    calls = []

    class Counting:
        stride = model.stride

        def __call__(self, image: np.ndarray) -> np.ndarray:
            calls.append(image.shape)
            return model(image)

    prob = segment(page, Counting(), tile=256)  # type: ignore[arg-type]
    assert len(calls) == 1
    assert prob[300:, 300:].max() == 0
    assert segment(np.zeros((64, 64, 3), np.uint8), model).max() == 0
