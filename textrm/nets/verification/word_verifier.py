"""A verifier of words: a small net that looks at one word at a time, and says whether it is lettering."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from textrm.nets.layers.blocks import conv_bn_act
from textrm.nets.verification.efficientnet_lite import EfficientNetLite

_INK = 72  # channels of what ink and maps say at 1/8
_LAST, _LAST_OF_INK = 128, 96  # channels that the word is told by


class WordVerifier(nn.Module):
    """Views of words B V C S S and their features B F to logits B.

    The stage after a finder that proposes, as in two-stage detection (Ren et al. 2015, Faster R-CNN); but each proposal
    is cut out of the page and seen at its own scale, and at two others, by the same convolutions, and the maps of the
    finder come along as channels. Its colours go through a net that knows photographs, whose first five blocks do not
    learn (:class:`EfficientNetLite`); all channels go through five convolutions, and join it at 1/8. The logit is the
    sum of what the views say, by means and maxima of the last maps of each, and of what the features say, by a linear
    and a hidden layer.

    Args:
        views: V, squares of the page that each word is seen in.
        channels: C of each view, red, green and blue first.
        features: F numbers that are known of each word.
        hidden: units of the hidden layer of the features.
        most: what the views may say at most, in logits: a drawing that looks like letters is none where nothing else
            speaks for it.
        dropout: share of the joined values that is dropped in training, and of the hidden ones.
    """

    def __init__(self, views: int, channels: int, features: int, hidden: int = 64, most: float = 1.5,
                 dropout: float = 0.3) -> None:  # fmt: skip
        super().__init__()
        self.most = most
        self.colors = EfficientNetLite()
        self.colors.keep_fine()
        self.ink = nn.Sequential(conv_bn_act(channels, 24, 3, stride=2), conv_bn_act(24, 36, 3, stride=2),
                                 conv_bn_act(36, 36, 3), conv_bn_act(36, _INK, 3, stride=2),
                                 conv_bn_act(_INK, _INK, 3))  # fmt: skip
        self.join = nn.Conv2d(_INK, self.colors.fine_channels, 1)
        self.last = conv_bn_act(self.colors.channels, _LAST, 3)
        self.last_of_ink = nn.Sequential(conv_bn_act(_INK, _LAST_OF_INK, 3, stride=2),
                                         conv_bn_act(_LAST_OF_INK, _LAST_OF_INK, 3))  # fmt: skip
        self.of_views = nn.Sequential(nn.Dropout(dropout), nn.Linear(2 * views * (_LAST + _LAST_OF_INK), 64), nn.ReLU(),
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
        squares = views.flatten(0, 1).contiguous(memory_format=torch.channels_last)
        ink = self.ink(squares)
        colors = self.colors.coarse(self.colors.fine(squares[:, :3]) + self.join(ink))
        maps = torch.cat([self.last(colors), self.last_of_ink(ink)], 1)
        seen = torch.cat([maps.mean((2, 3)), maps.amax((2, 3))], 1).unflatten(0, (-1, views.shape[1])).flatten(1)
        standard = self.standardize(features)
        return self.of_views(seen)[:, 0], (self.linear(standard) + self.hidden(standard))[:, 0]
