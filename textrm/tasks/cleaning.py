"""The task of cleaning: from the lettered picture to the clean one in one step."""

from __future__ import annotations

from typing import Any

from pytorch_lightning import LightningDataModule
from torch import Tensor, nn
from torchmetrics import Metric

from textrm.errors import UserError
from textrm.nets.cleaning.cleaner import Cleaner
from textrm.nets.contract import check_loss, need_kind, noise_batch, output_of
from textrm.tasks.cleaning_scores import CleaningScores
from textrm.tasks.own_metrics import Metrics
from textrm.tasks.task import MakeOptimizer, MakeScheduler, Task


class CleaningTask(Task):
    """Trains a net ``image -> (clean, blend)``, see :class:`textrm.nets.cleaning.cleaner.Cleaner`.

    ``loss(clean, blend, batch)`` returns weighted terms by name; each has its curve ``train/<name>``, and their sum is
    minimised. Validation and test take pictures of any size and log the figures of
    :class:`~textrm.tasks.cleaning_scores.CleaningScores`.

    Raises:
        UserError: when the loss of a batch is not finite; the message names the pictures of the batch.
    """

    shown = ("psnr", "left")
    needs = ("clean",)

    def __init__(self, net: Cleaner, loss: nn.Module, optimizer: MakeOptimizer,
                 scheduler: MakeScheduler | None = None, channels_last: bool = True,
                 metrics: Metrics = None) -> None:  # fmt: skip
        super().__init__(net, CleaningScores, optimizer, scheduler, channels_last, metrics)
        self.loss = loss

    def prepare(self, datamodule: LightningDataModule) -> None:
        """Refuse data without clean pictures, and crops that do not fit the net.

        Raises:
            UserError: saying what to change.
        """
        super().prepare(datamodule)
        holes = getattr(datamodule, "holes", None)
        if holes is not None:
            raise UserError(f"holes={type(holes).__name__}: they are for inpainting; leave them out")
        train: dict[str, Any] = getattr(datamodule, "train", {})
        for data in (*train.values(), getattr(datamodule, "val", None), getattr(datamodule, "test", None)):
            keep_clean = getattr(data, "keep_clean", None)
            if keep_clean is not None:
                keep_clean()

    def check(self) -> None:
        """Refuse a net that is no :class:`Cleaner`, and a loss that does not give terms for its two pictures."""
        need_kind("net", self.net, Cleaner)
        batch = noise_batch(self.stride)
        shapes = {"clean": tuple(batch["clean"].shape), "blend": tuple(batch["mask"].shape)}
        found = output_of(self.net, lambda: self(batch["image"]), shapes)
        check_loss(self.loss, lambda clean, blend: self.loss(clean, blend, batch), *found, terms=True)
        self.own_metrics.check(dict(zip(shapes, found, strict=True)), batch)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """The clean picture B 3 H W and the blend map B 1 H W of ``image`` B 3 H W in [0, 1]."""
        return self.net(image.contiguous(memory_format=self.memory_format))

    def training_step(self, batch: dict[str, Any], batch_idx: int) -> Tensor:
        """The loss of one batch."""
        return self.log_terms(self.loss(*self(batch["image"]), batch), batch)

    def count(self, stage: str, scores: Metric, batch: dict[str, Any]) -> dict[str, Tensor]:
        """The clean picture and the blend map, after they were counted."""
        height, width = batch["image"].shape[-2:]
        clean, blend = (plane[..., :height, :width].float() for plane in self(self.padded(batch["image"])))
        terms: dict[str, Tensor] = self.loss(clean, blend, batch)
        self.log_mean(stage, {"loss": sum(terms.values(), clean.new_zeros(()))}, batch)
        clean = clean.clamp(0, 1)
        scores.update(clean, *(batch[name] for name in ("image", "clean", "mask", "ignore", "has_mask")))
        return {"clean": clean, "blend": blend}
