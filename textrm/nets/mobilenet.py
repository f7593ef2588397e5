"""MobileNetV2 as an encoder."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor, nn
from torchvision.models import MobileNet_V2_Weights
from torchvision.ops import Conv2dNormActivation

from textrm.errors import UserError
from textrm.nets.blocks import inverted_residual, make_divisible

log = logging.getLogger(__name__)

# Expansion, channels, blocks, and per output stride: stride of the first block, dilation of all.
STAGES = (
    (1, 16, 1, {8: (1, 1), 16: (1, 1), 32: (1, 1)}),
    (6, 24, 2, {8: (2, 1), 16: (2, 1), 32: (2, 1)}),
    (6, 32, 3, {8: (2, 1), 16: (2, 1), 32: (2, 1)}),
    (6, 64, 4, {8: (1, 2), 16: (2, 1), 32: (2, 1)}),
    (6, 96, 3, {8: (1, 4), 16: (1, 1), 32: (1, 1)}),
    (6, 160, 3, {8: (1, 8), 16: (1, 2), 32: (2, 1)}),
    (6, 320, 1, {8: (1, 16), 16: (1, 2), 32: (1, 1)}),
)


class MobileNetV2Encoder(nn.Module):
    """MobileNetV2 (Sandler et al. 2018) without its last 1×1 layer; maps at strides 2, 4 and ``output_stride``.

    At output stride 8 the strides of the deep stages are replaced by dilations 2-4-8-16: each stage looks twice as far
    as the one before, for letters vary in height a hundredfold. At 16 a lost stride is made up by dilation 2, as is
    usual, and 32 is the classifier's own shape. ``width`` scales all channels, to multiples of 8.

    Args:
        width: 1, 1.4, 2 or any other.
        scse: append scSE (Roy et al. 2018) to the projection of each inverted residual.
        output_stride: 8, 16 or 32.
        imagenet: True fetches torchvision's ImageNet weights (width 1 only); a path reads them, or any checkpoint with
            the same names, from a file. scSE starts fresh.

    Raises:
        UserError: for another output stride, a width of 0 or less, weights that cannot be had or do not fit.
    """

    def __init__(self, width: float = 1.0, scse: bool = False, output_stride: int = 8,
                 imagenet: bool | str | Path = False) -> None:  # fmt: skip
        super().__init__()
        if output_stride not in (8, 16, 32):
            raise UserError(f"net.encoder.output_stride={output_stride}: choose 8, 16 or 32")
        if width <= 0:
            raise UserError(f"net.encoder.width={width}: expected more than 0")
        channels = make_divisible(32 * width, 8)
        layers: list[nn.Module] = [Conv2dNormActivation(3, channels, stride=2, activation_layer=nn.ReLU6)]
        ends = []
        for expansion, wide, blocks, shapes in STAGES:
            first_stride, dilation = shapes[output_stride]
            out_channels = make_divisible(wide * width, 8)
            for stride in [first_stride] + [1] * (blocks - 1):
                layers.append(inverted_residual(channels, out_channels, stride, expansion, dilation, scse))
                channels = out_channels
            ends.append(len(layers))
        self.features = nn.ModuleList(layers)
        self.cuts = (0, ends[0], ends[1], len(layers))
        self.channels: tuple[int, ...] = tuple(make_divisible(c * width, 8) for c in (16, 24, 320))
        self.strides: tuple[int, ...] = (2, 4, output_stride)
        if imagenet:
            load_by_name(self, _imagenet(width) if imagenet is True else _read(Path(str(imagenet))))

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """Maps of B 3 H W at strides 2, 4 and ``output_stride``."""
        maps = []
        features = image
        for start, end in pairwise(self.cuts):
            for layer in self.features[start:end]:
                features = layer(features)
            maps.append(features)
        return tuple(maps)


def load_by_name(net: nn.Module, weights: Mapping[str, Tensor]) -> list[str]:
    """Load the weights whose names ``net`` knows; the names that were not found come back, and are logged.

    Raises:
        UserError: when nothing matches, or a shape differs; then nothing is loaded.
    """
    own = net.state_dict()
    matched = {name: value for name, value in weights.items() if name in own}
    differing = [name for name in matched if matched[name].shape != own[name].shape]
    if differing or not matched:
        shown = [f"{name} {tuple(matched[name].shape)} for {tuple(own[name].shape)}" for name in differing[:3]]
        reason = f"{len(differing)} shapes differ ({'; '.join(shown)})" if shown else "no name matches"
        raise UserError(f"the weights do not fit the net: {reason}; give weights of the same net and width")
    net.load_state_dict(matched, strict=False)
    fresh = sorted(own.keys() - matched.keys())
    log.info("weights: %d of %d tensors loaded, fresh: %s", len(matched), len(own), ", ".join(fresh[:5]) or "none")
    return fresh


def _imagenet(width: float) -> Mapping[str, Tensor]:
    if width != 1:
        raise UserError(
            f"ImageNet weights exist for width 1 only, not {width}: set net.encoder.imagenet to false or a file"
        )
    try:
        return MobileNet_V2_Weights.IMAGENET1K_V2.get_state_dict(progress=False, check_hash=True)
    except (OSError, RuntimeError) as error:
        raise UserError(f"the ImageNet weights could not be fetched ({str(error) or type(error).__name__}): "
                        "give a file, net.encoder.imagenet=path, or set it to false") from error  # fmt: skip


def _read(path: Path) -> Mapping[str, Tensor]:
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise UserError(f"the weights {path} cannot be read ({error.strerror}): check net.encoder.imagenet") from error
    except Exception as error:  # torch raises a dozen kinds for a file that is no checkpoint
        raise UserError(f"{path} is not a state dict of tensors: give a file written by torch.save") from error
