"""The task of tagging by attention: the looks learn where to go."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from textrm.errors import UserError
from textrm.losses.tagging import AsymmetricLoss, LookLoss
from textrm.nets.tagging.attention_tagger import AttentionTagger
from textrm.nets.tagging.tagger import Looks
from textrm.tasks.multilabel import MultilabelTask
from textrm.tasks.own_metrics import Metrics
from textrm.tasks.task import MakeOptimizer, MakeScheduler


class AttentionTaggingTask(MultilabelTask):
    """Trains an attention tagger: the loss of its tags, and ``looks``, which keeps its looks in place.

    Logs the sum as ``loss``, and ``loss_tags``, ``loss_anchor``, ``loss_scale`` and ``loss_boundary``, not weighted.

    Raises:
        UserError: as :class:`~textrm.tasks.multilabel.MultilabelTask`, and for a tagger that does not look around.
    """

    net: AttentionTagger

    def __init__(self, net: AttentionTagger, loss: AsymmetricLoss, looks: LookLoss, optimizer: MakeOptimizer,
                 scheduler: MakeScheduler | None = None, threshold: float = 0.5,
                 channels_last: bool = True, metrics: Metrics = None) -> None:  # fmt: skip
        if not isinstance(net, AttentionTagger):
            raise UserError(f"{type(net).__name__} does not look around: give net=tag_attention or task=multilabel")
        super().__init__(net, loss, optimizer, scheduler, threshold, channels_last, metrics)
        self.looks = looks

    def loss_of(self, stage: str, looks: Looks, batch: dict[str, Any]) -> Tensor:
        """The loss of what was seen and of where, logged."""
        tags = self.loss(looks.scores(), batch["tags"])
        terms = self.looks(looks.matrices, self.net.anchors)
        loss = tags + self.looks.total(terms)
        parts = {f"loss_{name}": value for name, value in {"tags": tags, **terms}.items()}
        self.log_mean(stage, {"loss": loss, **parts}, batch)
        return loss
