"""What TensorBoard is given."""

from __future__ import annotations

import torch

from textrm.callbacks.pictures import HIT, INVENTED, MISSED, InpaintingPictures, segmentation_columns, side_by_side


def test_panel_shows_picture_truth_prediction_and_disagreement() -> None:
    image = torch.full((3, 8, 8), 0.5)
    mask, prob = torch.zeros(1, 8, 8), torch.zeros(1, 8, 8)
    mask[0, 0, 0] = prob[0, 0, 0] = 1  # hit
    mask[0, 1, 1] = 1  # missed
    prob[0, 2, 2] = 0.8  # invented
    shown = side_by_side(segmentation_columns(image, mask, prob), height=8)
    assert shown.shape == (3, 8, 32)
    assert torch.equal(shown[:, :, :8], image)
    assert torch.equal(shown[:1, :, 8:16], mask)
    assert torch.equal(shown[1:2, :, 16:24], prob)
    disagreement = shown[:, :, 24:]
    for pixel, colour in ((0, HIT), (1, MISSED), (2, INVENTED)):
        assert torch.allclose(disagreement[:, pixel, pixel], torch.tensor(colour))
    assert torch.allclose(disagreement[:, 5, 5], torch.tensor(0.875))
    strict = segmentation_columns(image, mask, prob, threshold=0.9)[3]
    assert torch.allclose(strict[:, 2, 2], torch.tensor(0.875))


def test_panel_is_made_smaller_and_never_larger() -> None:
    columns = [torch.zeros(3, 40, 20)] * 4
    assert side_by_side(columns, height=10).shape == (3, 10, 20)
    assert side_by_side(columns, height=100).shape == (3, 40, 80)


def test_inpainting_shows_corrupted_mask_output_composite_truth() -> None:
    mask = torch.zeros(1, 8, 8)
    mask[:, 2:4, 2:4] = 1
    item = {"image": torch.full((3, 8, 8), 0.2), "mask": mask, "clean": torch.full((3, 8, 8), 0.3)}
    output = {"output": torch.full((3, 8, 8), 0.4), "composite": torch.full((3, 8, 8), 0.5)}
    corrupted, hole, *rest = InpaintingPictures().columns(item, output)
    assert torch.equal(corrupted, torch.where(mask > 0, 1.0, item["image"]))
    assert torch.equal(hole, mask.expand(3, -1, -1))
    assert [round(float(panel.mean()), 1) for panel in rest] == [0.4, 0.5, 0.3]
