"""Encoders of other libraries, which people compare with: timm and segmentation_models_pytorch, from random weights."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from textrm.errors import UserError
from textrm.extras import import_extra
from textrm.nets.encoders.encoder import Encoder
from textrm.nets.look import reason_of


class LibraryEncoder(Encoder):
    """The maps of ``body``, a net of a library; those at stride 1, which is the picture itself, are left out.

    Args:
        body: maps B 3 H W to a list of maps.
        name: what the library calls it, for messages.
        channels: of its maps.
        strides: of its maps.
        weights: what training starts from, see :class:`~textrm.nets.encoders.encoder.Encoder`.
        in_channels: of the image.

    Raises:
        UserError: where it has no map at stride 2 or 4.
    """

    def __init__(self, body: nn.Module, name: str, channels: Sequence[int], strides: Sequence[int],
                 weights: str | None, in_channels: int) -> None:  # fmt: skip
        super().__init__()
        self.body, self.weights, self.in_channels = body, weights, in_channels
        self.kept = [place for place, stride in enumerate(strides) if stride > 1]
        self.stage_channels = tuple(channels[place] for place in self.kept)
        self.stage_strides = tuple(strides[place] for place in self.kept)
        if not {2, 4} <= set(self.stage_strides):
            raise UserError(f"name={name}: has maps at strides {', '.join(map(str, self.stage_strides))}; expected one "
                            "at 2 and one at 4: choose another")  # fmt: skip

    def stages(self, image: Tensor) -> tuple[Tensor, ...]:
        """The maps of B 3 H W, fine to coarse."""
        maps = self.body(image)
        return tuple(maps[place] for place in self.kept)


class TimmEncoder(LibraryEncoder):
    """An encoder of timm by its name, see ``timm.list_models()``; weights are never downloaded.

    Raises:
        UserError: where timm is not installed, has no such model, or it has no maps at that output stride.
    """

    def __init__(self, name: str, output_stride: int = 16, weights: str | None = None, in_channels: int = 3) -> None:
        timm = import_extra("encoders", "timm")
        try:
            body = timm.create_model(
                name, pretrained=False, features_only=True, output_stride=output_stride, in_chans=in_channels
            )
        except Exception as error:  # timm raises whatever the model's own constructor does
            raise UserError(f"name={name}: timm makes no encoder of it with output_stride={output_stride} "
                            f"({reason_of(error)})") from error  # fmt: skip
        info = body.feature_info
        super().__init__(body, name, info.channels(), info.reduction(), weights, in_channels)


class SmpEncoder(LibraryEncoder):
    """An encoder of segmentation_models_pytorch by its name; weights are never downloaded.

    Raises:
        UserError: where the library is not installed, has no such encoder, or none at that output stride.
    """

    def __init__(self, name: str, output_stride: int = 16, weights: str | None = None, in_channels: int = 3) -> None:
        smp = import_extra("encoders", "segmentation_models_pytorch")
        try:
            body = smp.encoders.get_encoder(
                name, in_channels=in_channels, depth=5, weights=None, output_stride=output_stride
            )
        except Exception as error:
            raise UserError(f"name={name}: segmentation_models_pytorch makes no encoder of it with "
                            f"output_stride={output_stride} ({reason_of(error)})") from error  # fmt: skip
        strides = [min(2**depth, output_stride) for depth in range(len(body.out_channels))]
        super().__init__(body, name, body.out_channels, strides, weights, in_channels)
