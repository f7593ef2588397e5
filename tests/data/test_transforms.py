"""Augmentation: what moves moves together, all of it is reproducible, no mask is smoothed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from textrm.data.sample import Sample
from textrm.data.transforms import EvalTransform, TrainTransform

QUIET = {"invert": 0, "grey": 0, "colour": 0, "gamma": 0, "blur": 0, "noise": 0, "jpeg": 0}
TEXT = np.uint8((200, 30, 90))


def page(height: int = 150, width: int = 200, block: int = 10) -> Sample:
    """Blocks of one colour on a white page: the picture shows its own mask. Its clean picture is white."""
    mask = np.zeros((height, width), np.uint8)
    mask[40 : 40 + block, 60 : 60 + 2 * block] = 1
    mask[100 : 100 + block, 20 : 20 + block] = 1
    clean = np.full((height, width, 3), 255, np.uint8)
    return Sample("a", np.where(mask[..., None] == 1, TEXT, clean), mask, clean, np.roll(mask, 30, axis=1))


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("seed", range(12))
def test_picture_and_mask_stay_aligned_without_scaling(seed: int) -> None:
    item = TrainTransform(64, scale=(1, 1), flip=0.5, rotate=0.5, **QUIET)(page(), rng(seed))
    red = item["image"][0]
    shown = (red < 0.9).float()
    assert torch.equal(shown, item["mask"][0])
    assert item["image"].shape == (3, 64, 64)
    assert item["mask"].unique().tolist() in ([0.0], [0.0, 1.0])
    assert torch.equal(item["clean"], torch.ones(3, 64, 64))


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("scale", [(0.5, 0.8), (1.3, 2.0)])
def test_picture_and_mask_stay_aligned_when_scaled(seed: int, scale: tuple[float, float]) -> None:
    item = TrainTransform(64, scale=scale, flip=0.5, rotate=0.5, **QUIET)(page(), rng(seed))
    shown = ((item["image"][1] < 0.6).numpy()).astype(np.uint8)
    mask = item["mask"][0].numpy().astype(np.uint8)
    kernel = np.ones((3, 3), np.uint8)
    assert not (cv2.erode(shown, kernel) & ~cv2.dilate(mask, kernel)).any()
    assert not (cv2.erode(mask, kernel) & ~cv2.dilate(shown, kernel)).any()
    assert abs(int(mask.sum()) - int(shown.sum())) <= 0.25 * shown.sum() + 4


def test_quarter_turns_come_as_often_as_asked() -> None:
    image = np.zeros((16, 16, 3), np.uint8)
    image[2:5, 3:6] = 255
    sample = Sample("a", image, image[..., 0] // 255)
    transform = TrainTransform(16, on_lettering=0, scale=(1, 1), flip=0, rotate=0.3, **QUIET)
    corners = [tuple(transform(sample, rng(seed))["mask"][0].nonzero()[0].tolist()) for seed in range(600)]
    shares = {corner: corners.count(corner) / 600 for corner in corners}
    assert shares.keys() == {(2, 3), (10, 2), (11, 10), (3, 11)}
    assert 0.63 < shares.pop((2, 3)) < 0.77
    assert min(shares.values()) > 0.05


def test_ignore_moves_with_the_picture() -> None:
    sample = page()
    both = Sample("a", sample.image, sample.mask, None, sample.mask)
    for seed in range(8):
        item = TrainTransform(48, scale=(1, 1), flip=0.5, rotate=0.5, **QUIET)(both, rng(seed))
        assert torch.equal(item["ignore"], item["mask"].bool())


def test_thin_strokes_survive_shrinking_to_half() -> None:
    mask = np.zeros((128, 128), np.uint8)
    mask[::8, :] = 1  # one-pixel lines
    image = np.where(mask[..., None] == 1, np.uint8(0), np.full((128, 128, 3), 255, np.uint8))
    item = TrainTransform(64, scale=(0.5, 0.5), flip=0, rotate=0, **QUIET)(Sample("a", image, mask), rng(0))
    rows = item["mask"][0].sum(dim=1)
    assert rows[::4].tolist() == [64.0] * 16
    assert float(rows.sum()) == 64 * 16  # and they do not spread to the rows beside


def test_scale_is_log_uniform_within_its_limits() -> None:
    blank = Sample("a", np.zeros((1000, 1000, 3), np.uint8), np.zeros((1000, 1000), np.uint8))
    transform = TrainTransform(100, on_lettering=0, scale=(0.5, 2))
    sides = [transform._choose(blank, rng(seed))[2] for seed in range(300)]
    assert 50 <= min(sides) < 55
    assert 185 < max(sides) <= 200
    assert np.median(sides) == pytest.approx(100, abs=10)  # uniform factors would give 80, uniform sides 125


def test_crops_fall_on_lettering_as_often_as_asked() -> None:
    mask = np.zeros((800, 800), np.uint8)
    mask[300:304, 500:503] = 1
    sample = Sample("a", np.zeros((800, 800, 3), np.uint8), mask)
    transform = TrainTransform(64, on_lettering=0.7, scale=(1, 1), **QUIET)
    hits = np.mean([transform(sample, rng(seed))["mask"].any().item() for seed in range(200)])
    assert hits == pytest.approx(0.7, abs=0.1)


def test_small_words_are_found_as_often_as_large_ones() -> None:
    mask = np.zeros((640, 640), np.uint8)
    mask[0:32, 0:32] = 1  # one full cell
    mask[600:602, 600:602] = 1  # four pixels in another
    transform = TrainTransform(32, on_lettering=1, scale=(1, 1), **QUIET)
    sample = Sample("a", np.zeros((640, 640, 3), np.uint8), mask)
    small = np.mean([transform._choose(sample, rng(seed))[0] > 300 for seed in range(200)])
    assert small == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize(("with_clean", "expected"), [(True, 0.8), (False, 0.2)])
def test_lettering_on_art_is_drawn_as_often_as_asked(with_clean: bool, expected: float) -> None:
    mask = np.zeros((640, 640), np.uint8)
    mask[32:160, 32:64] = 1  # four cells on paper
    mask[600:602, 600:602] = 1  # one on art
    clean = np.full((640, 640, 3), 255, np.uint8)
    clean[560:] = rng(0).integers(0, 256, (80, 640, 3))
    transform = TrainTransform(32, on_lettering=1, on_art=0.75, scale=(1, 1), **QUIET)
    sample = Sample("a", clean, mask, clean if with_clean else None)
    on_art = np.mean([transform._choose(sample, rng(seed))[0] > 300 for seed in range(200)])
    assert on_art == pytest.approx(expected, abs=0.08)  # 0.75 + 0.25 / 5, and one cell in five


def test_small_pictures_are_padded_and_the_padding_ignored() -> None:
    sample = page(block=6)
    sample = Sample("a", sample.image[:30, :40], sample.mask[:30, :40])
    item = TrainTransform(128, scale=(1, 1), flip=0, rotate=0, **QUIET)(sample, rng(3))
    assert item["image"].shape == (3, 128, 128)
    assert int((~item["ignore"]).sum()) == 30 * 40
    # At most twice enlarged, small pictures fill the crop as far as they go.
    item = TrainTransform(128, scale=(0.5, 2), flip=0, rotate=0, **QUIET)(sample, rng(3))
    assert int((~item["ignore"]).sum()) == 60 * 80


def test_same_seed_same_item_and_other_seed_other_item() -> None:
    transform = TrainTransform(64)
    first, again, other = transform(page(), rng(1)), transform(page(), rng(1)), transform(page(), rng(2))
    assert torch.equal(first["image"], again["image"])
    assert torch.equal(first["mask"], again["mask"])
    assert not torch.equal(first["image"], other["image"])


@pytest.mark.parametrize("name", list(QUIET))
def test_every_pixel_operation_changes_image_and_clean_alike(name: str) -> None:
    art = cv2.resize(rng(0).integers(0, 255, (9, 9, 3), np.uint8), (64, 64), interpolation=cv2.INTER_CUBIC)
    sample = Sample("a", art, np.zeros((64, 64), np.uint8), art.copy())
    plain = TrainTransform(64, scale=(1, 1), flip=0, rotate=0, **QUIET)(sample, rng(5))
    item = TrainTransform(64, scale=(1, 1), flip=0, rotate=0, **(QUIET | {name: 1.0}))(sample, rng(5))
    assert float((item["image"] - plain["image"]).abs().mean()) > 0.002
    assert torch.equal(item["image"], item["clean"])
    assert item["has_clean"]


def test_operations_are_drawn_independently_of_each_other() -> None:
    # albumentations' own set_random_seed gives every operation the same numbers: all or nothing would happen.
    sample = Sample("a", np.full((16, 16, 3), (250, 0, 0), np.uint8), np.zeros((16, 16), np.uint8))
    transform = TrainTransform(16, scale=(1, 1), **(QUIET | {"grey": 0.5, "invert": 0.5}))
    seen = {tuple((transform(sample, rng(seed))["image"][:, 0, 0] > 0.5).tolist()) for seed in range(40)}
    assert seen == {(True, False, False), (False, True, True), (False, False, False), (True, True, True)}


def test_evaluation_leaves_pictures_alone() -> None:
    sample = page(150, 200)
    item = EvalTransform()(sample, rng(0))
    np.testing.assert_array_equal((item["image"] * 255).round().numpy(), sample.image.transpose(2, 0, 1))
    assert torch.equal(item["mask"][0], torch.from_numpy(sample.mask).float())
    assert torch.equal(item["ignore"][0], torch.from_numpy(sample.ignore).bool())


def test_evaluation_marks_missing_clean() -> None:
    sample = Sample("a", np.full((64, 32, 3), 51, np.uint8), np.zeros((64, 32), np.uint8))
    item = EvalTransform()(sample, rng(0))
    assert item["image"].shape == (3, 64, 32)
    assert float(item["image"].max()) == pytest.approx(0.2)
    assert not item["ignore"].any()
    assert not item["has_clean"]
    assert torch.equal(item["clean"], item["image"])
    assert {name: item[name].dtype for name in ("mask", "ignore")} == {"mask": torch.float32, "ignore": torch.bool}


def test_printed_pairs_are_grey_and_differ_in_the_mask_only() -> None:
    y, x = np.mgrid[:96, :96]
    clean = np.stack([60 + x, 220 - y, 40 + y], 2).astype(np.uint8)
    image, mask = clean.copy(), np.zeros((96, 96), np.uint8)
    mask[20:40, 10:80] = 1
    image[mask == 1] = (250, 240, 0)
    transform = TrainTransform(96, scale=(1, 1), flip=0, rotate=0, printed=1, **QUIET)
    kept = []
    for seed in range(8):
        item = transform(Sample("a", image, mask, clean), rng(seed))
        assert torch.equal(item["image"][0], item["image"][2])
        assert not torch.equal(item["clean"], torch.from_numpy(clean.transpose(2, 0, 1)).float() / 255)
        differs = (item["image"] - item["clean"]).abs().amax(0) > 16.5 / 255
        assert torch.equal(differs, item["mask"][0] > 0)
        assert not item["mask"][0][torch.from_numpy(mask) == 0].any()
        kept.append(item["mask"].sum().item() / mask.sum())
    assert max(kept) > 0.9  # bright letters vanish only where the print behind them is as bright
