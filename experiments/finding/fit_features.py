"""Fits what features say of words by themselves: several small nets, whose mean is one with as wide a hidden layer."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from textrm.nets.verification.word_verifier import WordVerifier

HIDDEN, MEMBERS = 24, 4
STEPS, RATE, DECAY = 2500, 0.01, 0.1


class Member(nn.Module):
    """A linear layer of F standardised features and a hidden one beside it: N F to logits N."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.linear, self.hidden = nn.Linear(features, 1), nn.Linear(features, HIDDEN)
        self.out = nn.Linear(HIDDEN, 1, bias=False)
        nn.init.zeros_(self.linear.weight)

    def forward(self, features: Tensor) -> Tensor:
        """How likely each word is lettering."""
        return (self.linear(features) + self.out(torch.tanh(self.hidden(features))))[:, 0]


def fit_features(features: Tensor, truth: Tensor, weighing: Tensor, seed: int = 0) -> list[Member]:
    """``MEMBERS`` nets of standardised features, under which words are told apart best.

    Args:
        features: N x F, standardised.
        truth: N, the share of each word that is lettering.
        weighing: N, how much each word counts, 1 in the mean.
        seed: of the nets' first weights.
    """
    members = []
    for number in range(MEMBERS):
        torch.manual_seed(seed * MEMBERS + number)
        member = Member(features.shape[1])
        optimizer = torch.optim.AdamW(member.parameters(), RATE, weight_decay=DECAY)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
        for _ in range(STEPS):
            optimizer.zero_grad()
            nn.functional.binary_cross_entropy_with_logits(member(features), truth, weighing).backward()
            optimizer.step()
            schedule.step()
        members.append(member)
    return members


@torch.no_grad()
def joined(net: WordVerifier, members: Sequence[Member], share: float) -> WordVerifier:
    """``share`` times the sum of what a verifier says and what the members say in the mean, as one verifier."""
    whole, part = copy.deepcopy(net), share / len(members)
    whole.most.mul_(share)
    inner, outer, last = whole.hidden[0], whole.hidden[-1], whole.of_views[-1]
    assert isinstance(inner, nn.Linear)
    assert isinstance(outer, nn.Linear)
    assert isinstance(last, nn.Linear)
    for layer in (last, whole.linear, outer):
        layer.weight.mul_(share)
        layer.bias.mul_(share)
    for member in members:
        whole.linear.weight.add_(part * member.linear.weight)
        whole.linear.bias.add_(part * member.linear.bias)
    wide = [inner, *(member.hidden for member in members)]
    weight, bias = torch.cat([layer.weight for layer in wide]), torch.cat([layer.bias for layer in wide])
    inner.weight, inner.bias = nn.Parameter(weight), nn.Parameter(bias)
    outer.weight = nn.Parameter(torch.cat([outer.weight, *(part * member.out.weight for member in members)], 1))
    return whole.eval()
