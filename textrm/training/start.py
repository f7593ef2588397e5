"""The weights that a net begins a training with."""

from __future__ import annotations

from pathlib import Path

from torch import nn

from textrm.checkpoints.pretrained import load_pretrained
from textrm.checkpoints.weights import load_weights
from textrm.export.released import released


def load_start(net: nn.Module, checkpoint: Path | None, weights: str | None) -> bool:
    """Load those of ``checkpoint``, else of ``weights`` (a file, or ``released``), else what the encoders name.

    A run that goes on from ``checkpoint`` has it loaded again by Lightning, with the rest of its state; here it shows
    what does not fit before the run folder is touched. What the encoders name is left alone where the whole net has a
    start: the run that it came from may be gone.

    Returns whether the weights are of an ONNX file, whose BatchNorm has no statistics.

    Raises:
        UserError: as :func:`~textrm.checkpoints.weights.load_weights`,
            :func:`~textrm.checkpoints.pretrained.load_pretrained` and :func:`~textrm.export.released.released`.
    """
    if checkpoint is None and not weights:
        load_pretrained(net)
        return False
    start = checkpoint or (released(net) if weights == "released" else Path(str(weights)))
    load_weights(net, start, growing=checkpoint is None, whole=checkpoint is not None)
    return start.suffix == ".onnx"
