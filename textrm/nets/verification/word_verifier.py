"""A verifier of words: a small net that looks at one word at a time, and says whether it is lettering."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from textrm.nets.layers.blocks import conv_bn_act


class WordVerifier(nn.Module):
    """Views of words B V C S S and their features B F to logits B.

    The stage after a finder that proposes, as in two-stage detection (Ren et al. 2015, Faster R-CNN); but each proposal
    is cut out of the page and seen at its own scale, and at two others, by the same convolutions, and the maps of the
    finder come along as channels. The logit is the sum of what the views say, by means and maxima of the last map of
    each, and of what the features say, by a linear and a hidden layer.

    Args:
        views: V, squares of the page that each word is seen in.
        channels: C of each view.
        features: F numbers that are known of each word.
        width: channels of the first of four convolutions, each of which halves the map.
        deeper: whether the second and the third have another one behind them.
        hidden: units of the hidden layer of the features.
        most: what the views may say at most, in logits: a drawing that looks like letters is none where nothing else
            speaks for it.
        dropout: share of the joined values that is dropped in training, and of the hidden ones.
    """

    def __init__(self, views: int, channels: int, features: int, width: int = 24, deeper: bool = True,
                 hidden: int = 64, most: float = 1.5, dropout: float = 0.2) -> None:  # fmt: skip
        super().__init__()
        self.most = most
        widths = [channels, width, width * 3 // 2, width * 3, width * 4]
        layers: list[nn.Module] = []
        for number, (before, after) in enumerate(pairwise(widths)):
            layers.append(conv_bn_act(before, after, 3, stride=2))
            if deeper and number in (1, 2):
                layers.append(conv_bn_act(after, after, 3))
        self.trunk = nn.Sequential(*layers, conv_bn_act(widths[-1], widths[-1], 3))
        self.of_views = nn.Sequential(nn.Dropout(dropout), nn.Linear(2 * views * widths[-1], 64), nn.ReLU(),
                                      nn.Dropout(dropout), nn.Linear(64, 1))  # fmt: skip
        self.standardize = nn.BatchNorm1d(features)
        self.linear = nn.Linear(features, 1)
        self.hidden = nn.Sequential(nn.Linear(features, hidden), nn.Tanh(), nn.Linear(hidden, 1))

    def forward(self, views: Tensor, features: Tensor) -> Tensor:
        """Logits B; ``views`` in [-0.5, 0.5]."""
        by_views, by_features = self.parts(views, features)
        return by_views.clamp(max=self.most) + by_features

    def parts(self, views: Tensor, features: Tensor) -> tuple[Tensor, Tensor]:
        """Logits B of the views and of the features, each by themselves."""
        maps = self.trunk(views.flatten(0, 1).contiguous(memory_format=torch.channels_last))
        seen = torch.cat([maps.mean((2, 3)), maps.amax((2, 3))], 1).unflatten(0, (-1, views.shape[1])).flatten(1)
        standard = self.standardize(features)
        return self.of_views(seen)[:, 0], (self.linear(standard) + self.hidden(standard))[:, 0]
