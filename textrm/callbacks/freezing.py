"""Keeps the encoder as it is for the first epochs."""

from __future__ import annotations

from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.callbacks import Callback
from torch import nn

from textrm.errors import UserError


class FreezeEncoder(Callback):
    """Keeps ``task.net.encoder`` as it was loaded until the rest has settled, then trains everything.

    Frozen means: no gradient, and BatchNorm neither counts the batch nor moves its statistics. The stage ends after
    ``epochs`` epochs, or sooner when ``monitor`` has not risen for ``patience`` validations. The optimizer holds all
    parameters from the start (frozen ones have no gradient and are passed over), so the learning-rate schedule is one
    schedule and a resumed run continues exactly. With ``epochs`` 0 the net need not have an encoder.

    Raises:
        UserError: where there is nothing to freeze.
    """

    def __init__(self, epochs: int, monitor: str = "val/AP", patience: int = 2) -> None:
        self.epochs = epochs
        self.monitor = monitor
        self.patience = patience
        self.frozen = epochs > 0
        self.best = float("-inf")
        self.waited = 0

    def state_dict(self) -> dict[str, Any]:
        """What a resumed run needs to know."""
        return {"frozen": self.frozen, "best": self.best, "waited": self.waited}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take up the schedule where it stood."""
        self.frozen, self.best, self.waited = state_dict["frozen"], state_dict["best"], state_dict["waited"]

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Freeze, or not, according to the state."""
        if not self.epochs:
            return
        _encoder(pl_module).requires_grad_(not self.frozen)

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """End the stage when its epochs are over."""
        if self.frozen and trainer.current_epoch >= self.epochs:
            self._thaw(pl_module)

    def on_train_batch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *args: Any) -> None:
        """Keep BatchNorm still while the stage lasts, and only then: validation puts back the mode that it found."""
        if not self.epochs:
            return
        encoder = _encoder(pl_module)
        if encoder.training == self.frozen:
            encoder.train(not self.frozen)

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """End the stage when the metric no longer rises."""
        if not self.frozen or trainer.sanity_checking or self.monitor not in trainer.callback_metrics:
            return
        value = float(trainer.callback_metrics[self.monitor])
        self.waited = 0 if value > self.best else self.waited + 1
        self.best = max(self.best, value)
        if self.waited >= self.patience:
            self._thaw(pl_module)

    def _thaw(self, pl_module: pl.LightningModule) -> None:
        self.frozen = False
        _encoder(pl_module).requires_grad_(True)


def _encoder(pl_module: pl.LightningModule) -> nn.Module:
    try:
        return pl_module.get_submodule("net.encoder")
    except AttributeError as error:
        raise UserError("epochs: the net has no encoder to freeze; give 0") from error
