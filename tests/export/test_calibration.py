"""What int8 is calibrated and measured with: crops that show lettering, of pictures that can be read."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import cv2
import pytest

from textrm.errors import UserError
from textrm.export.calibration import calibration_crops

pytestmark = pytest.mark.slow


def test_calibration_passes_over_pictures_that_cannot_be_read(drawn: Path, tmp_path: Path) -> None:
    shutil.copytree(drawn.parent, tmp_path / "set")
    lines = drawn.read_text().splitlines()
    lost = next(line for line in lines if ",train" in line).split(",")[0]
    (tmp_path / "set" / "image" / f"{lost}.png").unlink()
    crops = calibration_crops(tmp_path / "set" / drawn.name, "train", count=24, size=96, seed=0)
    assert len(crops) == 24
    assert lost not in {crop.id for crop in crops}


def test_calibration_crops_show_lettering(drawn: Path) -> None:
    crops = calibration_crops(drawn, "train", count=8, size=64, seed=0)
    assert len(crops) == 8
    assert all(crop.image.shape == (64, 64, 3) and crop.mask.shape == (64, 64) for crop in crops)
    masks = {path.stem: cv2.imread(str(path)).any() for path in (drawn.parent / "mask").iterdir()}
    on_lettering = [crop.mask.any() for number, crop in enumerate(crops) if number % 4 and masks[crop.id]]
    assert on_lettering
    assert all(on_lettering)
    with pytest.raises(UserError, match="no picture of split train of at least 4000×4000"):
        calibration_crops(drawn, "train", count=1, size=4000, seed=0)


def test_calibration_of_an_inpainting_net_needs_clean_pictures(drawn: Path) -> None:
    bare = drawn.with_name("no_clean.csv")
    bare.write_text(re.sub(r",clean/[^,]+,", ",,", drawn.read_text()))
    with pytest.raises(UserError, match="to calibrate with that has a clean version"):
        calibration_crops(bare, "val", 2, 64, 1, clean=True)
