"""The looks of a coarse-to-fine net: what each is shown, and what is handed on."""

from __future__ import annotations

import math

import pytest
import torch
from recording_net import RecordingNet
from torch import nn

from textrm.nets.segmentation.coarse_to_fine import UNKNOWN, CoarseToFine, finer, pyramid


def net_of(looks: int) -> CoarseToFine:
    """Its net says the logit of the fourth channel plus one."""
    return CoarseToFine(RecordingNet(lambda image: torch.logit(image[:, 3:])), looks)


def test_each_look_is_shown_its_member_and_what_the_one_before_said() -> None:
    net = net_of(looks=3)
    image = torch.rand(2, 3, 64, 96)
    logits = net(image)
    assert [tuple(shown.shape) for shown in net.net.shown] == [(2, 4, 16, 24), (2, 4, 32, 48), (2, 4, 64, 96)]
    for shown, factor in zip(net.net.shown, (4, 2, 1), strict=True):
        member = image.unflatten(2, (-1, factor)).unflatten(4, (-1, factor)).mean((3, 5))
        assert torch.allclose(shown[:, :3], member, atol=1e-6)
    # No prior is 0.5; each look adds one to the logit of the last.
    priors = [shown[:, 3].mean().item() for shown in net.net.shown]
    assert priors == pytest.approx([UNKNOWN, 1 / (1 + math.exp(-1)), 1 / (1 + math.exp(-2))])
    assert logits.mean().item() == pytest.approx(3, abs=1e-5)


def test_no_gradient_goes_through_the_prior() -> None:
    net = net_of(looks=3)
    net(torch.rand(1, 3, 32, 32)).sum().backward()
    assert net.net.bias.grad is not None
    assert net.net.bias.grad.item() == 32 * 32  # of the last look alone


def test_the_prior_lies_where_it_was_seen() -> None:
    logits = torch.full((1, 1, 2, 2), -9.0)
    logits[0, 0, 1, 0] = 9.0
    prior = finer(logits)
    assert (prior > 0.5).nonzero()[:, 2:].tolist() == [[2, 0], [2, 1], [3, 0], [3, 1]]


def test_stride_is_that_of_the_smallest_member() -> None:
    assert net_of(looks=4).stride == 64
    with pytest.raises(ValueError, match="pad it to 64×64"):
        net_of(looks=4)(torch.zeros(1, 3, 64, 40))
    with pytest.raises(ValueError, match="at least 1"):
        net_of(looks=0)


def test_weights_of_one_look_are_taken_over() -> None:
    net = CoarseToFine(nn.Conv2d(4, 1, 1), looks=2)
    weights = {name: torch.full_like(value, 2.0) for name, value in net.net.state_dict().items()}
    assert net.take_over(weights).keys() == net.state_dict().keys()
    assert net.take_over(net.take_over(weights)).keys() == net.state_dict().keys()


def test_pyramid_keeps_the_mean() -> None:
    image = torch.rand(1, 1, 32, 16)
    assert [tuple(member.shape[2:]) for member in pyramid(image, 3)] == [(8, 4), (16, 8), (32, 16)]
    assert all(member.mean().item() == pytest.approx(image.mean().item(), abs=1e-6) for member in pyramid(image, 3))
