from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from textrm.errors import UserError
from textrm.losses.adversarial import discriminator_loss, generator_loss
from textrm.losses.inpainting import InpaintingLoss, RelativeHoleLoss, gram

NAMES = {"valid", "hole", "total_variation", "perceptual", "style"}


def features(image: Tensor) -> tuple[Tensor, ...]:
    return image * 2, torch.nn.functional.avg_pool2d(image, 2)


@pytest.fixture
def batch() -> tuple[Tensor, ...]:
    generator = torch.Generator().manual_seed(0)
    output, clean = (torch.rand(2, 3, 6, 8, generator=generator) for _ in range(2))
    mask = torch.zeros(2, 1, 6, 8)
    mask[:, :, 2:4, 3:6] = 1
    return output, clean, mask, torch.zeros(2, 1, 6, 8, dtype=torch.bool)


def test_terms_are_the_plain_formulas(batch: tuple[Tensor, ...]) -> None:
    output, clean, mask, _ = batch
    terms = InpaintingLoss(features=features)(*batch)
    assert terms.keys() == NAMES
    count = output.numel()
    composite = torch.where(mask > 0, output, clean)
    assert terms["valid"].item() == pytest.approx((((output - clean).abs() * (1 - mask)).sum() / count).item())
    assert terms["hole"].item() == pytest.approx(6 * (((output - clean).abs() * mask).sum() / count).item())
    variation = 0.0
    near = [(y, x) for y in range(1, 5) for x in range(2, 7)]  # the hole and its one-pixel rim
    for y, x in near:
        for other in ((y + 1, x), (y, x + 1)):
            if other in near:
                variation += float((composite[:, :, y, x] - composite[:, :, *other]).abs().sum())
    assert terms["total_variation"].item() == pytest.approx(0.1 * variation / count, rel=1e-5)
    perceptual = style = 0.0
    for picture in (output, composite):
        for found, wanted in zip(features(picture), features(clean), strict=True):
            perceptual += float((found - wanted).abs().mean())
            flat, flat_wanted = found.flatten(2), wanted.flatten(2)
            size = flat[0].numel()
            difference = (flat @ flat.mT - flat_wanted @ flat_wanted.mT) / size
            style += float(difference.abs().mean())
    assert terms["perceptual"].item() == pytest.approx(0.05 * perceptual, rel=1e-5)
    assert terms["style"].item() == pytest.approx(120 * style, rel=1e-4)


def test_a_perfect_output_costs_the_variation_of_the_truth_only(batch: tuple[Tensor, ...]) -> None:
    _, clean, mask, ignore = batch
    terms = InpaintingLoss(features=features)(clean, clean, mask, ignore)
    assert {name for name, value in terms.items() if value.item() == 0} == NAMES - {"total_variation"}


@pytest.mark.parametrize("loss", [InpaintingLoss(features=features), RelativeHoleLoss()], ids=["paper", "relative"])
def test_ignored_pixels_change_nothing_and_everything_ignored_costs_nothing(loss, batch: tuple[Tensor, ...]) -> None:
    output, clean, mask, ignore = batch
    ignore = ignore.clone()
    ignore[:, :, 3:] = True
    other = torch.where(ignore, torch.full_like(output, 5.0), output).requires_grad_()
    found, expected = loss(other, clean, mask, ignore), loss(output, clean, mask, ignore)
    for name in expected:
        torch.testing.assert_close(found[name], expected[name])
    sum(found.values()).backward()
    assert (other.grad.masked_select(ignore.expand_as(output)) == 0).all()
    nothing = loss(output, clean, mask, torch.ones_like(ignore))
    assert all(value.item() == 0 for value in nothing.values())


@pytest.mark.parametrize("loss", [InpaintingLoss(features=features), RelativeHoleLoss()], ids=["paper", "relative"])
@pytest.mark.parametrize("share", [0.0, 1.0])
def test_no_hole_and_only_hole_are_finite(loss, share: float, batch: tuple[Tensor, ...]) -> None:
    output, clean, _, ignore = batch
    terms = loss(output, clean, torch.full((2, 1, 6, 8), share), ignore)
    assert all(value.isfinite() for value in terms.values())


def test_relative_loss_counts_ratios() -> None:
    clean, mask = torch.zeros(2, 3, 4, 4), torch.ones(2, 1, 4, 4)
    ignore = torch.zeros(2, 1, 4, 4, dtype=torch.bool)
    output = torch.stack([torch.full((3, 4, 4), 0.1), torch.full((3, 4, 4), 0.5)])
    expected = (math.log(0.1 + 1 / 255) + math.log(0.5 + 1 / 255)) / 2
    assert RelativeHoleLoss()(output, clean, mask, ignore)["hole"].item() == pytest.approx(expected)


def test_weights_of_zero_leave_terms_out_and_need_no_features(batch: tuple[Tensor, ...]) -> None:
    assert InpaintingLoss(1, 6, 0, 0, 0)(*batch).keys() == {"valid", "hole"}
    assert InpaintingLoss(style=0, features=features)(*batch).keys() == NAMES - {"style"}
    assert InpaintingLoss(features=None)(*batch).keys() == {"valid", "hole", "total_variation"}
    with pytest.raises(UserError, match=r"^style=-1"):
        InpaintingLoss(style=-1)


def test_gram_is_float32_under_autocast() -> None:
    values = torch.full((1, 2, 64, 64), 1.001)
    with torch.autocast("cpu", torch.bfloat16):
        found = gram(values)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, torch.full((1, 2, 2), 1.001**2 / 2))


def test_hinge_losses() -> None:
    real, fake = torch.tensor([2.0, 0.5]), torch.tensor([-3.0, 0.0])
    assert discriminator_loss(real, fake).item() == pytest.approx(0.25 + 0.5)
    assert generator_loss(fake).item() == pytest.approx(1.5)
