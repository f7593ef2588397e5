"""Crops around holes go through the net; everything else stays as it is."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from standin_model import write_inpainter

from textrm.errors import UserError
from textrm.page import InpaintingModel
from textrm.page.filling.net import network as module
from textrm.page.filling.net.network import CONTEXT, fill_by_network, window


class Recorder:
    """Fills with the brightness of the batch's number and remembers what it was shown."""

    stride = 8

    def __init__(self) -> None:
        self.shown: list[tuple[np.ndarray, np.ndarray]] = []

    def __call__(self, images: np.ndarray, masks: np.ndarray, kind: np.dtype) -> np.ndarray:
        self.shown.append((images.copy(), masks.copy()))
        return np.full_like(images, 100 + len(self.shown))


def page(height: int = 300, width: int = 400) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 90, (height, width, 3), dtype=np.uint8)


def fill(image: np.ndarray, hole: np.ndarray) -> Recorder:
    model = Recorder()
    rest = hole.copy()
    fill_by_network(image, rest, model)
    assert not rest.any()
    return model


def test_only_the_hole_changes_and_every_crop_has_its_context() -> None:
    image, hole = page(), np.zeros((300, 400), np.uint8)
    hole[100:110, 200:230] = 1
    before = image.copy()
    (shown,) = fill(image, hole).shown
    assert np.array_equal(image[hole == 0], before[hole == 0])
    assert (image[hole != 0] == 101).all()
    images, masks = shown
    assert masks.sum() == hole.sum()
    rows, columns = np.nonzero(masks[0])
    assert min(rows.min(), columns.min()) >= CONTEXT
    assert masks.shape[1] - rows.max() > CONTEXT
    assert masks.shape[2] - columns.max() > CONTEXT
    assert masks.shape[1] * masks.shape[2] < 0.4 * hole.size
    top, left = 100 - rows.min(), 200 - columns.min()
    seen = before[top : top + images.shape[1], left : left + images.shape[2]]
    assert np.array_equal(images[0][masks[0] == 0], seen[masks[0] == 0])


def test_crops_of_equal_size_go_together() -> None:
    hole = np.zeros((300, 400), np.uint8)
    for y, x in ((60, 60), (60, 300), (240, 200)):
        hole[y : y + 10, x : x + 12] = 1
    model = fill(page(), hole)
    assert [len(images) for images, _ in model.shown] == [3]


def test_batches_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BATCH", 1)
    hole = np.zeros((300, 400), np.uint8)
    hole[60:70, 60:70] = hole[60:70, 300:310] = 1
    assert [len(images) for images, _ in fill(page(), hole).shown] == [1, 1]


def test_later_blocks_of_a_large_group_see_what_earlier_ones_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BLOCK", 64)
    image, hole = page(), np.zeros((300, 400), np.uint8)
    hole[100:120, 100:220] = 1
    model = fill(image, hole)
    assert len(model.shown) == 2
    assert set(np.unique(image[hole != 0])) == {101, 102}
    images, masks = model.shown[1]
    assert (images[0][masks[0] == 0] == 101).any()  # the first block's work is known now


def test_a_block_without_anything_known_waits_for_its_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BLOCK", 40)
    image, hole = page(), np.zeros((300, 400), np.uint8)
    hole[:290, :390] = 1
    model = fill(image, hole)
    assert len(model.shown) > 10
    assert (image[hole != 0] > 100).all()


@pytest.mark.parametrize("size", [(1, 1), (5, 7), (40, 3), (64, 64)])
def test_a_page_that_is_all_hole_stays(size: tuple[int, int]) -> None:
    image, hole = np.full((*size, 3), 7, np.uint8), np.ones(size, np.uint8)
    fill_by_network(image, hole, Recorder())
    assert (image == 7).all()
    assert hole.all()


@pytest.mark.parametrize("size", [(5, 7), (9, 64), (31, 33)])
def test_pages_smaller_than_a_crop_are_padded_with_hole(size: tuple[int, int]) -> None:
    image, hole = np.full((*size, 3), 50, np.uint8), np.zeros(size, np.uint8)
    hole[0, 0] = 1  # one pixel, in the corner
    model = fill(image, hole)
    ((_, masks),) = model.shown
    assert masks.shape[1] % 8 == masks.shape[2] % 8 == 0
    assert masks.sum() == masks.size - image.shape[0] * image.shape[1] + 1
    assert (image[0, 0] == 101).all()
    assert (image.reshape(-1, 3)[1:] == 50).all()


def test_no_hole_asks_nothing() -> None:
    assert fill(page(), np.zeros((300, 400), np.uint8)).shown == []


@pytest.mark.parametrize("start", [0, 3, 150, 290])
def test_windows_stay_on_the_page_and_are_multiples(start: int) -> None:
    rows, columns = window((slice(start, start + 10), slice(180, 190)), (300, 400), 8)
    assert rows.start >= 0
    assert rows.stop <= 300
    assert rows.start <= start
    assert rows.stop >= start + 10
    assert (rows.stop - rows.start) % 16 == (columns.stop - columns.start) % 16 == 0


def test_the_model_gets_what_it_was_promised(inpainter: InpaintingModel) -> None:
    image = np.full((60, 80, 3), (10, 20, 30), np.uint8)
    hole = np.zeros((60, 80), np.uint8)
    cv2.circle(hole, (40, 30), 9, 1, -1)
    image[hole != 0] = 255
    fill_by_network(image, hole, inpainter)
    assert (image == (10, 20, 30)).all()


@pytest.mark.parametrize(
    ("metadata", "inputs", "words"),
    [
        (
            {"textrm.task": "segmentation", "textrm.stride": "8"},
            ("image", "mask"),
            "a model for segmentation; expected",
        ),
        ({"textrm.task": "inpainting"}, ("image", "mask"), "states stride=nothing"),
        (None, ("pictures", "mask"), "expected {'image'"),
        (None, ("image", "holes"), "expected {'image'"),
    ],
)
def test_models_that_do_not_fit(tmp_path: Path, metadata: dict | None, inputs: tuple[str, str], words: str) -> None:
    with pytest.raises(UserError, match=words):
        InpaintingModel(write_inpainter(tmp_path / "a.onnx", metadata, inputs))
