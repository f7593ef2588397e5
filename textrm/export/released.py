"""The released float weights: what training can begin with."""

from __future__ import annotations

from pathlib import Path

from torch import nn

from textrm.errors import UserError
from textrm.export.wrappers import exported_class
from textrm.nets.segmentation.coarse_to_fine import CoarseToFine
from textrm.page.models.model import WEIGHTS

FINDER = "find.float.onnx"  # looks coarsely first
_RELEASED = {"segmentation": "segment.float.onnx", "inpainting": "inpaint.float.onnx", "tagging": "tag.onnx"}


def released(net: nn.Module) -> Path:
    """The file with the released float weights of the task that ``net`` is for.

    Raises:
        UserError: when only int8 weights are released.
    """
    task = exported_class(net).task
    if isinstance(net, CoarseToFine):
        return WEIGHTS / FINDER
    if task not in _RELEASED:
        raise UserError(
            f"weights=released: only int8 weights of {task} are released, and training needs float ones; "
            f"net=clean_cascade can begin with weights={WEIGHTS / 'inpaint.float.onnx'}"
        )
    return WEIGHTS / _RELEASED[task]
