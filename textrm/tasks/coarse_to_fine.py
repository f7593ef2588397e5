"""The task of finding lettering with looks of growing resolution."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from textrm.nets.contract import need_kind
from textrm.nets.segmentation.coarse_to_fine import UNKNOWN, CoarseToFine, finer, pyramid
from textrm.tasks.own_metrics import Metrics
from textrm.tasks.segmentation import SegmentationTask
from textrm.tasks.task import MakeOptimizer, MakeScheduler

COVERED = 1 / 8  # share of a coarse pixel from which it is lettering: thin strokes are seen from afar as well


class CoarseToFineTask(SegmentationTask):
    """Trains all looks of a net that looks coarsely first at once; the loss is their mean.

    Of :class:`~textrm.nets.segmentation.coarse_to_fine.CoarseToFine` the coarser looks see the whole crop, the finest
    one a window of ``share`` of its side, drawn anew for each batch: looks are equally dear then, and the finest has a
    prior that saw more than it does. With probability ``forgotten`` a picture's prior is taken away, so that every look
    can also be the first. Validation, test and the arguments that are not named here are those of
    :class:`~textrm.tasks.segmentation.SegmentationTask`.
    """

    net: CoarseToFine

    def __init__(
        self,
        net: CoarseToFine,
        loss: nn.Module,
        optimizer: MakeOptimizer,
        scheduler: MakeScheduler | None = None,
        threshold: float = 0.5,
        channels_last: bool = True,
        share: float = 0.5,
        forgotten: float = 0.15,
        metrics: Metrics = None,
    ) -> None:
        super().__init__(net, loss, optimizer, scheduler, threshold, channels_last, metrics)
        self.share, self.forgotten = share, forgotten

    def check(self) -> None:
        """Refuse a net that does not look coarsely first, and as its base."""
        need_kind("net", self.net, CoarseToFine)
        super().check()

    def see(self, batch: dict[str, Any]) -> Tensor:
        """The logits of a look at half the resolution, which is one in the middle."""
        return self.net.look(pyramid(batch["image"], 2)[0])

    def training_step(self, batch: dict[str, Any], batch_idx: int) -> Tensor:
        """The mean loss of the looks at one batch."""
        looks = self.net.looks
        images = pyramid(batch["image"], looks)
        masks = [(share >= COVERED).float() for share in pyramid(batch["mask"], looks)]
        ignored = [share > 0 for share in pyramid(batch["ignore"].float(), looks)]
        masks[-1], ignored[-1] = batch["mask"], batch["ignore"]
        losses, prior = [], torch.full_like(images[0][:, :1], UNKNOWN)
        for number, (image, mask, ignore) in enumerate(zip(images, masks, ignored, strict=True)):
            if number == looks - 1:
                image, mask, ignore, prior = self._window(image, mask, ignore, prior)
            known = torch.rand(len(image), 1, 1, 1, device=image.device) >= self.forgotten
            prior = torch.where(known, prior, UNKNOWN)
            logits = self.net.look(image.contiguous(memory_format=self.memory_format), prior)
            losses.append(self.loss(logits, mask, ignore))
            prior = finer(logits)
        loss = torch.stack(losses).mean()
        self.check_finite(loss, batch)
        self.log_mean("train", {"loss": loss}, batch)
        return loss

    def _window(self, *planes: Tensor) -> list[Tensor]:
        """The same window of every plane."""
        stride, cuts = int(self.net.net.stride), []
        for extent in planes[0].shape[-2:]:
            side = max(stride, int(extent * self.share) // stride * stride)
            start = int(torch.randint(0, extent - side + 1, ()))
            cuts.append(slice(start, start + side))
        return [plane[..., cuts[0], cuts[1]] for plane in planes]
