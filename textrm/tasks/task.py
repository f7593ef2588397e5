"""The base class of tasks: a net, its optimizer and schedule, its scores, and the stop at a loss that is not finite."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import torch
from pytorch_lightning import LightningDataModule, LightningModule
from torch import Tensor, nn
from torch.nn.functional import pad
from torchmetrics import Metric

from textrm.errors import UserError
from textrm.nets.contract import need_kind, stride_of
from textrm.tasks.own_metrics import Metrics, OwnMetrics
from textrm.tasks.ranks import Means, mean_of_all, same_buffers

log = logging.getLogger(__name__)

MakeOptimizer = Callable[[Iterable[nn.Parameter]], torch.optim.Optimizer]
MakeScheduler = Callable[[torch.optim.Optimizer], torch.optim.lr_scheduler.LRScheduler]


class Task(LightningModule, ABC):
    """Trains ``net``. ``optimizer`` and ``scheduler`` are factories that still lack the parameters and the optimizer.

    The scheduler steps once per batch. ``scores`` makes the metric of validation and of test, which computes figures by
    name, ``metrics`` are further ones, see :class:`~textrm.tasks.own_metrics.OwnMetrics`. A subclass implements
    :meth:`count` and :meth:`training_step`, and names the figures that the progress bar shows in ``shown``.

    Raises:
        UserError: when crops do not fit the net, and when the optimizer or the scheduler cannot be made.
    """

    shown: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()  # what the items of own data sets must have beside the image

    def __init__(self, net: nn.Module, scores: Callable[[], Metric], optimizer: MakeOptimizer,
                 scheduler: MakeScheduler | None = None, channels_last: bool = True,
                 metrics: Metrics = None) -> None:  # fmt: skip
        super().__init__()
        need_kind("net", net, nn.Module)
        self.own_metrics = OwnMetrics(metrics)
        self.val_scores = scores()
        self.test_scores = scores()
        self.means = Means()
        self._of_step: dict[str, Tensor] = {}
        self.net = net.to(memory_format=torch.channels_last) if channels_last else net
        self.make_optimizer = optimizer
        self.make_scheduler = scheduler
        self.memory_format = torch.channels_last if channels_last else torch.contiguous_format

    def prepare(self, datamodule: LightningDataModule) -> None:
        """Refuse a net, a loss or data that do not fit before anything is made; a subclass may learn from the data.

        Raises:
            UserError: naming what breaks its contract, or the side of the crops and what it must be a multiple of.
        """
        self.check()
        check_items = getattr(datamodule, "check_items", None)
        if check_items is not None:
            check_items(self.needs, self.stride)
        stride, crop = self.stride, getattr(datamodule, "crop", None)
        if crop is not None and (not isinstance(crop, int) or crop < 1 or crop % stride):
            raise UserError(f"crop={crop}: expected a multiple of {stride} pixels, the stride of this net")

    @property
    def stride(self) -> int:
        """What the sides of the net's input must be multiples of; 1 for a net that has no stride."""
        return stride_of(self.net)

    def check(self) -> None:
        """Refuse a net or a loss that is not what the task takes; tasks of ours let two pictures of noise pass both.

        Raises:
            UserError: saying what was got and what was expected.
        """

    def on_fit_start(self) -> None:
        """Remember the seed of the run."""
        self.seed = torch.initial_seed()

    def on_train_batch_start(self, batch: dict[str, Any], batch_idx: int) -> None:
        """Let what is random in the net (dropout) follow from the step alone, so that a resumed run draws the same.

        Further processes that train with this one draw something else.
        """
        state = (self.seed, self.global_step, batch_idx, *([self.global_rank] if self.global_rank else ()))
        torch.manual_seed(int(np.random.SeedSequence(state).generate_state(1)[0]))

    def on_train_batch_end(self, outputs: Any, batch: dict[str, Any], batch_idx: int) -> None:
        """Log what the step said, now that the processes are as far as each other: within it they would wait twice.

        Validate after the last step, wherever in an epoch that is; the callbacks, which may stop it, come before.
        """
        for name, value in mean_of_all(self._of_step).items():
            self.log(f"train/{name}", value, prog_bar=name == "loss", batch_size=len(batch["id"]))
        self._of_step = {}
        trainer = self.trainer
        enough = self.current_epoch >= (trainer.min_epochs or 0) and self.global_step >= (trainer.min_steps or 0)
        last = self.current_epoch + 1 == trainer.max_epochs and trainer.is_last_batch
        if last or self.global_step >= trainer.max_steps > 0 or (trainer.should_stop and enough):
            trainer.check_val_every_n_epoch = 1
            trainer.val_check_batch = batch_idx + 1

    def on_validation_epoch_start(self) -> None:
        """Validate one net in all processes; callbacks, which may put another into its place, come before."""
        same_buffers(self)

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep how many processes trained together."""
        checkpoint["ranks"] = self.trainer.world_size

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Say where another number of processes goes on."""
        before, now = checkpoint.get("ranks", 1), self.trainer.world_size
        if before != now and self.trainer.is_global_zero and self.trainer.training:
            log.warning(
                "the checkpoint is of a training in %d processes, %d go on: batches and schedule stay the same, "
                "rounding and what is random in the net do not, so the weights will differ a little", before, now,
            )  # fmt: skip

    def see(self, batch: dict[str, Any]) -> Any:
        """What the net makes of a batch, without a loss."""
        return self(batch["image"])

    @abstractmethod
    def count(self, stage: str, scores: Metric, batch: dict[str, Any]) -> Any:
        """Score a batch, log its loss as ``<stage>/loss`` and return what the net made of it."""

    def validation_step(self, batch: dict[str, Any], batch_idx: int) -> Any:
        """What the net made of the batch, after it was scored."""
        return self._measured("val", self.val_scores, batch)

    def test_step(self, batch: dict[str, Any], batch_idx: int) -> Any:
        """As validation, under ``test/…``."""
        return self._measured("test", self.test_scores, batch)

    def on_validation_epoch_end(self) -> None:
        """Log the figures of the whole set."""
        self._log_scores("val", self.val_scores)

    def on_test_epoch_end(self) -> None:
        """Log the figures of the whole set."""
        self._log_scores("test", self.test_scores)

    def configure_optimizers(self) -> Any:
        """The optimizer, and the scheduler where there is one, stepped every batch."""
        return self.make(self.net)

    def make(self, net: nn.Module, rate: str = "learning_rate") -> Any:
        """An optimizer for the parameters of ``net``, with its scheduler where there is one, as Lightning takes them.

        ``rate`` is the name of its curve, the same for every optimizer.

        Raises:
            UserError: when they cannot be made.
        """
        key = "optimizer"
        try:
            optimizer = self.make_optimizer(net.parameters())
            if self.make_scheduler is None:
                return optimizer
            key = "scheduler"
            scheduler = {"scheduler": self.make_scheduler(optimizer), "interval": "step", "name": rate}
        except (TypeError, ValueError) as error:
            raise UserError(f"{key}: {error}; see conf/{key} for what it takes") from error
        return {"optimizer": optimizer, "lr_scheduler": scheduler}

    def padded(self, image: Tensor) -> Tensor:
        """B C H W with its last row and column repeated up to multiples of the stride."""
        below, right = (-side % self.stride for side in image.shape[-2:])
        return pad(image, (0, right, 0, below), mode="replicate")

    def log_terms(self, terms: Mapping[str, Tensor], batch: dict[str, Any]) -> Tensor:
        """The sum of the weighted terms of a training loss, after each was logged as ``train/<name>``.

        Raises:
            UserError: when the sum is not finite.
        """
        loss = sum(terms.values(), batch["image"].new_zeros(()))
        self.check_finite(loss, batch)
        self.log_mean("train", {**terms, "loss": loss}, batch)
        return loss

    def log_mean(self, stage: str, values: Mapping[str, Tensor], batch: dict[str, Any]) -> None:
        """Log means over a batch as ``<stage>/<name>``: in training each step's, else those over the whole set.

        Where several processes train together it is the mean over all of them.
        """
        count = len(batch["id"])
        if stage != "train":
            for name, value in values.items():
                self.means.add(name, value, count)
            return
        self._of_step |= {name: value.detach() for name, value in values.items()}

    def check_finite(self, loss: Tensor, batch: dict[str, Any]) -> None:
        """Stop where a loss is not finite.

        Raises:
            UserError: naming the pictures of the batch.
        """
        if not torch.isfinite(loss):
            pictures = ", ".join(map(str, batch["id"]))
            raise UserError(f"the loss became {loss.item()} at step {self.global_step} on the pictures {pictures}: "
                            "look at them, or lower the learning rate")  # fmt: skip

    def _measured(self, stage: str, scores: Metric, batch: dict[str, Any]) -> Any:
        seen = self.count(stage, scores, batch)
        self.own_metrics.update(stage, seen, batch)
        return seen

    def _log_scores(self, stage: str, scores: Metric) -> None:
        figures = {**self.means.take(), **scores.compute(), **self.own_metrics.compute(stage)}
        for name, value in figures.items():
            self.log(f"{stage}/{name}", value, prog_bar=name in self.shown)
        scores.reset()
