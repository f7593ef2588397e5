"""Feature extractors of the perceptual and the style loss: pictures B 3 H W in [0, 1] to maps, fine to coarse.

They are never trained: no gradient of their own, BatchNorm as in evaluation, whatever the task around them does. They
stay out of checkpoints: what they hold comes from their files.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import pad
from torchvision.models import VGG16_Weights, vgg16

from textrm.checkpoints.onnx_weights import read_onnx
from textrm.checkpoints.run_net import load_run
from textrm.errors import UserError
from textrm.nets.encoders.xception import XceptionEncoder
from textrm.runs.own import trusted

RELEASED = Path(__file__).resolve().parent.parent / "weights" / "segment.float.onnx"
# The encoder of the released segmenter, conf/net/xception_fast.yaml; only its first three stages are used.
_RELEASED_WIDTH = 0.375
_POOLS = (5, 10, 17)  # layers of VGG16 up to and with its first, second and third pooling


class Features(nn.Module):
    """``net(image)`` gives the maps; sizes are padded at the right and below to multiples of ``multiple``."""

    def __init__(self, net: nn.Module, multiple: int = 1) -> None:
        super().__init__()
        # In a tuple torch does not see it: no part of it is saved, averaged or put in training mode with the task.
        self._hidden = (net.requires_grad_(False).eval(),)
        self.multiple = multiple

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """The maps of B 3 H W."""
        below, right = (-side % self.multiple for side in image.shape[-2:])
        padded = pad(image, (0, right, 0, below), mode="replicate") if below or right else image
        return tuple(self._hidden[0](padded))

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Features:
        self._hidden[0]._apply(fn, recurse)  # to another device
        return super()._apply(fn, recurse)


class VGG16Features(Features):
    """The first three poolings of VGG16 (Simonyan and Zisserman 2014), as in the papers' losses.

    ``weights`` None fetches torchvision's ImageNet weights; a path reads them from a file.

    Raises:
        UserError: when they cannot be had or do not fit.
    """

    def __init__(self, weights: Path | str | None = None) -> None:
        super().__init__(_VGG(_vgg_weights(weights)), multiple=8)


class ReleasedFeatures(Features):
    """The first three stages of the released segmenter's encoder (strides 2, 4, 8), which was trained on drawn pages.

    It comes with textrm, so that training needs no download.

    Raises:
        UserError: when the file of the weights is missing or is of another net.
    """

    def __init__(self, path: Path | str = RELEASED) -> None:
        super().__init__(_released(Path(path)), multiple=8)


class EncoderFeatures(Features):
    """The encoder of a run: segmentation, or any task whose net has one; of textrm, or of a package of ``trust``.

    Raises:
        UserError: when the folder is no finished run, or its net has no encoder.
    """

    def __init__(self, run: Path | str, checkpoint: str = "best", trust: Sequence[str] = ()) -> None:
        net, _ = load_run(Path(run), checkpoint, trusted(trust))
        encoder: Any = getattr(net, "encoder", None)
        if not hasattr(encoder, "strides"):
            raise UserError(f"run={run}: its net has no encoder; give a run of a segmenter")
        super().__init__(_Centred(encoder), getattr(encoder, "multiple", encoder.strides[-1]))


class _VGG(nn.Module):
    mean: Tensor
    deviation: Tensor

    def __init__(self, weights: dict[str, Tensor]) -> None:
        super().__init__()
        layers = vgg16().features[: _POOLS[-1]]
        names = layers.state_dict().keys()
        try:
            layers.load_state_dict({name: weights[f"features.{name}"] for name in names})
        except (KeyError, RuntimeError) as error:
            raise UserError("the weights are not those of torchvision's VGG16: give a file with "
                            "features.0.weight and so on") from error  # fmt: skip
        self.layers = layers
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406])[:, None, None])
        self.register_buffer("deviation", torch.tensor([0.229, 0.224, 0.225])[:, None, None])

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        features, maps = (image - self.mean) / self.deviation, []
        for number, layer in enumerate(self.layers, 1):
            features = layer(features)
            if number in _POOLS:
                maps.append(features)
        return tuple(maps)


class _Centred(nn.Module):
    """An encoder with what a segmenter does to pixels before it."""

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        return self.encoder((image - 0.5) * 4)


class _Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        encoder = XceptionEncoder(width=_RELEASED_WIDTH, middle_blocks=0, exit_blocks=0)
        self.stem, self.quarter, self.eighth = encoder.stem, encoder.quarter, nn.Sequential(encoder.eighth[0])

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        half = self.stem((image - 0.5) * 4)
        quarter = self.quarter(half)
        return half, quarter, self.eighth(quarter)


def _vgg_weights(path: Path | str | None) -> dict[str, Tensor]:
    if path is not None:
        try:
            return dict(torch.load(path, map_location="cpu", weights_only=True))
        except Exception as error:  # torch raises whatever the file's first wrong byte leads to
            raise UserError(f"weights={path}: cannot be read; expected a state dict of torch.save") from error
    try:
        return dict(VGG16_Weights.IMAGENET1K_V1.get_state_dict(progress=False, check_hash=True))
    except (OSError, RuntimeError) as error:
        raise UserError(
            f"weights=null: those of VGG16 could not be fetched ({str(error) or type(error).__name__}); give a file, "
            "or take features@loss.features=released"
        ) from error


def _released(path: Path) -> nn.Module:
    """The encoder with what the ONNX file holds."""
    if not path.is_file():
        raise UserError(f"there is no file {path}: take features@loss.features=vgg16 or encoder extractor")
    net, (stored, _) = _Encoder(), read_onnx(path)
    try:
        net.load_state_dict({name: stored[f"encoder.{name}"] for name in net.state_dict()})
    except (KeyError, RuntimeError) as error:
        raise UserError(f"{path} is not a released segmenter: give the file segment.float.onnx") from error
    return net
