"""Reads the weights of a net from the checkpoint of a run or from a float ONNX file."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from textrm.checkpoints.onnx_weights import read_onnx
from textrm.errors import UserError

log = logging.getLogger(__name__)
_OF_TRAINING = {  # what Lightning goes on with
    "pytorch-lightning_version": str, "epoch": int, "global_step": int, "loops": dict, "optimizer_states": list,
    "lr_schedulers": list,
}  # fmt: skip
_SHOWN = 3  # differences named in an error of one line


def load_weights(net: nn.Module, path: Path, growing: bool = False, whole: bool = False) -> None:
    """Give ``net`` the weights that a training run left in ``path``: its checkpoint, or what ``textrm.export`` made.

    Of a run that averaged its weights they are the averaged ones. BatchNorm comes from ONNX without its statistics, see
    :func:`~textrm.checkpoints.onnx_weights.read_onnx`.

    With ``growing`` the file may be of a smaller net: what begins with one of ``net.grown`` may be missing,
    ``net.take_over(weights)`` may make its own of them, and the net's first convolution may see further channels of the
    input behind those of the file: they begin at zero, so that the net begins as the smaller one.
    Checkpoints are read with ``weights_only=True``: nothing in them is run. With ``whole`` they must hold all that a
    training goes on with.

    Raises:
        UserError: when there is no such file, it is neither a checkpoint nor a float graph of ours, its weights do not
            fit the net, or it is of another set of tags.
    """
    if not path.is_file():
        raise UserError(f"there is no checkpoint {path}: give the file checkpoints/best.ckpt of a run folder, or a "
                        "float .onnx file")  # fmt: skip
    weights, facts = read_onnx(path) if path.suffix == ".onnx" else _read_checkpoint(path, whole)
    own, theirs = getattr(net, "labels", ()), _labels(path, facts.get("textrm.labels", "[]"))
    if own and theirs and own != theirs:
        raise UserError(f"{path} is of other tags than the net: it has {_summary(theirs, own)}, the net has "
                        f"{_summary(own, theirs)}; give the labels.txt it was trained with, or take over its encoder "
                        "alone with net.encoder.weights")  # fmt: skip
    if growing:
        state, parts = net.state_dict(), tuple(getattr(net, "grown", ()))
        fresh = {name: state[name] for name in state if name.startswith(parts) and name not in weights}
        if fresh:
            log.info("not in %s, so they begin anew: %s", path, ", ".join(fresh))
        weights = with_further_inputs(net, getattr(net, "take_over", dict)(fresh | weights))
    _check_fit(net, weights, f"{path} ({facts['textrm.task']})" if "textrm.task" in facts else str(path))
    net.load_state_dict({name: weights[name] for name in net.state_dict()})


def _read_checkpoint(path: Path, whole: bool) -> tuple[dict[str, Tensor], dict[str, str]]:
    try:
        checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises whatever the file's first wrong byte leads to
        best = path.with_name("best.ckpt")
        advice = "; give ckpt_path=best or checkpoint=best instead" if path != best and best.is_file() else ""
        raise UserError(f"{path} is not a checkpoint of textrm.train: it cannot be read{advice}") from error
    state = checkpoint.get("state_dict") if isinstance(checkpoint, dict) else None
    if not isinstance(state, dict) or not all(
        isinstance(name, str) and isinstance(value, Tensor) for name, value in state.items()
    ):
        raise UserError(f"{path} is not a checkpoint of textrm.train: it has no state_dict of named tensors")
    if whole and (
        lacking := [name for name, kind in _OF_TRAINING.items() if not isinstance(checkpoint.get(name), kind)]
    ):
        raise UserError(f"{path} lacks {', '.join(lacking)} to go on with a training: give weights={path} to begin "
                        "one with its weights")  # fmt: skip
    weights = {name.removeprefix("net."): value for name, value in state.items() if name.startswith("net.")}
    return weights, {"textrm.labels": json.dumps(str(checkpoint.get("labels", "")).split())}


def _labels(path: Path, stated: str) -> tuple[str, ...]:
    try:
        found = json.loads(stated)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or not all(isinstance(label, str) for label in found):
        raise UserError(f"{path} states labels that are no JSON list of names: give a file of textrm.export")
    return tuple(found)


def with_further_inputs(net: nn.Module, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights, with zeros for the channels that only the first convolution of ``net`` sees."""
    weights = dict(weights)
    first = next((name for name, module in net.named_modules() if isinstance(module, nn.Conv2d)), None)
    name = f"{first}.weight"
    if first is None or name not in weights:
        return weights
    wide = widened(weights[name], net.state_dict()[name])
    if wide is not weights[name]:
        log.info("%s: %d further channels of the input begin at zero", name, wide.shape[1] - weights[name].shape[1])
    return weights | {name: wide}


def widened(kernel: Tensor, like: Tensor) -> Tensor:
    """A kernel with zeros for the further channels of the input that ``like`` sees; itself where it is no such one."""
    further = like.shape[1] - kernel.shape[1] if like.dim() == kernel.dim() > 1 else 0
    if further <= 0 or like[:, further:].shape != kernel.shape:
        return kernel
    wide = torch.zeros_like(like)
    wide[:, : kernel.shape[1]] = kernel
    return wide


def _check_fit(net: nn.Module, weights: dict[str, Tensor], source: str) -> None:
    own = net.state_dict()
    unsaved = dict(net.named_buffers()).keys() - own.keys()  # what a net makes itself, and a graph holds all the same
    wrong = {name: "is missing" for name in own if name not in weights}
    wrong |= dict.fromkeys(sorted(weights.keys() - own.keys() - unsaved), "has no place")
    wrong |= {name: f"is {tuple(value.shape)} for {tuple(own[name].shape)}" for name, value in weights.items()
              if name in own and value.shape != own[name].shape}  # fmt: skip
    if wrong:
        shown = "; ".join(f"{name} {what}" for name, what in list(wrong.items())[:_SHOWN])
        more = f"; and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise UserError(
            f"the weights in {source} do not fit the net: {shown}{more}; give weights of the same net and width"
        )


def _summary(labels: tuple[str, ...], others: tuple[str, ...]) -> str:
    """How many labels, and which the others lack."""
    alone = sorted(set(labels) - set(others))
    shown = ", ".join(alone[:3]) + " …" * (len(alone) > 3)
    return f"{len(labels)} labels ({shown or ('in another order' if set(labels) == set(others) else 'no other ones')})"
