"""A callback, one of Lightning's."""

from __future__ import annotations

import pytorch_lightning as pl


class GradientNorm(pl.Callback):
    """Logs ``train/gradient_norm``, the length of the gradient before it is clipped."""

    def on_before_optimizer_step(self, trainer: pl.Trainer, pl_module: pl.LightningModule, optimizer: object) -> None:
        """Measure and log."""
        squares = [p.grad.pow(2).sum() for p in pl_module.parameters() if p.grad is not None]
        pl_module.log("train/gradient_norm", sum(squares) ** 0.5)
