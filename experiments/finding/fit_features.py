"""Fits what features say of words by themselves: several small nets, whose mean is one with as wide a hidden layer."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from textrm.nets.verification.word_verifier import WordVerifier

HIDDEN, MEMBERS = 24, 4
STEPS, RATE, DECAY = 2500, 0.01, 0.1


def fit_features(features: Tensor, truth: Tensor, weighing: Tensor, seed: int = 0) -> list[nn.ModuleList]:
    """``MEMBERS`` nets of a linear and a hidden layer of standardised features, under which words are told apart best.

    Args:
        features: N x F, standardised.
        truth: N, the share of each word that is lettering.
        weighing: N, how much each word counts, 1 in the mean.
        seed: of the nets' first weights.
    """
    members = []
    for member in range(MEMBERS):
        torch.manual_seed(seed * MEMBERS + member)
        layers = nn.ModuleList([nn.Linear(features.shape[1], 1), nn.Linear(features.shape[1], HIDDEN),
                                nn.Linear(HIDDEN, 1, bias=False)])  # fmt: skip
        nn.init.zeros_(layers[0].weight)
        optimizer = torch.optim.AdamW(layers.parameters(), RATE, weight_decay=DECAY)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
        for _ in range(STEPS):
            optimizer.zero_grad()
            logit = layers[0](features) + layers[2](torch.tanh(layers[1](features)))
            nn.functional.binary_cross_entropy_with_logits(logit[:, 0], truth, weighing).backward()
            optimizer.step()
            schedule.step()
        members.append(layers)
    return members


def joined(net: WordVerifier, members: list[nn.ModuleList], share: float) -> WordVerifier:
    """``share`` times the sum of what a verifier says and what the members say in the mean, as one verifier."""
    views, channels = net.views, net.channels
    hidden = net.hidden[0].out_features + sum(member[1].out_features for member in members)
    whole = WordVerifier(views, channels, net.linear.in_features, net.width, net.deeper, hidden, share * net.most)
    own = net.state_dict()
    for name in ("of_views.4.weight", "of_views.4.bias", "linear.weight", "linear.bias", "hidden.2.weight",
                 "hidden.2.bias"):  # fmt: skip
        own[name] = own[name] * share
    part = share / len(members)
    for member in members:
        own["linear.weight"] = own["linear.weight"] + part * member[0].weight
        own["linear.bias"] = own["linear.bias"] + part * member[0].bias
        own["hidden.0.weight"] = torch.cat([own["hidden.0.weight"], member[1].weight])
        own["hidden.0.bias"] = torch.cat([own["hidden.0.bias"], member[1].bias])
        own["hidden.2.weight"] = torch.cat([own["hidden.2.weight"], part * member[2].weight], 1)
    whole.load_state_dict(own)
    return whole.eval()
