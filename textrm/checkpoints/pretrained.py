"""Weights that an encoder starts from: of a run of another task, of a file, or torchvision's."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn
from torchvision.models import MobileNet_V2_Weights

from textrm.checkpoints.weights import with_further_inputs
from textrm.errors import UserError
from textrm.nets.encoders.encoder import Encoder
from textrm.nets.encoders.mobilenet import MobileNetV2Encoder
from textrm.nets.layers.blocks import ScSE

log = logging.getLogger(__name__)
_SHOWN = 3  # tensors named in an error of one line; the log has all


def load_pretrained(net: nn.Module) -> None:
    """Load into each encoder of ``net`` the weights that it is to start from, by name.

    An encoder's ``weights`` are ``imagenet``, torchvision's; a run folder, whatever task it was trained on (its
    ``checkpoints/best.ckpt``, or ``last.ckpt`` where it was never validated); a checkpoint; a state dict, such as
    torchvision's; or None. What the encoder sees beside the three colors begins at zero.

    Raises:
        UserError: when the weights cannot be had, or do not fit (see :func:`load_by_name`).
    """
    for encoder in net.modules():
        if isinstance(encoder, Encoder) and encoder.weights is not None:
            imagenet = encoder.weights == "imagenet"
            state, own = (_imagenet(encoder), False) if imagenet else read_encoder(Path(encoder.weights))
            load_by_name(encoder, with_further_inputs(encoder, state), own)
            log.info("encoder: weights of %s", encoder.weights)


def _imagenet(encoder: Encoder) -> Mapping[str, Tensor]:
    if not isinstance(encoder, MobileNetV2Encoder):
        raise UserError(f"weights=imagenet: there are none of {type(encoder).__name__}; give null, a run or a file")
    if encoder.width != 1:
        raise UserError(f"weights=imagenet: they exist for width 1 only, not {encoder.width}; give null or a file")
    try:
        return MobileNet_V2_Weights.IMAGENET1K_V2.get_state_dict(progress=False, check_hash=True)
    except (OSError, RuntimeError) as error:
        raise UserError(f"weights=imagenet: they could not be fetched ({str(error) or type(error).__name__}); "
                        "give a file or null") from error  # fmt: skip


def read_encoder(path: Path) -> tuple[Mapping[str, Tensor], bool]:
    """The encoder's tensors of a run folder, a checkpoint or a state dict, by their names within the encoder.

    The second value tells whether they are of a checkpoint of ours, which holds an encoder whole and nothing beside.

    The file is read with ``weights_only=True``: nothing in it is run.

    Raises:
        UserError: when there is no such file, or it holds no tensors of an encoder.
    """
    file = path
    if path.is_dir():
        best, last = (path / "checkpoints" / f"{name}.ckpt" for name in ("best", "last"))
        file = best if best.is_file() or not last.is_file() else last
    try:
        state = torch.load(file, map_location="cpu", weights_only=True)
    except OSError as error:
        raise UserError(f"the weights {file} cannot be read ({error.strerror}): give a run folder, a checkpoint "
                        "or a state dict") from error  # fmt: skip
    except Exception as error:  # torch raises a dozen kinds for a file that is no checkpoint
        raise UserError(f"{file} is not a state dict of tensors: give a file written by torch.save") from error
    own = isinstance(state, Mapping) and isinstance(state.get("state_dict"), Mapping)
    if own:
        prefix = "net.encoder."
        state = {name.removeprefix(prefix): v for name, v in state["state_dict"].items() if name.startswith(prefix)}
    if not isinstance(state, Mapping) or not any(isinstance(value, Tensor) for value in state.values()):
        raise UserError(f"{file} holds no weights of an encoder: give a run of segmentation or tagging")
    return state, own


def load_by_name(net: nn.Module, weights: Mapping[str, Tensor], whole: bool = False) -> list[str]:
    """Load the weights whose names ``net`` knows; the names that were not found come back, and are logged.

    Only the gates of scSE may be missing: they start fresh. What the net has no place for, such as a classifier, is
    passed over and logged, or refused where the weights are ``whole``, an encoder and nothing beside: it then had
    more blocks.

    Raises:
        UserError: when a tensor is missing or its shape differs; then nothing is loaded. The log lists them all.
    """
    own = net.state_dict()
    matched = {name: value for name, value in weights.items() if name in own}
    gates = tuple(f"{name}." for name, module in net.named_modules() if isinstance(module, ScSE))
    fresh = sorted(own.keys() - matched.keys())
    wrong = {name: f"{tuple(value.shape)} for {tuple(own[name].shape)}" for name, value in matched.items()
             if value.shape != own[name].shape}  # fmt: skip
    reason = f"{len(wrong)} shapes differ"
    if not wrong:
        wrong = {name: "is missing" for name in fresh if not name.startswith(gates)}
        reason = f"{len(wrong)} of {len(own)} tensors are missing" if matched else "no name matches"
    unused = sorted(weights.keys() - own.keys())
    if whole and unused and not wrong:
        wrong, reason = dict.fromkeys(unused, "has no place"), f"{len(unused)} of its tensors have no place in the net"
    if wrong:
        for name, what in wrong.items():
            log.error("%s %s", name, what)
        shown = "; ".join(f"{name} {what}" for name, what in list(wrong.items())[:_SHOWN])
        raise UserError(f"the weights do not fit the net: {reason} ({shown}); give weights of the same net and width")
    net.load_state_dict(matched, strict=False)
    log.info("weights: %d of %d tensors loaded, fresh: %s; not used: %s", len(matched), len(own),
             ", ".join(fresh[:5]) or "none", ", ".join(unused[:5]) or "none")  # fmt: skip
    return fresh
