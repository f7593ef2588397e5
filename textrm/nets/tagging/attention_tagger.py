"""Tagging by looking around: a recurrent net that chooses where to look next."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from textrm.nets.encoders.encoder import Encoder
from textrm.nets.tagging.tagger import PRIOR, Looks, Tagger

ANCHORS = ((-0.4, -0.4), (0.4, -0.4), (-0.4, 0.4), (0.4, 0.4))  # x, y of the middles, in [-1, 1]
DOUBT = 1.0  # how much lower the logits of crops start: else the maximum of many guesses drowns the whole picture's
SCALE = 0.5  # of the looks at the anchors: with a middle at 0.4 they stay within the picture


class AveragePooling(nn.Module):
    """Mean over the places of a look, B C h w to B C."""

    def __init__(self, channels: int, size: int) -> None:
        super().__init__()
        self.out_channels = channels

    def forward(self, look: Tensor) -> Tensor:
        """The mean."""
        return look.mean((2, 3))


class FullyConnectedPooling(nn.Module):
    """A layer of its own weight for every place of a look, as in the paper, B C h w to B ``out_channels``.

    A map of another size than ``size`` × ``size``, the whole picture's, is averaged to it.
    """

    def __init__(self, channels: int, size: int, out_channels: int = 512) -> None:
        super().__init__()
        self.out_channels, self.size = out_channels, size
        self.layer = nn.Linear(channels * size * size, out_channels)

    def forward(self, look: Tensor) -> Tensor:
        """The layer, and ReLU."""
        return F.relu(self.layer(F.adaptive_avg_pool2d(look, self.size).flatten(1)))


class AttentionTagger(Tagger):
    """Recurrently discovering attentional regions (Wang et al. 2017), with changes.

    An LSTM sees the whole picture first, then one crop of the features per anchor, taken by a spatial transformer
    (Jaderberg et al. 2015). After each look it gives a logit per tag, and where to look next.

    Changes: the places are residuals from anchors, (0, 0), the whole picture, and (±0.4, ±0.4) at scale 0.5, so that
    the looks differ from the start; the first look counts as the others do; the features are the joined maps of all
    stages at the last stride; a look is pooled by its mean (:class:`FullyConnectedPooling` is the paper's way); tags
    are read from the look itself and from what the LSTM holds of all looks so far, which starts at zero; and crops
    are doubted, by an amount per tag that is learnt, since a tag of the whole picture (``monochrome``) would else drown
    in the maximum of five guesses. So the net begins nearly as a
    :class:`~textrm.nets.tagging.tagger.MultilabelTagger`, whose weights it can start from: all but what is named in
    ``grown``.

    Args:
        encoder: gives the maps.
        labels: names of the tags, separated by spaces.
        channels: number of features.
        hidden: width of the LSTM.
        size: places of a look, in each direction.
        pooling: factory ``(channels, size)`` of a module with ``.out_channels`` that turns a look into a vector.
        dropout: of what the tags are read from.
    """

    grown = ("memory.", "recall.", "where.", "doubt")

    def __init__(self, encoder: Encoder, labels: str, channels: int = 256, hidden: int = 512, size: int = 14,
                 pooling: Callable[..., nn.Module] = AveragePooling, dropout: float = 0.2) -> None:  # fmt: skip
        super().__init__(encoder, labels, channels)
        self.size, self.hidden = size, hidden
        self.pooling = pooling(channels=channels, size=size)
        seen = self.pooling.out_channels
        assert isinstance(seen, int)
        self.memory = nn.LSTMCell(seen, hidden)
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(seen, len(self.labels))
        self.recall = nn.Linear(hidden, len(self.labels), bias=False)
        nn.init.zeros_(self.recall.weight)
        self.doubt = nn.Parameter(torch.full((len(ANCHORS), len(self.labels)), DOUBT))
        self.where = nn.Linear(hidden, 4)
        nn.init.normal_(self.where.weight, std=1e-3)  # the first looks are at the anchors
        nn.init.zeros_(self.where.bias)
        anchors = torch.tensor([(SCALE, SCALE, x, y) for x, y in ANCHORS])
        self.register_buffer("anchors", anchors, persistent=False)
        self.anchors: Tensor
        self.set_prior(torch.full((len(self.labels),), PRIOR))

    def look(self, features: Tensor) -> Looks:
        """Logits of K + 1 looks."""
        batch = features.shape[0]
        hidden = cell = features.new_zeros(batch, self.hidden)
        matrices = [features.new_tensor([1.0, 1.0, 0.0, 0.0]).expand(batch, 4)]
        seen, logits = self.pooling(features), []
        # One mask for all looks: of several, the maximum would choose the luckiest.
        kept, remembered = self.dropout(torch.ones_like(seen)), self.dropout(torch.ones_like(hidden))
        for place in range(len(self.anchors) + 1):
            if place:
                matrices.append(self.anchors[place - 1] + self.where(hidden))
                seen = self.pooling(self.crop(features, matrices[-1]))
            hidden, cell = self.memory(seen, (hidden, cell))
            raised = self.classifier(seen * kept) + self.recall(hidden * remembered)
            logits.append(raised - self.doubt[place - 1] if place else raised)
        return Looks(torch.stack(logits, 1), torch.stack(matrices, 1))

    def crop(self, features: Tensor, matrix: Tensor) -> Tensor:
        """``size`` × ``size`` places of ``features`` B C h w under ``matrix`` B 4; 0 outside the picture.

        Each is the mean of as many bilinear samples as a look at an anchor has places of the map, so that none is
        passed over.
        """
        dense = max(1, math.ceil(SCALE * max(features.shape[-2:]) / self.size))
        points = self.size * dense
        line = (torch.arange(points, dtype=torch.float32, device=features.device) * 2 + 1) / points - 1
        x, y = (matrix[:, axis, None].float() * line + matrix[:, axis + 2, None].float() for axis in (0, 1))
        grid = torch.stack([x[:, None, :].expand(-1, points, -1), y[:, :, None].expand(-1, -1, points)], 3)
        sampled = F.grid_sample(features.float(), grid, mode="bilinear", padding_mode="zeros", align_corners=False)
        return F.avg_pool2d(sampled, dense)
