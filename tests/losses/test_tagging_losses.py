import pytest
import torch
from torch.nn import functional as F

from textrm.errors import UserError
from textrm.losses.tagging import AsymmetricLoss, LookLoss, MultilabelBCE, MultilabelFocalLoss

GENERATOR = torch.Generator().manual_seed(0)
LOGITS = torch.randn(6, 5, generator=GENERATOR) * 3
TAGS = (torch.rand(6, 5, generator=GENERATOR) < 0.3).float()

LOSSES = {"bce": MultilabelBCE, "focal": MultilabelFocalLoss, "asymmetric": AsymmetricLoss}


def test_bce_is_that_of_torch():
    torch.testing.assert_close(MultilabelBCE()(LOGITS, TAGS), F.binary_cross_entropy_with_logits(LOGITS, TAGS))


def test_asymmetric_is_the_formula_of_the_paper():
    prob = LOGITS.sigmoid()
    shifted = (prob - 0.05).clamp(min=0)
    expected = -torch.where(TAGS > 0, (1 - prob) ** 1.5 * prob.log(), shifted**4 * (1 - shifted).log()).mean()
    torch.testing.assert_close(AsymmetricLoss(1.5, 4, 0.05)(LOGITS, TAGS), expected)


def test_focal_is_the_formula_of_the_paper():
    prob = LOGITS.sigmoid()
    expected = -torch.where(TAGS > 0, (1 - prob) ** 2 * prob.log(), prob**2 * (1 - prob).log()).mean()
    torch.testing.assert_close(MultilabelFocalLoss(2.0)(LOGITS, TAGS), expected)


@pytest.mark.parametrize("name", LOSSES)
def test_what_every_loss_keeps(name):
    loss = LOSSES[name]()
    unknown = TAGS.clone()
    unknown[0] = float("nan")
    torch.testing.assert_close(loss(LOGITS, unknown), loss(LOGITS[1:], TAGS[1:]))
    assert loss(LOGITS, torch.full_like(TAGS, float("nan"))) == 0
    extreme = torch.tensor([[200.0, -200.0, 200.0, -200.0]], requires_grad=True)
    value = loss(extreme, torch.tensor([[1.0, 0.0, 0.0, 1.0]]))
    value.backward()
    assert value.isfinite()
    assert extreme.grad.isfinite().all()
    assert extreme.grad[0, 3] < 0  # a missed tag still pulls
    assert loss(LOGITS.bfloat16(), TAGS).dtype == torch.float32


def test_balance_weighs_rare_tags():
    loss = MultilabelBCE(balance=0.5)
    loss.set_frequencies(torch.tensor([0.5, 0.2, 0.0]))
    assert loss.positive_weights.tolist() == pytest.approx([1.0, 2.0, 100.0])
    logits, tags = torch.zeros(1, 3), torch.tensor([[0.0, 1.0, 0.0]])
    assert loss(logits, tags).item() == pytest.approx((1 + 2 + 1) / 3 * 0.6931, abs=1e-4)
    assert not dict(loss.state_dict())  # it follows from the data


@pytest.mark.parametrize(
    "make",
    [lambda: MultilabelFocalLoss(-1), lambda: AsymmetricLoss(clip=1.0), lambda: MultilabelBCE("much"),
     lambda: LookLoss(anchor=-0.1)],
)  # fmt: skip
def test_impossible_numbers_are_refused(make):
    with pytest.raises(UserError, match="expected a"):
        make()


def looks(*matrix):
    """The whole picture, and one look."""
    return torch.tensor([[[1.0, 1.0, 0.0, 0.0], matrix]], requires_grad=True)


ANCHOR = torch.tensor([[0.5, 0.5, -0.4, 0.4]])


@pytest.mark.parametrize(
    ("matrix", "anchor", "scale", "boundary"),
    [
        ((0.5, 0.5, -0.4, 0.4), 0.0, 0.0, 0.0),
        ((0.5, 0.5, -0.2, 0.1), (0.2**2 + 0.3**2) / 2, 0.0, 0.0),
        ((1.5, 0.5, -0.4, 0.4), 0.0, 0.5**2, 0.9),
        ((0.1, -0.3, -0.4, 0.4), 0.0, 0.1 + 0.5, 0.0),
        ((0.5, 0.5, -0.7, 0.9), (0.3**2 + 0.5**2) / 2, 0.0, 0.2 + 0.4),
    ],
)
def test_looks_are_kept_in_place(matrix, anchor, scale, boundary):
    loss = LookLoss()
    terms = loss(looks(*matrix), ANCHOR)
    found = {name: value.item() for name, value in terms.items()}
    assert found == pytest.approx({"anchor": anchor, "scale": scale, "boundary": boundary}, abs=1e-6)
    assert loss.total(terms).item() == pytest.approx(0.2 * anchor + 0.05 * scale + 0.1 * boundary, abs=1e-6)


def test_a_look_outside_is_pulled_back():
    matrices = looks(0.05, 1.4, -0.9, 0.4)
    loss = LookLoss()
    loss.total(loss(matrices, ANCHOR)).backward()
    small, large, left, _ = matrices.grad[0, 1].tolist()
    assert small < 0  # grows
    assert large > 0  # shrinks
    assert left < 0  # goes to the right
    assert not matrices.grad[0, 0].any()  # the whole picture is not counted
