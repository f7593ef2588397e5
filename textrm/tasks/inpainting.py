"""The task of inpainting: guess what lies beneath lettering."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytorch_lightning import LightningDataModule
from torch import Tensor, nn
from torchmetrics import Metric

from textrm.errors import UserError
from textrm.nets.contract import check_loss, need_kind, noise_batch, output_of, stride_of
from textrm.nets.inpainting.inpainter import Inpainter
from textrm.tasks.inpainting_scores import InpaintingScores
from textrm.tasks.own_metrics import Metrics
from textrm.tasks.task import MakeOptimizer, MakeScheduler, Task


class InpaintingTask(Task):
    """Trains a net ``(image, mask) -> picture``, see :class:`textrm.nets.inpainting.inpainter.Inpainter`.

    ``loss(output, clean, mask, ignore)`` returns weighted terms by name; each has its curve ``train/<name>``, and
    their sum is minimised. The batches are those of :mod:`textrm.data.holes`. Validation and test take pictures of any
    size and log the figures of :class:`~textrm.tasks.inpainting_scores.InpaintingScores`.

    Raises:
        UserError: when the loss of a batch is not finite; the message names the pictures of the batch.
    """

    shown = ("psnr_hole",)
    needs = ("clean",)

    def __init__(self, net: nn.Module, loss: nn.Module, optimizer: MakeOptimizer,
                 scheduler: MakeScheduler | None = None, channels_last: bool = True,
                 metrics: Metrics = None) -> None:  # fmt: skip
        super().__init__(net, InpaintingScores, optimizer, scheduler, channels_last, metrics)
        self.loss = loss

    @property
    def stride(self) -> int:
        """1: these nets pad by themselves."""
        return 1

    def prepare(self, datamodule: LightningDataModule) -> None:
        """Refuse data without holes, and batches that BatchNorm cannot take.

        Raises:
            UserError: saying what to change.
        """
        super().prepare(datamodule)
        if getattr(datamodule, "holes", None) is None:
            raise UserError("holes=null: none are set; give +holes@data.holes=both, lettering or random")
        crop, batch_size = getattr(datamodule, "crop", None), getattr(datamodule, "batch_size", None)
        stride = stride_of(self.net)
        if getattr(datamodule, "share_size", batch_size) == 1 and crop is not None and crop <= stride:
            raise UserError(f"batch_size={batch_size}: crops of {crop} px shrink to one pixel in this net, of which "
                            "BatchNorm has no statistics; give 2 or more, larger crops or fewer levels")  # fmt: skip

    def check(self) -> None:
        """Refuse a net that is no :class:`Inpainter`, and a loss that does not give terms for its picture."""
        need_kind("net", self.net, Inpainter)
        batch = noise_batch(stride_of(self.net))
        clean, mask, ignore = batch["clean"], batch["mask"], batch["ignore"]
        picture = output_of(self.net, lambda: self.see(batch), {"picture": tuple(clean.shape)})
        check_loss(self.loss, lambda found: self.loss(found, clean, mask, ignore), picture, terms=True)
        self.own_metrics.check({"output": picture, "composite": picture}, batch)

    def forward(self, image: Tensor, mask: Tensor) -> Tensor:
        """The picture B 3 H W that the net sees through ``image`` with holes ``mask``."""
        return self.net(image.contiguous(memory_format=self.memory_format), mask)

    def see(self, batch: dict[str, Any]) -> Tensor:
        """The picture that the net sees through the holes of the batch."""
        return self(batch["image"], batch["mask"])

    def training_step(self, batch: dict[str, Any], batch_idx: int) -> Tensor:
        """The loss of one batch."""
        return self.log_loss(batch, self(batch["image"], batch["mask"]))

    def log_loss(self, batch: dict[str, Any], output: Tensor, more: Mapping[str, Tensor] | None = None) -> Tensor:
        """The sum of the loss's terms and ``more`` of them, after each was logged."""
        terms = self.loss(output, batch["clean"], batch["mask"], batch["ignore"]) | dict(more or {})
        return self.log_terms(terms, batch)

    def count(self, stage: str, scores: Metric, batch: dict[str, Any]) -> dict[str, Tensor]:
        """The output and the composite, after they were counted."""
        output = self(batch["image"], batch["mask"]).float()
        terms = self.loss(output, batch["clean"], batch["mask"], batch["ignore"])
        self.log_mean(stage, {"loss": sum(terms.values(), output.new_zeros(()))}, batch)
        # The known pixels are the page's own, so what is scored outside the hole is not the net's.
        composite = batch["clean"] * (1 - batch["mask"]) + output.clamp(0, 1) * batch["mask"]
        scores.update(composite, batch["clean"], batch["mask"], batch["ignore"])
        return {"output": output.clamp(0, 1), "composite": composite}
