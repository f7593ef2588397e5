"""What inpainting is scored by, against cases that can be computed by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from inpainting_task import batch, task

from textrm.tasks.inpainting_scores import InpaintingScores, picture_figures


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (10, 40)])
def test_small_pictures_have_scores(size: tuple[int, int]) -> None:
    picture, mask = torch.full((3, *size), 0.5), torch.ones(1, *size)
    figures = picture_figures(picture * 0.9, picture, mask, torch.zeros(1, *size, dtype=torch.bool))
    assert figures is not None
    assert figures[:4].isfinite().all()


def test_scores_follow_their_definition() -> None:
    scores = InpaintingScores()
    made = batch(share=0.25)
    composite = made["clean"] + 0.1 * made["mask"]
    scores.update(composite, made["clean"], made["mask"], made["ignore"])
    found = scores.compute()
    assert found["psnr_hole"] == pytest.approx(20, abs=1e-3)
    assert found["psnr"] == pytest.approx(20 + 10 * np.log10(4), abs=1e-3)
    assert found["l1_hole"] == pytest.approx(0.1, abs=1e-5)
    assert 0 < found["ssim"] < 1
    assert found["psnr_hole_20-30"] == found["psnr_hole"]
    assert "psnr_hole_0-10" not in found


def test_pictures_without_a_hole_are_not_counted_and_a_perfect_one_has_60_decibels() -> None:
    scores = InpaintingScores()
    made = batch(share=0.5)
    made["mask"][1] = 0
    scores.update(made["clean"], made["clean"], made["mask"], made["ignore"])
    assert float(scores.counts.sum()) == 1
    assert scores.compute()["psnr_hole"] == pytest.approx(60)
    assert InpaintingScores().compute() == {}


def test_the_known_pixels_of_what_is_scored_are_the_truth(monkeypatch: pytest.MonkeyPatch) -> None:
    made = task(0.5)
    monkeypatch.setattr(made, "log", lambda *args, **options: None)
    shown = made.validation_step(batch(share=0.5), 0)
    assert (shown["composite"][..., 8:] == 0.25).all()
    assert (shown["composite"][..., :8] == 0.5).all()
