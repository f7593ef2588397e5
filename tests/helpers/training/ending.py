"""A callback that ends a training from within, at a step and in a process of one's choice."""

from __future__ import annotations

import os
import signal
from typing import Any

from pytorch_lightning import Callback, LightningModule, Trainer

from textrm.errors import UserError

STARTER = "TEXTRM_TESTS_STARTER"  # where a forked process is told who started it: it has another parent


class Ending(Callback):
    """``how``: ``killed``, ``mistake`` (which the user made), or ``terminated`` (the process that started this one)."""

    def __init__(self, how: str, rank: int = 1, step: int = 1) -> None:
        self.how, self.rank, self.step = how, rank, step

    def on_train_batch_start(self, trainer: Trainer, pl_module: LightningModule, *args: Any) -> None:
        if trainer.global_rank != self.rank or trainer.global_step != self.step:
            return
        if self.how == "mistake":
            raise UserError("page 7 is upside down")
        if self.how == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        os.kill(int(os.environ.get(STARTER, os.getppid())), signal.SIGTERM)
