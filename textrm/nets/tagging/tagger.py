"""Multi-label taggers: what is in a picture, without saying where."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

import torch
from torch import Tensor, nn

from textrm.errors import UserError
from textrm.nets.encoders.encoder import Encoder, check_sides
from textrm.nets.layers.blocks import conv_bn_act
from textrm.nets.look import name_of

PRIOR = 0.05  # share of pictures with a tag, where the data did not say


class Looks(NamedTuple):
    """What a tagger saw in L looks: ``logits`` B L T, and where, ``matrices`` B L 4.

    A look is an affine crop without shear or rotation: (s_x, s_y, t_x, t_y) in the coordinates of the picture, which go
    from −1 to 1; it covers t ± s. The score of a tag is its maximum over the looks.
    """

    logits: Tensor
    matrices: Tensor

    def scores(self) -> Tensor:
        """Logits B T of the tags."""
        return self.logits.amax(1)

    def boxes(self) -> Tensor:
        """Left, top, right and lower edge of each look, B L 4, in [0, 1] of the picture's width and height."""
        scale, shift = self.matrices.abs().split(2, 2)[0], self.matrices.split(2, 2)[1]
        return ((torch.cat([shift - scale, shift + scale], 2) + 1) / 2).clamp(0, 1)


def prior_logits(frequencies: Tensor) -> Tensor:
    """Logits of shares in [0, 1], which are taken between 0.001 and 0.999."""
    return frequencies.clamp(0.001, 0.999).logit()


class Tagger(nn.Module, ABC):
    """Maps ``image`` B 3 H W in [0, 1] to :class:`Looks` at it.

    The maps of all stages of the encoder at its last stride are joined and reduced to ``channels`` features; a subclass
    implements :meth:`look`, which makes the scores of them, and names the layer that does so ``classifier``.

    Args:
        encoder: gives the maps; a segmenter can take its weights over.
        labels: names of the T tags, separated by spaces as in a manifest.
        channels: number of features.

    Raises:
        UserError: where there is no label, or one stands twice.
    """

    classifier: nn.Linear

    def __init__(self, encoder: Encoder, labels: str, channels: int) -> None:
        super().__init__()
        self.labels = tuple(labels.split())
        if not self.labels or len(set(self.labels)) < len(self.labels):
            raise UserError(f"labels: {len(self.labels)}, of which {len(set(self.labels))} differ; "
                            "expected at least one, and each once")  # fmt: skip
        if not isinstance(encoder, Encoder):
            raise UserError(f"encoder: {name_of(encoder)} is no Encoder; one of a tagger is a subclass of "
                            "textrm.nets.encoders.encoder.Encoder (docs/own_parts.md)")  # fmt: skip
        self.encoder = encoder
        joined = sum(c for c, s in zip(encoder.stage_channels, encoder.stage_strides, strict=True) if self._last(s))
        self.join = conv_bn_act(joined, channels)

    @property
    def stride(self) -> int:
        """What height and width of the image must be multiples of."""
        return self.encoder.multiple

    def set_prior(self, frequencies: Tensor) -> None:
        """Let the untrained net answer with the share of pictures that have each tag, T in [0, 1]."""
        with torch.no_grad():
            self.classifier.bias.copy_(prior_logits(frequencies))

    def forward(self, image: Tensor) -> Looks:
        """What was seen; H and W must be multiples of ``stride``.

        Raises:
            ValueError: when they are not.
        """
        check_sides(image, self.stride)
        maps = self.encoder.stages((image - 0.5) * 4)
        joined = [m for m, stride in zip(maps, self.encoder.stage_strides, strict=True) if self._last(stride)]
        return self.look(self.join(torch.cat(joined, 1)))

    @abstractmethod
    def look(self, features: Tensor) -> Looks:
        """What is seen in ``features`` B C h w."""

    def _last(self, stride: int) -> bool:
        return stride == self.encoder.stage_strides[-1]


class MultilabelTagger(Tagger):
    """One look at the whole picture: global average pooling, dropout, one logit per tag."""

    def __init__(self, encoder: Encoder, labels: str, channels: int = 256, dropout: float = 0.2) -> None:
        super().__init__(encoder, labels, channels)
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(channels, len(self.labels))
        self.set_prior(torch.full((len(self.labels),), PRIOR))

    def look(self, features: Tensor) -> Looks:
        """Logits of the mean feature, and the whole picture."""
        logits = self.classifier(self.dropout(features.mean((2, 3))))
        whole = logits.new_tensor([1.0, 1.0, 0.0, 0.0]).expand(logits.shape[0], 1, 4)
        return Looks(logits[:, None], whole)
