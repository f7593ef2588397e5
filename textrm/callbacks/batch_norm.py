"""BatchNorm that rests: the second stage of training with partial convolutions, and training from folded weights."""

from __future__ import annotations

from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.callbacks import Callback
from torch import nn

from textrm.errors import UserError


class FreezeBatchNorm(Callback):
    """From the net's step ``step`` on, BatchNorm in ``task.<module>`` uses its statistics and no longer moves them.

    Liu et al. 2018: the holes make the statistics of batches wrong, so the net is finished with those of the encoder
    held still and a smaller learning rate (``scheduler=two_stage``). Scale and shift go on learning. It follows from
    the step alone, so a resumed run needs no state. None never freezes. Weights of an exported file hold no statistics,
    so that whoever starts from them lets those of the whole ``net`` rest from step 0.

    Raises:
        UserError: for a step below 0, and for a task without such a module.
    """

    def __init__(self, step: int | None = None, module: str = "net.encoder") -> None:
        if step is not None and step < 0:
            raise UserError(f"callbacks.batch_norm.step={step}: expected 0 or more, or null for never")
        self.step, self.module = step, module

    def on_fit_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """See that there is something to freeze."""
        if self.step is not None and self.module not in dict(pl_module.named_modules()):
            raise UserError(f"callbacks.batch_norm.step is set, but the task has no {self.module}: set it to null")

    def on_train_batch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *args: Any) -> None:
        """Hold still what rests: validation puts back the mode that it found."""
        # The trainer counts the steps of all optimizers; a discriminator has one of its own.
        if self.step is not None and trainer.global_step // len(trainer.optimizers) >= self.step:
            for module in pl_module.get_submodule(self.module).modules():
                if isinstance(module, nn.BatchNorm2d) and module.training:
                    module.eval()
