"""What the net sees, in TensorBoard: the same pages at every validation."""

from __future__ import annotations

from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback
from pytorch_lightning.loggers import TensorBoardLogger
from torch import Tensor
from torch.nn import functional
from torch.utils.tensorboard import SummaryWriter

# Disagreement, RGB: what was found, what was missed, what was invented.
HIT, MISSED, INVENTED = (0.1, 0.7, 0.2), (0.9, 0.1, 0.1), (0.1, 0.3, 1.0)


class SegmentationPictures(Callback):
    """Logs ``val_pictures/<n>`` panels (picture, truth, prediction, disagreement) and the PR curve ``val/PR``.

    The first ``pictures`` items of the validation set are shown, at most ``height`` pixels high. In the disagreement
    found lettering is green, missed lettering red and background taken for lettering blue; ``threshold`` is the
    probability from which a pixel counts as found.
    """

    def __init__(self, pictures: int = 4, height: int = 512, threshold: float = 0.5) -> None:
        self.pictures, self.height, self.threshold = pictures, height, threshold
        self._panels: list[Tensor] = []

    def on_validation_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, batch: Any, *args: Any
    ) -> None:
        """Keep the first pictures of the set."""
        for index in range(len(batch["id"])):
            if len(self._panels) < self.pictures:
                image, mask, prob = (value[index].float().cpu() for value in (batch["image"], batch["mask"], outputs))
                self._panels.append(panel(image, mask, prob, self.height, self.threshold))

    def on_validation_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Write them, and the PR curve of the whole set."""
        panels, self._panels = self._panels, []
        if trainer.sanity_checking:
            return
        for writer in writers(trainer):
            for index, picture in enumerate(panels):
                writer.add_image(f"val_pictures/{index}", picture, trainer.global_step)
            add_pr_curve(writer, "val/PR", pl_module.val_scores, trainer.global_step)


def writers(trainer: pl.Trainer) -> list[SummaryWriter]:
    """The TensorBoard writers of a trainer."""
    return [logger.experiment for logger in trainer.loggers if isinstance(logger, TensorBoardLogger)]


def panel(image: Tensor, mask: Tensor, prob: Tensor, height: int, threshold: float = 0.5) -> Tensor:
    """Picture, truth, prediction and disagreement side by side: 3 h 4w in [0, 1] from 3 H W, 1 H W and 1 H W."""
    found, truth = prob > threshold, mask > 0.5
    disagreement = 1 - 0.25 * (1 - image.mean(0, keepdim=True).expand(3, -1, -1))
    for where, colour in ((found & truth, HIT), (~found & truth, MISSED), (found & ~truth, INVENTED)):
        disagreement = torch.where(where, torch.tensor(colour)[:, None, None], disagreement)
    row = torch.cat([image, mask.expand(3, -1, -1), prob.expand(3, -1, -1), disagreement], dim=2)
    scale = min(1.0, height / image.shape[1])
    size = (max(1, round(row.shape[1] * scale)), max(1, round(row.shape[2] * scale)))
    return functional.interpolate(row[None], size=size, mode="area")[0].clamp(0, 1)


def add_pr_curve(writer: SummaryWriter, tag: str, scores: Any, step: int) -> None:
    """A precision-recall curve from the two histograms of :class:`~textrm.tasks.pixel_scores.PixelScores`."""
    true_positive = scores.text.flip(0).cumsum(0).flip(0).double()
    false_positive = scores.background.flip(0).cumsum(0).flip(0).double()
    text, background = true_positive[0], false_positive[0]
    precision = true_positive / (true_positive + false_positive).clamp(min=1)
    recall = true_positive / text.clamp(min=1)
    writer.add_pr_curve_raw(
        tag, true_positive, false_positive, background - false_positive, text - true_positive, precision, recall,
        global_step=step, num_thresholds=256,
    )  # fmt: skip
