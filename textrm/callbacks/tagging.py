"""Shows in TensorBoard what a tagger saw and where, and writes a table of its tags."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback
from torch import Tensor

from textrm.callbacks.pictures import Pictures
from textrm.files import write_whole
from textrm.metrics.tagging import tag_table
from textrm.page.looks import draw_looks
from textrm.page.models.tagger import Tags
from textrm.tasks.tag_scores import TagScores


class TagPictures(Pictures):
    """Each look as a box on the picture, and the tags that it raised above ``threshold`` in its colour.

    A tag belongs to the look that gave it its highest probability.
    """

    def __init__(self, pictures: int = 8, height: int = 512, threshold: float = 0.5) -> None:
        super().__init__(pictures, height)
        self.threshold = threshold
        self.labels: tuple[str, ...] = ()

    def on_validation_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Learn the names of the tags."""
        self.labels = labels_of(pl_module)

    def columns(self, item: dict[str, Tensor], output: Any) -> list[Tensor]:
        """The picture with its looks beside the names of their tags."""
        image = (item["image"] * 255).round().byte().permute(1, 2, 0).numpy()
        side = np.array([image.shape[1], image.shape[0]] * 2)
        by_look, boxes = output["by_look"].numpy(), output["boxes"].numpy() * side
        raised = Tags(self.labels, by_look.max(0), by_look, boxes).raised(self.threshold)
        drawn = draw_looks(image, boxes, [[name for name, _ in tags] for tags in raised])
        return [torch.from_numpy(drawn).permute(2, 0, 1).float() / 255]


class TagTable(Callback):
    """Writes a line per tag: pictures, prior, AP, precision, recall, F1, worst AP last.

    ``path`` is of the last validation; the one of the test split gets ``_test`` behind its name.
    """

    def __init__(self, path: str) -> None:
        self.path = Path(path)

    def on_validation_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Write that of validation."""
        if not trainer.sanity_checking:
            self.write(trainer, pl_module, pl_module.val_scores, self.path)

    def on_test_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Write that of the test split."""
        path = self.path.with_stem(f"{self.path.stem}_test")
        self.write(trainer, pl_module, pl_module.test_scores, path)

    def write(self, trainer: pl.Trainer, pl_module: pl.LightningModule, scores: Any, path: Path) -> None:
        """Write the table of ``scores``, whole; nothing where they are of another task."""
        if not isinstance(scores, TagScores):
            return
        with scores.sync_context():  # the counts of all processes
            present, absent = scores.present.cpu().numpy(), scores.absent.cpu().numpy()
        if trainer.is_global_zero:
            write_whole(path, tag_table(labels_of(pl_module), present, absent, scores.threshold))


def labels_of(task: Any) -> tuple[str, ...]:
    """The names of the tags that a task's net knows."""
    return task.net.labels
