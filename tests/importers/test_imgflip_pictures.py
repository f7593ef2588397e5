"""Meme pictures registered to their templates: scaled, with bands, and those that do not fit."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from imgflip_dataset import read_report, run, save, scene, write_dataset

from textrm.data.manifest import load_sample, read_manifest
from textrm.importers.imgflip575k.registering import register
from textrm.importers.registration import Mismatch


def lettered(template: np.ndarray, factor: float, above: int, below: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """The template scaled, with white bands and letters on it and on the band above, and the exact mask."""
    scaled = cv2.resize(template, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    clean = cv2.copyMakeBorder(scaled, above, below, 0, 0, cv2.BORDER_CONSTANT, value=(255, 255, 255))
    image = clean.copy()
    height, width = image.shape[:2]
    for width_of, color in ((9, (0, 0, 0)), (3, (255, 255, 255))):
        cv2.putText(image, "MEME", (width // 6, height - below - 12), 0, 1.1, color, width_of, cv2.LINE_AA)
    if above:
        cv2.putText(image, "band", (12, above - 10), 0, 0.8, (0, 0, 0), 2, cv2.LINE_AA)
    return image, (np.abs(image.astype(int) - clean).max(2) > 16).astype(np.uint8)


@pytest.mark.parametrize(
    ("factor", "above", "below"), [(1.0, 0, 0), (0.8, 0, 0), (1.0, 40, 0), (0.7, 37, 0), (0.9, 35, 30)]
)
def test_a_scaled_meme_with_bands_gives_clean_picture_and_mask(factor: float, above: int, below: int) -> None:
    template = scene(1, 300, 400)
    image, mask = lettered(template, factor, above, below)
    stored = cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 85])[1], cv2.IMREAD_COLOR)
    found = register(stored, template, 0.5, 0.15)
    assert found.clean.shape == image.shape
    assert set(np.unique(found.mask)) == {0, 1}
    both = int((found.mask & mask).sum())
    assert both / mask.sum() > 0.85
    assert both / found.mask.sum() > 0.85
    scaled = cv2.resize(template, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA).astype(int)
    assert np.abs(found.clean[above : above + len(scaled)] - scaled).mean() < 3
    assert found.clean[: max(above - 1, 0)].min(initial=255) > 250
    assert found.mask[:above].any() == bool(above)


def test_what_does_not_fit_is_told_with_both_sizes() -> None:
    template = scene(1, 300, 400)
    for meme, told in ((template[:250], "its size fits no template: it is 400x250, the template 400x300"),
                       (np.vstack([scene(7, 100, 400), template]), "it is 400x400, the template 400x300, and what the"),
                       (scene(9, 300, 400), "shows something else than its template")):  # fmt: skip
        with pytest.raises(Mismatch, match=told):
            register(meme, template, 0.5, 0.15)


def test_pictures_that_are_there_are_registered_and_other_memes_rendered(tmp_path: Path) -> None:
    dataset, pictures, out = write_dataset(tmp_path / "copy"), tmp_path / "pictures", tmp_path / "out"
    image, _ = lettered(scene(0), 1.5, 30)
    save(pictures / "m0.jpg", image, cv2.IMWRITE_JPEG_QUALITY, 95)
    save(pictures / "One-Dog" / "m1.jpg", lettered(scene(0), 1.0, 0)[0], cv2.IMWRITE_JPEG_QUALITY, 95)
    save(pictures / "m100.jpg", scene(1, 100, 200))
    (pictures / "m101.jpg").write_bytes(b"\xff\xd8 cut off")
    save(pictures / "m102.jpg", cv2.resize(scene(1), (40, 36), interpolation=cv2.INTER_AREA))
    result = run(dataset, out, ["--pictures", str(pictures), "--per-template", "3", "--worn", "0"])
    assert result.exit_code == 1, result.output
    manifest = read_manifest(out / "manifest.csv")
    made = {row.id: row.extra["made"] for row in manifest.rows}
    assert made["One-Dog_m0"] == made["One-Dog_m1"] == "registered"
    assert sorted(made.values()).count("rendered") == 1 + 1 + 3 + 3
    assert [id for id in made if id.startswith("Two-Cats")] == ["Two-Cats_m103"]
    row = next(row for row in manifest.rows if row.id == "One-Dog_m0")
    sample = load_sample(manifest, row)
    assert (row.width, row.height) == (300, 255)
    assert sample.mask[:30].any()
    assert sample.clean is not None
    assert (out / row.image).read_bytes() == (pictures / "m0.jpg").read_bytes()
    report = read_report(out)
    assert report["counts"]["memes registered"] == 2
    assert report["counts"]["meme pictures that do not fit, skipped"] == 1
    assert report["counts"]["meme pictures that are unreadable or too small, skipped"] == 2
    assert any("m102.jpg: is 40x36, needs 64 px a side" in line for line in report["bad"])
    assert (
        sum("m100.jpg: its size fits no template: it is 200x100, the template 200x150" in x for x in report["bad"]) == 1
    )
