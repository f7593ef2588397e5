"""The task of tagging: which tags a picture has."""

from __future__ import annotations

from typing import Any

import torch
from pytorch_lightning import LightningDataModule
from torch import Tensor
from torchmetrics import Metric

from textrm.errors import UserError
from textrm.losses.tagging import AsymmetricLoss
from textrm.nets.tagging.tagger import Looks, Tagger
from textrm.tasks.own_metrics import Metrics
from textrm.tasks.tag_scores import TagScores
from textrm.tasks.task import MakeOptimizer, MakeScheduler, Task


class MultilabelTask(Task):
    """Trains a tagger that maps ``image`` (B 3 H W in [0, 1]) to logits of ``tags`` (B T).

    ``loss(logits, tags)`` returns a scalar. Before training, the shares of training pictures that have each tag become
    the untrained net's answer and the weights of the loss. For what is logged see
    :func:`textrm.metrics.tagging.tagging_summary`; for the other arguments :class:`~textrm.tasks.task.Task`.

    Raises:
        UserError: for a threshold outside (0, 1), a net or a loss of another task, where no training picture has any of
            the net's labels, and when the loss of a batch is not finite.
    """

    shown = ("mAP", "OF1")
    needs = ("tags",)
    net: Tagger

    def __init__(self, net: Tagger, loss: AsymmetricLoss, optimizer: MakeOptimizer,
                 scheduler: MakeScheduler | None = None, threshold: float = 0.5,
                 channels_last: bool = True, metrics: Metrics = None) -> None:  # fmt: skip
        if not 0 < threshold < 1:
            raise UserError(f"threshold={threshold}: expected a probability between 0 and 1")
        if not isinstance(loss, AsymmetricLoss):
            raise UserError(f"{type(loss).__name__} is no loss of tags: give loss=tag_bce, tag_focal or tag_asymmetric")
        if not isinstance(net, Tagger):
            raise UserError(f"{type(net).__name__} is no tagger: give net=tagger_mobilenet, tagger_xception or "
                            "tag_attention")  # fmt: skip
        super().__init__(
            net, lambda: TagScores(len(net.labels), threshold), optimizer, scheduler, channels_last, metrics
        )
        self.loss, self.threshold = loss, threshold

    def prepare(self, datamodule: LightningDataModule) -> None:
        """Refuse data without the net's labels, and take the shares of its tags."""
        super().prepare(datamodule)
        count = getattr(datamodule, "tag_counts", None)
        counts, pictures = count() if count is not None else ({}, 0)
        frequencies = torch.tensor([counts.get(label, 0) / max(pictures, 1) for label in self.net.labels])
        if not frequencies.any():
            found = " ".join(sorted(counts)[:5]) or "none"
            raise UserError(f"no training picture has any of the {len(self.net.labels)} labels "
                            f"({' '.join(self.net.labels[:5])} …); its tags are: {found} …: give data=tagged and a "
                            "labels.txt that belongs to the manifest")  # fmt: skip
        self.net.set_prior(frequencies)
        self.loss.set_frequencies(frequencies)

    def forward(self, image: Tensor) -> Looks:
        """What the net saw in ``image`` B 3 H W in [0, 1]."""
        return self.net(image.contiguous(memory_format=self.memory_format))

    def training_step(self, batch: dict[str, Any], batch_idx: int) -> Tensor:
        """The loss of one batch."""
        loss = self.loss_of("train", self(batch["image"]), batch)
        self.check_finite(loss, batch)
        return loss

    def loss_of(self, stage: str, looks: Looks, batch: dict[str, Any]) -> Tensor:
        """The loss of what was seen, logged."""
        loss = self.loss(looks.scores(), batch["tags"])
        self.log_mean(stage, {"loss": loss}, batch)
        return loss

    def count(self, stage: str, scores: Metric, batch: dict[str, Any]) -> dict[str, Tensor]:
        """Probabilities ``by_look`` B L T and ``boxes`` B L 4 in [0, 1], after they were counted."""
        looks = self(batch["image"])
        self.check_finite(self.loss_of(stage, looks, batch), batch)
        scores.update(looks.scores().float(), batch["tags"])
        return {"by_look": looks.logits.float().sigmoid(), "boxes": looks.boxes().float()}

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep the names of the tags with the weights."""
        super().on_save_checkpoint(checkpoint)
        checkpoint["labels"] = " ".join(self.net.labels)
