"""Verifiers of words: small nets that look at one word at a time, and say whether it is lettering."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from textrm.nets.verification.trunks import KnowingTrunk, PlainTrunk

LOOK_LOGITS = slice(1, 5)
"""The features of a word that are the logits of what each look gave to its strokes."""


class WordVerifier(nn.Module):
    """Views of words B V C S S and their features B F to logits B.

    The stage after a finder that proposes, as in two-stage detection (Ren et al. 2015, Faster R-CNN); but each proposal
    is cut out of the page and seen at its own scale, and at two others, by the same trunk, and the maps of the finder
    come along as channels. The logit is the sum of what the views say, by means and maxima of the trunk's map of each,
    and of what the features say, by a linear and a hidden layer.

    Args:
        trunk: views N C S S in [-0.5, 0.5] to maps of ``trunk.channels``.
        views: V, squares of the page that each word is seen in.
        features: F numbers that are known of each word.
        hidden: units of the hidden layer of the features.
        most: what the views may say at most, in logits: a drawing that looks like letters is none where nothing else
            speaks for it.
        dropout: share of the joined values that is dropped in training, and of the hidden ones.
    """

    most: Tensor

    def __init__(self, trunk: PlainTrunk | KnowingTrunk, views: int, features: int, hidden: int = 64, most: float = 1.5,
                 dropout: float = 0.25) -> None:  # fmt: skip
        super().__init__()
        self.register_buffer("most", torch.full((1,), float(most)))
        self.trunk = trunk
        self.of_views = nn.Sequential(nn.Dropout(dropout), nn.Linear(2 * views * trunk.channels, 64), nn.ReLU(),
                                      nn.Dropout(dropout), nn.Linear(64, 1))  # fmt: skip
        self.standardize = nn.BatchNorm1d(features)
        self.linear = nn.Linear(features, 1)
        self.hidden = nn.Sequential(nn.Linear(features, hidden), nn.Tanh(), nn.Linear(hidden, 1))

    def forward(self, views: Tensor, features: Tensor) -> Tensor:
        """Logits B; ``views`` in [-0.5, 0.5]."""
        by_views, by_features = self.parts(views, features)
        return torch.minimum(by_views, self.most) + by_features

    def parts(self, views: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
        """Logits B of the views and of the features, each by themselves."""
        maps = self.trunk(views.flatten(0, 1).contiguous(memory_format=torch.channels_last))
        seen = torch.cat([maps.mean((2, 3)), maps.amax((2, 3))], 1).unflatten(0, (-1, views.shape[1])).flatten(1)
        standard = self.standardize(features)
        return self.of_views(seen)[:, 0], (self.linear(standard) + self.hidden(standard))[:, 0]


class EitherVerifier(nn.Module):
    """Says what the surest of several verifiers says, but nothing goes that one of them is against, and nothing is sure
    that one of them does not agree to: views B V C S S and features B F to logits B.

    Two that learnt differently miss other words. A row of windows that deceives the one that learnt from words alone
    is plainly none to the one that knows photographs, see ``experiments/finding``.

    Args:
        verifiers: those that are asked.
        least: the lowest logit of each that is not against; where one says less, the least sure one is heard. None for
            no such limit.
        agreed: the logit of each from which on it agrees; None for all.
        alone: the highest logit of a word that one of them does not agree to.
        unanimous, certain: with them the last verifier is heard only where every look's mean logit of a word's strokes
            (columns ``LOOK_LOGITS`` of the features) is ``unanimous`` at least: there what it gives ``certain`` or more
            goes whatever the others say. None for no such verifier.
    """

    least: Tensor
    agreed: Tensor

    def __init__(self, verifiers: Sequence[WordVerifier], least: Sequence[float] | None = None,
                 agreed: Sequence[float] | None = None, alone: float = math.inf, unanimous: float | None = None,
                 certain: float = 0.0) -> None:  # fmt: skip
        super().__init__()
        self.verifiers = nn.ModuleList(verifiers)
        voices = len(verifiers) - (unanimous is not None)
        for name, given in (("least", least), ("agreed", agreed)):
            limits = [-math.inf] * voices if given is None else list(given)
            if len(limits) != voices:
                raise ValueError(f"expected one limit for each of {voices} verifiers, got {len(limits)}")
            self.register_buffer(name, torch.tensor(limits, dtype=torch.float32)[:, None], persistent=False)
        self.alone, self.unanimous, self.certain = alone, unanimous, certain

    def forward(self, views: Tensor, features: Tensor) -> Tensor:
        """Logits B; ``views`` in [-0.5, 0.5]."""
        every = torch.stack([verifier(views, features) for verifier in self.verifiers])
        said = every if self.unanimous is None else every[:-1]
        surest = said.amax(0)
        surest = torch.where((said < self.agreed).any(0), surest.clamp(max=self.alone), surest)
        heard = torch.where((said < self.least).any(0), said.amin(0), surest)
        if self.unanimous is None:
            return heard
        plain = (features[:, LOOK_LOGITS].amin(1) >= self.unanimous) & (every[-1] >= self.certain)
        return torch.where(plain, torch.maximum(heard, every[-1]), heard)
