from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor
from torchmetrics.functional.image import structural_similarity_index_measure

from textrm.errors import UserError
from textrm.losses.cleaning import CleaningLoss, decided, grown, implied_mask, near_error, sobel

ALL = {"l1": 1.0, "near": 1.0, "ssim": 1.0, "perceptual": 1.0, "edge": 1.0, "blend": 1.0, "implied": 1.0}


def features(image: Tensor) -> tuple[Tensor, ...]:
    return image * 2, torch.nn.functional.avg_pool2d(image, 2)


def make_batch() -> tuple[Tensor, Tensor, dict[str, Any]]:
    generator = torch.Generator().manual_seed(0)
    found, image, clean = (torch.rand(2, 3, 32, 40, generator=generator) for _ in range(3))
    mask = torch.zeros(2, 1, 32, 40)
    mask[:, :, 12:16, 14:20] = 1
    batch = {
        "image": image, "clean": clean, "mask": mask, "ignore": torch.zeros(2, 1, 32, 40, dtype=torch.bool),
        "has_mask": torch.tensor([True, True]),
    }  # fmt: skip
    return found, torch.rand(2, 1, 32, 40, generator=generator), batch


def test_terms_are_the_plain_formulas() -> None:
    found, blend, batch = make_batch()
    terms = CleaningLoss(**ALL, features=features)(found, blend, batch)
    truth = batch["clean"]
    assert terms.keys() == ALL.keys()
    assert terms["l1"].item() == pytest.approx((found - truth).abs().mean().item())
    ssim = structural_similarity_index_measure(found, truth, data_range=1.0)
    assert terms["ssim"].item() == pytest.approx(1 - float(ssim))
    deep = sum((a - b).abs().mean() for a, b in zip(features(found), features(truth), strict=True))
    assert terms["perceptual"].item() == pytest.approx(float(deep))
    errors = (found - truth).abs().mean(1)[:, 4:24, 6:28].mean((1, 2))  # 8 px around the box of lettering
    assert terms["near"].item() == pytest.approx(torch.log(errors + 1 / 255).mean().item(), rel=1e-5)
    wanted, certain = torch.zeros(32, 40), torch.ones(32, 40)
    certain[10:18, 12:22] = 0  # 2 px around it
    wanted[11:17, 13:21] = certain[11:17, 13:21] = 1  # 1 px around it
    entropy = -(wanted * blend[:, 0].log() + (1 - wanted) * (1 - blend[:, 0]).log())
    assert terms["blend"].item() == pytest.approx(((entropy * certain).sum() / (2 * certain.sum())).item(), rel=1e-3)


def test_gradients_are_those_of_sobel() -> None:
    ramp = torch.arange(8.0).expand(1, 1, 6, 8) / 8
    across, along = sobel(ramp).unbind(1)
    assert across[..., 1:-1] == pytest.approx(1 / 8)
    assert (along == 0).all()


def test_the_implied_mask_costs_what_was_changed_away_from_lettering() -> None:
    image = torch.full((1, 3, 24, 24), 0.5)
    found = image.clone()
    found[:, 1, 4:6, 4:6] += 8 / 255
    implied = implied_mask(found, image)
    assert implied[0, 0, 4, 4].item() == pytest.approx(1 - math.exp(-1))
    assert implied[0, 0, 10, 10].item() == 0
    nothing = torch.zeros(1, 1, 24, 24)
    cost = decided(implied, nothing, torch.ones_like(nothing)).item()
    assert cost == pytest.approx((4 + 572 * 1e-4) / 576, rel=1e-3)  # -log(1 - p) is the change itself


def test_a_perfect_output_costs_nothing() -> None:
    _, _, batch = make_batch()
    batch["image"] = batch["clean"].clone()
    batch["image"][:, :, 11:17, 13:21] += 1.0
    blend = grown(batch["mask"], 1)
    terms = CleaningLoss(**ALL, features=features)(batch["clean"], blend, batch)
    assert terms.pop("near").item() == pytest.approx(math.log(1 / 255))
    assert all(abs(value.item()) < 2e-4 for value in terms.values())


def test_ignored_pixels_change_nothing() -> None:
    found, blend, batch = make_batch()
    batch["ignore"][:, :, :, 10:] = True
    other = torch.where(batch["ignore"], torch.full_like(found, 5.0), found).requires_grad_()
    loss = CleaningLoss(**ALL, features=features)
    spoilt, expected = loss(other, blend, batch), loss(found, blend, batch)
    for name, value in expected.items():
        torch.testing.assert_close(spoilt[name], value)
    sum(spoilt.values()).backward()
    assert other.grad is not None
    assert (other.grad.masked_select(batch["ignore"].expand_as(found)) == 0).all()


def test_rows_without_a_mask_learn_from_their_clean_picture_alone() -> None:
    found, blend, batch = make_batch()
    batch["has_mask"] = torch.tensor([True, False])
    batch["mask"][1] = 0
    loss = CleaningLoss(**ALL, features=features)
    both, first = loss(found, blend, batch), loss(found[:1], blend[:1], {name: v[:1] for name, v in batch.items()})
    for name in ("blend", "implied", "near"):
        torch.testing.assert_close(both[name], first[name])
    assert both["l1"].item() != pytest.approx(first["l1"].item())


def test_pictures_without_lettering_are_finite_and_have_nothing_near() -> None:
    found, blend, batch = make_batch()
    batch["mask"] = torch.zeros_like(batch["mask"])
    terms = CleaningLoss(**ALL, features=features)(found, blend, batch)
    assert all(value.isfinite() for value in terms.values())
    assert terms["near"].item() == 0
    assert near_error(found, batch["clean"], batch["mask"], torch.ones_like(blend)).item() == 0


def test_pictures_smaller_than_the_window_of_ssim_have_a_loss() -> None:
    found, blend, batch = make_batch()
    small = {name: value[..., :4, :20] if value.ndim == 4 else value for name, value in batch.items()}
    terms = CleaningLoss(ssim=1.0)(found[..., :4, :20], blend[..., :4, :20], small)
    assert 0 < terms["ssim"].item() < 2


def test_weights_scale_and_zero_leaves_out() -> None:
    found, blend, batch = make_batch()
    assert CleaningLoss()(found, blend, batch).keys() == {"l1"}
    double, once = CleaningLoss(2, edge=3)(found, blend, batch), CleaningLoss(1, edge=1)(found, blend, batch)
    assert double["l1"].item() == pytest.approx(2 * once["l1"].item())
    assert double["edge"].item() == pytest.approx(3 * once["edge"].item())
    with pytest.raises(UserError, match=r"^near=-1"):
        CleaningLoss(near=-1)


def test_all_terms_are_float32_under_autocast() -> None:
    found, blend, batch = make_batch()
    loss = CleaningLoss(**{name: weight for name, weight in ALL.items() if name != "perceptual"})
    with torch.autocast("cpu", torch.bfloat16):
        halves = loss(found.bfloat16(), blend, batch)
    exact = loss(found.bfloat16().float(), blend, batch)
    for name, value in exact.items():
        assert halves[name].dtype == torch.float32
        torch.testing.assert_close(halves[name], value)
