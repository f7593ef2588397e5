"""The weights of a net, taken from the checkpoint of a run."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from textrm.errors import UserError


def load_weights(net: nn.Module, path: Path, growing: bool = False) -> None:
    """Give ``net`` the weights that a training run left in the checkpoint ``path`` (averaged ones, where it averaged).

    With ``growing`` the checkpoint may be of a smaller net: what begins with one of ``net.grown`` may be missing, and
    ``net.take_over(weights)`` may make its own of them.
    The file is read with ``weights_only=True``: nothing in it is run.

    Raises:
        UserError: when there is no such file, it is not a checkpoint, its weights do not fit the net, or it is
            of another set of tags.
    """
    if not path.is_file():
        raise UserError(f"there is no checkpoint {path}: give the file checkpoints/best.ckpt of a run folder")
    try:
        checkpoint = torch.load(path, map_location="cpu", weights_only=True)
        state = checkpoint["state_dict"]
    except Exception as error:  # torch raises whatever the file's first wrong byte leads to
        raise UserError(f"{path} is not a checkpoint of textrm.train: it cannot be read") from error
    own, theirs = getattr(net, "labels", ()), tuple(checkpoint.get("labels", "").split())
    if own and theirs and own != theirs:
        raise UserError(f"{path} is of other tags than the net: it has {_summary(theirs, own)}, the net has "
                        f"{_summary(own, theirs)}; give the labels.txt it was trained with, or take over its encoder "
                        "alone with net.encoder.weights")  # fmt: skip
    weights = {name.removeprefix("net."): value for name, value in state.items() if name.startswith("net.")}
    try:
        if growing:
            own, parts = net.state_dict(), getattr(net, "grown", ())
            weights = {name: own[name] for name in own if parts and name.startswith(parts)} | weights
            weights = getattr(net, "take_over", dict)(weights)
        net.load_state_dict(weights)
    except RuntimeError as error:
        raise UserError(
            f"the weights in {path} do not fit the net: {str(error).splitlines()[1].strip()[:160]}"
        ) from error


def _summary(labels: tuple[str, ...], others: tuple[str, ...]) -> str:
    """How many labels, and which the others lack."""
    alone = sorted(set(labels) - set(others))
    shown = ", ".join(alone[:3]) + " …" * (len(alone) > 3)
    return f"{len(labels)} labels ({shown or ('in another order' if set(labels) == set(others) else 'no other ones')})"
