"""The weights of a net, taken from the checkpoint of a run."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from textrm.errors import UserError


def load_weights(net: nn.Module, path: Path) -> None:
    """Give ``net`` the weights that a training run left in the checkpoint ``path`` (averaged ones, where it averaged).

    The file is read with ``weights_only=True``: nothing in it is run.

    Raises:
        UserError: when there is no such file, it is not a checkpoint, or its weights do not fit the net.
    """
    if not path.is_file():
        raise UserError(f"there is no checkpoint {path}: give the file checkpoints/best.ckpt of a run folder")
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)["state_dict"]
    except Exception as error:  # torch raises whatever the file's first wrong byte leads to
        raise UserError(f"{path} is not a checkpoint of textrm.train: it cannot be read") from error
    weights = {name.removeprefix("net."): value for name, value in state.items() if name.startswith("net.")}
    try:
        net.load_state_dict(weights)
    except RuntimeError as error:
        raise UserError(
            f"the weights in {path} do not fit the net: {str(error).splitlines()[1].strip()[:160]}"
        ) from error
