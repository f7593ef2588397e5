"""Shows in TensorBoard what the net sees: the same pages at every validation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
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


class Pictures(Callback, ABC):
    """Logs ``val_pictures/<n>``: the first ``pictures`` items of the validation set, at most ``height`` pixels high."""

    def __init__(self, pictures: int = 4, height: int = 512) -> None:
        self.pictures, self.height = pictures, height
        self._panels: list[Tensor] = []

    @abstractmethod
    def columns(self, item: dict[str, Tensor], output: Any) -> list[Tensor]:
        """What is shown side by side of one item: 3 H W each in [0, 1]. ``output`` is what the task made of it."""

    def on_validation_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, batch: Any, *args: Any
    ) -> None:
        """Keep the first pictures of the set."""
        for index in range(min(len(batch["id"]), self.pictures - len(self._panels))):
            item = {name: value[index].float().cpu() for name, value in batch.items() if isinstance(value, Tensor)}
            output = {name: value[index].float().cpu() for name, value in outputs.items()}
            self._panels.append(side_by_side(self.columns(item, output), self.height))

    def on_validation_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Write them."""
        panels, self._panels = self._panels, []
        if trainer.sanity_checking:
            return
        for writer in writers(trainer):
            for index, picture in enumerate(panels):
                writer.add_image(f"val_pictures/{index}", picture, logged_step(trainer))


class SegmentationPictures(Pictures):
    """Picture, truth, prediction and disagreement side by side, and the PR curves ``val/PR`` and ``test/PR``.

    In the disagreement found lettering is green, missed lettering red and background taken for lettering blue;
    ``threshold`` is the probability from which a pixel counts as found.
    """

    def __init__(self, pictures: int = 4, height: int = 512, threshold: float = 0.5) -> None:
        super().__init__(pictures, height)
        self.threshold = threshold

    def columns(self, item: dict[str, Tensor], output: Any) -> list[Tensor]:
        """Picture, truth, prediction, disagreement."""
        return segmentation_columns(item["image"], item["mask"], output["prob"], self.threshold)

    def on_validation_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Write the pictures, and the PR curve of the whole set."""
        super().on_validation_epoch_end(trainer, pl_module)
        if not trainer.sanity_checking:
            self._add_curve(trainer, "val/PR", pl_module.val_scores)

    def on_test_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Write the PR curve of the test."""
        self._add_curve(trainer, "test/PR", pl_module.test_scores)

    def _add_curve(self, trainer: pl.Trainer, tag: str, scores: Any) -> None:
        with scores.sync_context():  # the counts of all processes
            for writer in writers(trainer):
                add_pr_curve(writer, tag, scores, logged_step(trainer))


class InpaintingPictures(Pictures):
    """Corrupted picture, mask, output, composite and truth side by side."""

    def columns(self, item: dict[str, Tensor], output: Any) -> list[Tensor]:
        """The five, the hole shown white in the corrupted picture."""
        hole = item["mask"].expand(3, -1, -1)
        corrupted = torch.where(hole > 0.5, 1.0, item["image"])
        return [corrupted, hole, output["output"], output["composite"], item["clean"]]


class CleaningPictures(Pictures):
    """Lettered picture, blend map, cleaned picture, its difference from the truth and the truth side by side."""

    def columns(self, item: dict[str, Tensor], output: Any) -> list[Tensor]:
        """The five; the difference is eight times as large as it is, on grey."""
        difference = 0.5 + 4 * (output["clean"] - item["clean"])
        return [item["image"], output["blend"].expand(3, -1, -1), output["clean"], difference, item["clean"]]


def writers(trainer: pl.Trainer) -> list[SummaryWriter]:
    """The TensorBoard writers of a trainer; none in a process that another one writes for."""
    if not trainer.is_global_zero:
        return []
    return [logger.experiment for logger in trainer.loggers if isinstance(logger, TensorBoardLogger)]


def logged_step(trainer: pl.Trainer) -> int:
    """The step at which Lightning logs figures now: batches, whatever the optimizers; of a validation the last one."""
    loop: Any = trainer.fit_loop.epoch_loop  # nothing public tells it
    step: int = loop._batches_that_stepped
    return step


def segmentation_columns(image: Tensor, mask: Tensor, prob: Tensor, threshold: float = 0.5) -> list[Tensor]:
    """Picture, truth, prediction and disagreement, 3 H W each, from 3 H W, 1 H W and 1 H W."""
    found, truth = prob > threshold, mask > 0.5
    disagreement = 1 - 0.25 * (1 - image.mean(0, keepdim=True).expand(3, -1, -1))
    for where, colour in ((found & truth, HIT), (~found & truth, MISSED), (found & ~truth, INVENTED)):
        disagreement = torch.where(where, torch.tensor(colour)[:, None, None], disagreement)
    return [image, mask.expand(3, -1, -1), prob.expand(3, -1, -1), disagreement]


def side_by_side(columns: Sequence[Tensor], height: int) -> Tensor:
    """Pictures 3 H W next to each other, scaled down to at most ``height`` pixels; in [0, 1]."""
    row = torch.cat(list(columns), dim=2)
    scale = min(1.0, height / row.shape[1])
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
