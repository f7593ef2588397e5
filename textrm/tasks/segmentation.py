"""The task of text segmentation: which pixels are lettering."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torchmetrics import Metric

from textrm.errors import UserError
from textrm.nets.contract import check_loss, noise_batch, output_of
from textrm.tasks.own_metrics import Metrics
from textrm.tasks.page_scores import PageScores
from textrm.tasks.pixel_scores import PixelScores
from textrm.tasks.task import MakeOptimizer, MakeScheduler, Task


class SegmentationTask(Task):
    """Trains a net that maps ``image`` (B 3 H W in [0, 1]) to logits of ``mask`` (B 1 H W).

    ``loss(logits, mask, ignore)`` returns a scalar; for the others see :class:`~textrm.tasks.task.Task`. Validation and
    test take pictures of any size and log AP, F1, IoU, precision, recall and small_recall, pooled over all pixels of
    the set that are not ignored; the test also F1tol, checkerboard and, where it has clean pictures, false_area. What
    training crops must be multiples of is ``net.stride`` (1 for a net that has none).

    Raises:
        UserError: for a threshold outside (0, 1), and when the loss of a batch is not finite; that message names the
            pictures of the batch.
    """

    shown = ("AP", "F1")
    needs = ("mask",)

    def __init__(self, net: nn.Module, loss: nn.Module, optimizer: MakeOptimizer,
                 scheduler: MakeScheduler | None = None, threshold: float = 0.5,
                 channels_last: bool = True, metrics: Metrics = None) -> None:  # fmt: skip
        super().__init__(net, lambda: PixelScores(threshold), optimizer, scheduler, channels_last, metrics)
        if not 0 < threshold < 1:
            raise UserError(f"threshold={threshold}: expected a probability between 0 and 1")
        self.test_scores = PageScores(threshold)
        self.loss = loss

    def check(self) -> None:
        """Refuse a net that does not give logits B 1 H W, and a loss that does not give a number for them."""
        batch = noise_batch(self.stride)
        logits = output_of(self.net, lambda: self(batch["image"]), {"logits": tuple(batch["mask"].shape)})
        check_loss(self.loss, lambda found: self.loss(found, batch["mask"], batch["ignore"]), logits)
        self.own_metrics.check({"prob": logits.sigmoid()}, batch)

    def forward(self, image: Tensor) -> Tensor:
        """Logits B 1 H W of ``image`` B 3 H W in [0, 1]."""
        return self.net(image.contiguous(memory_format=self.memory_format))

    def training_step(self, batch: dict[str, Any], batch_idx: int) -> Tensor:
        """The loss of one batch."""
        loss = self.loss(self(batch["image"]), batch["mask"], batch["ignore"])
        self.check_finite(loss, batch)
        self.log_mean("train", {"loss": loss}, batch)
        return loss

    def count(self, stage: str, scores: Metric, batch: dict[str, Any]) -> dict[str, Tensor]:
        """The predicted probabilities B 1 H W, after they were counted."""
        logits = self._logits(batch["image"])
        loss = self.loss(logits, batch["mask"], batch["ignore"])
        self.log_mean(stage, {"loss": loss}, batch)
        prob = logits.sigmoid()
        if isinstance(scores, PageScores) and batch["has_clean"].any():
            clean = self._logits(batch["clean"]).sigmoid()
            scores.update(prob, batch["mask"], batch["ignore"], clean, batch["has_clean"])
        else:
            scores.update(prob, batch["mask"], batch["ignore"])
        return {"prob": prob}

    def _logits(self, image: Tensor) -> Tensor:
        height, width = image.shape[-2:]
        return self(self.padded(image))[..., :height, :width].float()
