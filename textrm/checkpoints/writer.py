"""Writes the checkpoints of a training whole or not at all."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import torch
from pytorch_lightning.plugins.io import TorchCheckpointIO

from textrm.errors import UserError
from textrm.files import write_whole


class WholeCheckpoints(TorchCheckpointIO):
    """Writes beside the file that a checkpoint replaces, then renames.

    Lightning's own writer copies from the temporary folder. Where that lies on another file system, the old checkpoint
    is gone before the new one is whole.
    """

    def save_checkpoint(self, checkpoint: dict[str, Any], path: Any, storage_options: Any = None) -> None:
        """Replace ``path``; what was there stays where this fails.

        Raises:
            UserError: when the checkpoint holds something else than tensors and plain data: no run could go on from it.
        """
        content = io.BytesIO()
        torch.save(checkpoint, content)
        content.seek(0)
        if foreign := torch.serialization.get_unsafe_globals_in_checkpoint(content):
            raise UserError(f"the checkpoint would hold {', '.join(foreign)}, and could not be read back: what "
                            "state_dict of a callback, a metric or a task gives is tensors and plain data")  # fmt: skip
        write_whole(Path(path), content.getbuffer())
