"""Cleaning: from the lettered picture to the clean one in one step."""

from __future__ import annotations

from typing import Any

from pytorch_lightning import LightningDataModule
from torch import Tensor, nn
from torch.nn.functional import pad
from torchmetrics import Metric

from textrm.errors import UserError
from textrm.nets.cleaner import Cleaner
from textrm.tasks.cleaning_scores import CleaningScores
from textrm.tasks.task import MakeOptimizer, MakeScheduler, Task


class CleaningTask(Task):
    """Trains a net ``image -> (clean, blend)``, see :class:`textrm.nets.cleaner.Cleaner`.

    ``loss(clean, blend, batch)`` returns weighted terms by name; each has its curve ``train/<name>``, and their sum is
    minimised. Validation and test take pictures of any size and log the figures of
    :class:`~textrm.tasks.cleaning_scores.CleaningScores`.

    Raises:
        UserError: when the loss of a batch is not finite; the message names the pictures of the batch.
    """

    shown = ("psnr", "left")

    def __init__(
        self,
        net: Cleaner,
        loss: nn.Module,
        optimizer: MakeOptimizer,
        scheduler: MakeScheduler | None = None,
        channels_last: bool = True,
    ) -> None:
        super().__init__(net, CleaningScores, optimizer, scheduler, channels_last)
        self.loss = loss

    def prepare(self, datamodule: LightningDataModule) -> None:
        """Refuse data without clean pictures, and crops that do not fit the net.

        Raises:
            UserError: saying what to change.
        """
        super().prepare(datamodule)
        if getattr(datamodule, "holes", None) is not None:
            raise UserError("data.holes is set: holes are for inpainting; leave them out")
        train: dict[str, Any] = getattr(datamodule, "train", {})
        for data in (*train.values(), getattr(datamodule, "val", None), getattr(datamodule, "test", None)):
            keep_clean = getattr(data, "keep_clean", None)
            if keep_clean is not None:
                keep_clean()

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """The clean picture B 3 H W and the blend map B 1 H W of ``image`` B 3 H W in [0, 1]."""
        return self.net(image.contiguous(memory_format=self.memory_format))

    def training_step(self, batch: dict[str, Any], batch_idx: int) -> Tensor:
        """The loss of one batch."""
        terms: dict[str, Tensor] = self.loss(*self(batch["image"]), batch)
        loss = sum(terms.values(), batch["image"].new_zeros(()))
        self.check_finite(loss, batch)
        count = len(batch["id"])
        self.log_dict({f"train/{name}": term for name, term in terms.items()}, batch_size=count)
        self.log("train/loss", loss, prog_bar=True, batch_size=count)
        return loss

    def count(self, stage: str, scores: Metric, batch: dict[str, Any]) -> dict[str, Tensor]:
        """The clean picture and the blend map, after they were counted."""
        clean, blend = self._whole(batch["image"])
        clean, blend = clean.float(), blend.float()
        terms: dict[str, Tensor] = self.loss(clean, blend, batch)
        self.log(f"{stage}/loss", sum(terms.values(), clean.new_zeros(())), batch_size=len(batch["id"]))
        clean = clean.clamp(0, 1)
        scores.update(clean, *(batch[name] for name in ("image", "clean", "mask", "ignore", "has_mask")))
        return {"clean": clean, "blend": blend}

    def _whole(self, image: Tensor) -> tuple[Tensor, Tensor]:
        height, width = image.shape[-2:]
        below, right = -height % self.stride, -width % self.stride
        clean, blend = self(pad(image, (0, right, 0, below), mode="replicate"))
        return clean[..., :height, :width], blend[..., :height, :width]
