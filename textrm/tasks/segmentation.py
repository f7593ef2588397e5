"""Text segmentation: which pixels are lettering."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from pytorch_lightning import LightningDataModule, LightningModule
from torch import Tensor, nn
from torch.nn.functional import pad

from textrm.errors import UserError
from textrm.tasks.pixel_scores import PixelScores


class SegmentationTask(LightningModule):
    """Trains a net that maps ``image`` (B 3 H W in [0, 1]) to logits of ``mask`` (B 1 H W).

    ``loss(logits, mask, ignore)`` returns a scalar. ``optimizer`` and ``scheduler`` are factories that still lack the
    parameters and the optimizer; the scheduler steps once per batch. Validation and test take pictures of any size
    and log AP, F1, IoU, precision and recall, pooled over all pixels of the set that are not ignored. What training
    crops must be multiples of is ``net.stride`` (1 for a net that has none).

    Raises:
        UserError: for a threshold outside (0, 1), when crops do not fit the net, when the optimizer or the scheduler
            cannot be made, and when the loss of a batch is not finite; that message names the pictures of the batch.
    """

    def __init__(
        self,
        net: nn.Module,
        loss: nn.Module,
        optimizer: Callable[[Iterable[nn.Parameter]], torch.optim.Optimizer],
        scheduler: Callable[[torch.optim.Optimizer], torch.optim.lr_scheduler.LRScheduler] | None = None,
        threshold: float = 0.5,
        channels_last: bool = True,
    ) -> None:
        super().__init__()
        if not 0 < threshold < 1:
            raise UserError(f"task.threshold={threshold}: expected a probability between 0 and 1")
        self.net = net.to(memory_format=torch.channels_last) if channels_last else net
        self.loss = loss
        self.make_optimizer = optimizer
        self.make_scheduler = scheduler
        self.memory_format = torch.channels_last if channels_last else torch.contiguous_format
        self.val_scores = PixelScores(threshold)
        self.test_scores = PixelScores(threshold)

    def forward(self, image: Tensor) -> Tensor:
        """Logits B 1 H W of ``image`` B 3 H W in [0, 1]."""
        return self.net(image.contiguous(memory_format=self.memory_format))

    def check_data(self, datamodule: LightningDataModule) -> None:
        """Refuse crops that the net cannot take before any is made.

        Raises:
            UserError: naming the side of the crops and what it must be a multiple of.
        """
        stride, crop = self._stride(), getattr(datamodule, "crop", None)
        if crop is not None and (not isinstance(crop, int) or crop < 1 or crop % stride):
            raise UserError(f"data.crop={crop}: expected a multiple of {stride} pixels, the stride of this net")

    def training_step(self, batch: dict[str, Any], batch_idx: int) -> Tensor:
        """The loss of one batch."""
        loss = self.loss(self(batch["image"]), batch["mask"], batch["ignore"])
        if not torch.isfinite(loss):
            pictures = ", ".join(map(str, batch["id"]))
            raise UserError(f"the loss became {loss.item()} at step {self.global_step} on the pictures {pictures}: "
                            "look at them, or lower the learning rate")  # fmt: skip
        self.log("train/loss", loss, prog_bar=True, batch_size=len(batch["id"]))
        return loss

    def validation_step(self, batch: dict[str, Any], batch_idx: int) -> Tensor:
        """The predicted probabilities B 1 H W, after they were counted."""
        return self._count("val", self.val_scores, batch)

    def test_step(self, batch: dict[str, Any], batch_idx: int) -> Tensor:
        """As validation, under ``test/…``."""
        return self._count("test", self.test_scores, batch)

    def on_validation_epoch_end(self) -> None:
        """Log the pooled metrics."""
        self._log_scores("val", self.val_scores)

    def on_test_epoch_end(self) -> None:
        """Log the pooled metrics."""
        self._log_scores("test", self.test_scores)

    def configure_optimizers(self) -> Any:
        """The optimizer, and the scheduler where there is one, stepped every batch."""
        key = "optimizer"
        try:
            optimizer = self.make_optimizer(self.net.parameters())
            if self.make_scheduler is None:
                return optimizer
            key = "scheduler"
            scheduler = {"scheduler": self.make_scheduler(optimizer), "interval": "step"}
        except (TypeError, ValueError) as error:
            raise UserError(f"{key}: {error}; see conf/{key} for what it takes") from error
        return {"optimizer": optimizer, "lr_scheduler": scheduler}

    def _stride(self) -> int:
        return int(getattr(self.net, "stride", 1))

    def _whole(self, image: Tensor) -> Tensor:
        height, width = image.shape[-2:]
        below, right = -height % self._stride(), -width % self._stride()
        return self(pad(image, (0, right, 0, below), mode="replicate"))[..., :height, :width]

    def _count(self, stage: str, scores: PixelScores, batch: dict[str, Any]) -> Tensor:
        logits = self._whole(batch["image"]).float()
        loss = self.loss(logits, batch["mask"], batch["ignore"])
        self.log(f"{stage}/loss", loss, batch_size=len(batch["id"]))
        prob = logits.sigmoid()
        scores.update(prob, batch["mask"], batch["ignore"])
        return prob

    def _log_scores(self, stage: str, scores: PixelScores) -> None:
        for name, value in scores.compute().items():
            self.log(f"{stage}/{name}", value, prog_bar=name in ("AP", "F1"))
        scores.reset()
