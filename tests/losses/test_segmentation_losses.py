import math
from functools import partial

import numpy as np
import pytest
import torch

from textrm.errors import UserError
from textrm.losses.segmentation import BootstrappedBCE, DiceLoss, FocalLoss, SumOfLosses, WeightedBCE

LOSSES = {
    "bce": WeightedBCE(1, 2),
    "focal 0.5": FocalLoss(0.5, 1, 3),
    "focal 2": FocalLoss(2, 0.5, 1),
    "bootstrapped": BootstrappedBCE(0.8, 1, 2),
    "dice": DiceLoss(),
    "sum": SumOfLosses({"focal": FocalLoss(1.0), "dice": DiceLoss()}, {"dice": 0.3}),
}


@pytest.fixture
def batch():
    generator = torch.Generator().manual_seed(0)
    logits = 3 * torch.randn(2, 1, 5, 6, generator=generator, dtype=torch.float64)
    mask = (torch.rand(2, 1, 5, 6, generator=generator) > 0.6).double()
    ignore = torch.rand(2, 1, 5, 6, generator=generator) > 0.7
    return logits, mask, ignore


def plain_focal(logits, mask, gamma, background_weight, text_weight):
    p = 1 / (1 + np.exp(-logits.numpy()))
    m = mask.numpy()
    text = -text_weight * m * (1 - p) ** gamma * np.log(p)
    background = -background_weight * (1 - m) * p**gamma * np.log(1 - p)
    return text + background


@pytest.mark.parametrize("gamma", [0, 0.5, 1, 2])
@pytest.mark.parametrize("weights", [(1, 1), (1, 5), (0.3, 2)])
def test_focal_is_the_plain_formula(batch, gamma, weights):
    logits, mask, ignore = batch
    values = plain_focal(logits, mask, gamma, *weights)
    assert FocalLoss(gamma, *weights)(logits, mask).item() == pytest.approx(values.mean())
    assert FocalLoss(gamma, *weights)(logits, mask, ignore).item() == pytest.approx(values[~ignore.numpy()].mean())


def test_weighted_bce_is_torchs(batch):
    logits, mask, _ = batch
    reference = torch.nn.functional.binary_cross_entropy_with_logits(
        logits, mask, pos_weight=torch.tensor(3.0).double()
    )
    assert WeightedBCE(1, 3)(logits, mask).item() == pytest.approx(reference.item())


@pytest.mark.parametrize("beta", [0.5, 0.95])
def test_bootstrapping_is_the_plain_formula(batch, beta):
    logits, mask, _ = batch
    p, m = 1 / (1 + np.exp(-logits.numpy())), mask.numpy()
    target = beta * m + (1 - beta) * p
    values = -(target * np.log(p) + (1 - target) * np.log(1 - p)) * np.where(m == 1, 2, 1)
    assert BootstrappedBCE(beta, 1, 2)(logits, mask).item() == pytest.approx(values.mean())


def test_bootstrapping_with_beta_1_is_bce(batch):
    assert BootstrappedBCE(1.0, 1, 2)(*batch).item() == pytest.approx(WeightedBCE(1, 2)(*batch).item())
    assert BootstrappedBCE(0.8, 1, 2)(*batch).item() != pytest.approx(WeightedBCE(1, 2)(*batch).item())


def test_dice_is_the_plain_formula(batch):
    logits, mask, ignore = batch
    keep = ~ignore.numpy()
    p, m = (1 / (1 + np.exp(-logits.numpy())))[keep], mask.numpy()[keep]
    expected = 1 - (2 * (p * m).sum() + 0.5) / ((p**2).sum() + (m**2).sum() + 0.5)
    assert DiceLoss(0.5)(logits, mask, ignore).item() == pytest.approx(expected)


def test_dice_knows_right_from_wrong():
    mask = torch.zeros(1, 1, 8, 8)
    mask[..., 2:6, 2:6] = 1
    assert DiceLoss()((mask * 2 - 1) * 50, mask).item() == pytest.approx(0, abs=1e-6)
    assert DiceLoss()((1 - mask * 2) * 50, mask).item() == pytest.approx(1 - 1 / (64 + 1))


def test_sum_weighs_its_terms(batch):
    terms = {"focal": FocalLoss(1.0), "dice": DiceLoss()}
    expected = terms["focal"](*batch) + 0.3 * terms["dice"](*batch)
    assert SumOfLosses(terms, {"dice": 0.3})(*batch).item() == pytest.approx(expected.item())
    with pytest.raises(ValueError, match=r"weights for \['bce'\], but the losses are \['dice', 'focal'\]"):
        SumOfLosses(terms, {"bce": 1.0})


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        (partial(BootstrappedBCE, beta=1.5), "beta=1.5: expected"),
        (partial(BootstrappedBCE, beta=-0.5), "beta=-0.5: expected"),
        (partial(BootstrappedBCE, beta="much"), "beta=much: expected"),
        (partial(DiceLoss, smooth=0), "smooth=0: expected"),
        (partial(FocalLoss, gamma=-1), "gamma=-1: expected"),
    ],
)
def test_bad_numbers_are_named(loss, said):
    with pytest.raises(UserError, match=said):
        loss()


@pytest.mark.parametrize("name", LOSSES)
def test_gradient_is_that_of_the_value(name, batch):
    logits, mask, ignore = batch
    assert torch.autograd.gradcheck(lambda x: LOSSES[name](x, mask, ignore), logits.requires_grad_())


@pytest.mark.parametrize("name", LOSSES)
def test_ignored_pixels_have_no_say(name, batch):
    logits, mask, ignore = batch
    other = torch.where(ignore, 7.0, logits).requires_grad_()
    loss = LOSSES[name](other, torch.where(ignore, 1 - mask, mask), ignore)
    loss.backward()
    assert loss.item() == pytest.approx(LOSSES[name](logits, mask, ignore).item())
    assert not other.grad[ignore].any()
    assert other.grad[~ignore].all()


@pytest.mark.parametrize("name", LOSSES)
def test_nothing_counted_is_nothing_lost(name, batch):
    logits, mask, _ = batch
    loss = LOSSES[name](logits.requires_grad_(), mask, torch.ones_like(mask, dtype=torch.bool))
    loss.backward()
    assert loss.item() == 0
    assert not logits.grad.any()


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_saturated_logits_stay_finite(name, dtype):
    logits = torch.tensor([-50.0, 50.0, -50.0, 50.0, 0.0, 1e4], dtype=dtype).view(1, 1, 2, 3).requires_grad_()
    mask = torch.tensor([0.0, 0.0, 1.0, 1.0, 1.0, 0.0]).view(1, 1, 2, 3)
    loss = LOSSES[name](logits, mask, None)
    loss.backward()
    assert loss.dtype == torch.float32
    assert math.isfinite(loss.item())
    assert logits.grad.isfinite().all()


def test_a_saturated_mistake_still_pulls():
    logits = torch.tensor([50.0, -50.0]).view(1, 1, 1, 2).requires_grad_()
    FocalLoss(2.0, 1, 1)(logits, torch.tensor([0.0, 1.0]).view(1, 1, 1, 2)).backward()
    assert logits.grad.flatten().tolist() == pytest.approx([0.5, -0.5])


def test_losses_compute_in_float32_under_autocast():
    generator = torch.Generator().manual_seed(0)
    logits, mask = torch.randn(1, 1, 64, 64, generator=generator), torch.ones(1, 1, 64, 64)
    for loss in LOSSES.values():
        expected = loss(logits, mask)
        with torch.autocast("cpu", torch.bfloat16):
            found = loss(logits, mask)
        assert found.dtype == torch.float32
        assert found.item() == pytest.approx(expected.item(), rel=1e-6)
