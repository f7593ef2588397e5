"""Memes on disk, captions from files, windows of photographs."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from textrm.data.manifest import Manifest, Row, load_sample
from textrm.errors import UserError
from textrm.synth.memes.faces import CaptionFaces
from textrm.synth.memes.files import Finish, worn, write_meme
from textrm.synth.memes.meme import letter_meme
from textrm.synth.memes.texts import compose_captions, read_captions
from textrm.synth.memes.windows import random_window


def test_a_png_is_exact_and_a_jpeg_leaves_clean_and_mask_alone(
    tmp_path: Path, faces: CaptionFaces, scene: np.ndarray
) -> None:
    meme = letter_meme(np.random.default_rng(0), scene, ["written", "to disk"], faces, styles={"outline": 1.0})
    for name, jpeg in (("exact", 0.0), ("lossy", 1.0)):
        row = write_meme(np.random.default_rng(1), meme, tmp_path, Finish(0.0, jpeg), Row(name, "train", "g", ""))
        read = load_sample(Manifest((row,), tmp_path), row)
        assert read.clean is not None
        assert (row.width, row.height) == (320, 240)
        assert row.extra == {"style": "outline", "font": meme.font}
        assert row.tags == "meme"
        np.testing.assert_array_equal(read.clean, scene)
        np.testing.assert_array_equal(read.mask, meme.sample.mask)
        loss = np.abs(read.image.astype(int) - meme.sample.image).mean()
        assert loss == 0 if name == "exact" else 0 < loss < 6
        assert row.image.endswith(".jpg" if jpeg else ".png")


def test_wear_hits_both_pictures_and_the_mask_follows(faces: CaptionFaces, scene: np.ndarray) -> None:
    meme = letter_meme(np.random.default_rng(0), scene, ["written", "twice"], faces, styles={"outline": 1.0})
    for seed in range(4):
        sample = worn(np.random.default_rng(seed), meme.sample)
        assert sample.clean is not None
        assert (sample.image != meme.sample.image).any()
        np.testing.assert_array_equal(sample.mask, np.abs(sample.image.astype(int) - sample.clean).max(2) > 16)
        assert 0.9 < sample.mask.sum() / meme.sample.mask.sum() < 2


def test_captions_are_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "captions.txt"
    path.write_text("one | two\n\n| only below\n|\n", encoding="utf-8")
    assert read_captions(path) == [["one", "two"], ["", "only below"]]
    path.write_text("\n | \n")
    with pytest.raises(UserError, match="has no caption; expected one a line"):
        read_captions(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="expected a text file in UTF-8"):
        read_captions(path)


def test_composed_captions_have_one_to_four_parts() -> None:
    counts = {len(compose_captions(np.random.default_rng(seed))) for seed in range(60)}
    assert counts == {1, 2, 3, 4}


@pytest.mark.parametrize(("height", "width"), [(2000, 3000), (300, 300), (90, 700)])
def test_windows_have_the_size_asked_for_and_keep_shapes(height: int, width: int) -> None:
    photograph = np.zeros((height, width, 3), np.uint8)
    cv2.circle(photograph, (width // 2, height // 2), min(height, width) // 2, (255, 255, 255), -1)
    sizes = []
    for seed in range(30):
        window = random_window(np.random.default_rng(seed), photograph, 640)
        sizes.append(window.shape[:2])
        assert max(window.shape) <= 640
        assert 0.55 < window.shape[1] / window.shape[0] < 1.75
        assert window.shape[0] <= 1.7 * height
        assert window.shape[1] <= 1.7 * width
    assert len(set(sizes)) > 20
    assert height < 1000 or min(max(size) for size in sizes) >= 299
