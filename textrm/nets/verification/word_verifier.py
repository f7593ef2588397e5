"""A verifier of words: a small net that looks at one word at a time, and says whether it is lettering."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from textrm.nets.layers.blocks import conv_bn_act


class WordVerifier(nn.Module):
    """Views of words B V C S S uint8 and their features B F to logits B.

    The stage after a finder that proposes, as in two-stage detection (Ren et al. 2015, Faster R-CNN); but each proposal
    is cut out of the page and seen at its own scale, and at two others, by the same convolutions, and the maps of the
    finder come along as channels. Means and maxima of the last map of all views are joined with the features.

    Args:
        views: V, squares of the page that each word is seen in.
        channels: C of each view.
        features: F numbers that are known of each word.
        width: channels of the first of four convolutions, each of which halves the map.
        dropout: share of the joined values that is dropped in training, and of the hidden ones.
    """

    def __init__(self, views: int, channels: int, features: int, width: int = 24, dropout: float = 0.2) -> None:
        super().__init__()
        widths = [channels, width, width * 3 // 2, width * 3, width * 4]
        layers = [conv_bn_act(before, after, 3, stride=2) for before, after in pairwise(widths)]
        self.trunk = nn.Sequential(*layers, conv_bn_act(widths[-1], widths[-1], 3))
        self.standardize = nn.BatchNorm1d(features)
        joined = 2 * views * widths[-1] + features
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(joined, 64), nn.ReLU(), nn.Dropout(dropout),
                                  nn.Linear(64, 1))  # fmt: skip

    def forward(self, views: Tensor, features: Tensor, known: Tensor | None = None) -> Tensor:
        """Logits B; ``views`` in [-0.5, 0.5]; features whose ``known``, B 1, is 0 are taken as their means."""
        maps = self.trunk(views.flatten(0, 1).contiguous(memory_format=torch.channels_last))
        seen = torch.cat([maps.mean((2, 3)), maps.amax((2, 3))], 1).unflatten(0, (-1, views.shape[1])).flatten(1)
        standard = self.standardize(features)
        return self.head(torch.cat([seen, standard if known is None else standard * known], 1))[:, 0]
