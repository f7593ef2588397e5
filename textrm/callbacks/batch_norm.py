"""Holds the statistics of BatchNorm still, or measures them before the first step."""

from __future__ import annotations

import logging
from collections.abc import Callable
from itertools import islice
from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback
from torch import Tensor, nn

from textrm.errors import UserError

log = logging.getLogger(__name__)


class FreezeBatchNorm(Callback):
    """From the net's step ``step`` on, BatchNorm uses its statistics and no longer moves them. None never freezes.

    Liu et al. 2018: the holes make the statistics of batches wrong, so the net is finished with those of the encoder
    held still and a smaller learning rate (``scheduler=two_stage``). From step 0 on it suits fine-tuning on a few
    pages, whose batches say little of other pages. Scale and shift go on learning. It follows from the step alone, so a
    resumed run needs no state.

    Args:
        step: of the net's optimizer.
        whole: the BatchNorm of the whole net, not of ``task.net.encoder`` alone.

    Raises:
        UserError: for a step below 0, and for a net without an encoder where ``whole`` is off.
    """

    def __init__(self, step: int | None = None, whole: bool = False) -> None:
        if step is not None and step < 0:
            raise UserError(f"step={step}: expected 0 or more, or null for never")
        self.step = step
        self.part = "net" if whole else "net.encoder"

    def on_fit_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """See that there is something to freeze."""
        if (
            self.step is not None
            and self.part == "net.encoder"
            and not hasattr(pl_module.get_submodule("net"), "encoder")
        ):
            raise UserError(f"step={self.step}: the net has no encoder; give null, or whole=true")

    def on_train_batch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *args: Any) -> None:
        """Hold still what rests: validation puts back the mode that it found."""
        # The trainer counts the steps of all optimizers; a discriminator has one of its own.
        if self.step is not None and trainer.global_step // len(trainer.optimizers) >= self.step:
            for module in pl_module.get_submodule(self.part).modules():
                if isinstance(module, nn.BatchNorm2d) and module.training:
                    module.eval()


class MeasureBatchNorm(Callback):
    """Before the first step, gives BatchNorm the mean and variance of training batches without changing the net.

    A net read back from ONNX has none (see :func:`~textrm.checkpoints.onnx_weights.read_onnx`). Training on batches,
    whose statistics stand in for them, would begin with another function than that of the file. Here ``batches``
    batches pass the net in evaluation mode, scale and shift of each BatchNorm are set so that it computes what it did
    before, and training begins where the file ended, but for the noise of the batches.
    """

    def __init__(self, batches: int = 16) -> None:
        self.batches = batches

    @torch.no_grad()
    def on_train_start(self, trainer: pl.Trainer, pl_module: Any) -> None:
        """Measure; the training loop has a loader of its own, which draws what it would have drawn."""
        norms = [module for module in pl_module.net.modules() if isinstance(module, nn.BatchNorm2d)]
        seen: dict[nn.BatchNorm2d, list[tuple[Tensor, Tensor]]] = {norm: [] for norm in norms}
        modes = [module.training for module in pl_module.net.modules()]
        hooks = [norm.register_forward_pre_hook(_note(seen[norm])) for norm in norms]
        pl_module.net.eval()
        known: Any = trainer  # whose data module it does not declare
        for batch in islice(known.datamodule.train_dataloader(), self.batches):
            with trainer.precision_plugin.forward_context():
                pl_module.see(trainer.strategy.batch_to_device(batch, pl_module.device))
        for hook in hooks:
            hook.remove()
        for module, mode in zip(pl_module.net.modules(), modes, strict=True):
            module.training = mode
        for norm, moments in seen.items():
            if moments:  # a branch that training alone uses sees nothing
                means, variances = (torch.stack(values) for values in zip(*moments, strict=True))
                _restate(norm, means.mean(0), variances.mean(0) + means.var(0, correction=0), trainer)
        log.info("BatchNorm: statistics of %d layers measured on training batches", len(norms))


def _note(moments: list[tuple[Tensor, Tensor]]) -> Callable[..., None]:
    def hook(module: nn.Module, arguments: tuple[Tensor]) -> None:
        variance, mean = torch.var_mean(arguments[0].float(), (0, 2, 3), correction=0)
        moments.append((mean, variance))

    return hook


def _restate(norm: Any, mean: Tensor, variance: Tensor, trainer: pl.Trainer) -> None:
    """Give ``norm`` these statistics, and the scale and shift with which it computes what it did with the old ones."""
    mean, variance = (trainer.strategy.reduce(value, reduce_op="mean") for value in (mean, variance))
    slope = norm.weight / (norm.running_var + norm.eps).sqrt()
    norm.bias += slope * (mean - norm.running_mean)
    norm.weight.copy_(slope * (variance + norm.eps).sqrt())
    norm.running_mean.copy_(mean)
    norm.running_var.copy_(variance)
