"""The task of inpainting against a discriminator."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from textrm.errors import UserError
from textrm.losses.adversarial import discriminator_loss, generator_loss
from textrm.tasks.inpainting import InpaintingTask
from textrm.tasks.own_metrics import Metrics
from textrm.tasks.task import MakeOptimizer, MakeScheduler


class AdversarialInpaintingTask(InpaintingTask):
    """Inpainting with the hinge loss of SN-PatchGAN (Yu et al. 2018) added.

    Every batch first trains ``discriminator(picture, mask)`` on truth and composite, then the net with
    ``adversarial`` times its score added to the other terms. Each has an optimizer (and a schedule) of its own from the
    same factories; the trainer's steps count both. The trainer must not clip gradients: ``gradient_clip`` does.

    Raises:
        UserError: for a weight or a clip of 0 or less, and when a loss is not finite, naming the pictures.
    """

    def __init__(
        self,
        net: nn.Module,
        loss: nn.Module,
        discriminator: nn.Module,
        optimizer: MakeOptimizer,
        scheduler: MakeScheduler | None = None,
        channels_last: bool = True,
        adversarial: float = 0.01,
        gradient_clip: float = 1.0,
        metrics: Metrics = None,
    ) -> None:
        super().__init__(net, loss, optimizer, scheduler, channels_last, metrics)
        for name, value in (("adversarial", adversarial), ("gradient_clip", gradient_clip)):
            if not value > 0:
                raise UserError(f"{name}={value}: expected more than 0")
        self.discriminator = discriminator.to(memory_format=self.memory_format)
        self.adversarial, self.gradient_clip = adversarial, gradient_clip
        self.automatic_optimization = False

    def on_fit_start(self) -> None:
        """Refuse what would clip gradients while they are scaled."""
        super().on_fit_start()
        if self.trainer.precision == "16-mixed":
            raise UserError("precision=16-mixed: this task clips gradients itself; give bf16-mixed or 32-true")

    def training_step(self, batch: dict[str, Any], batch_idx: int) -> Tensor:
        """One step of the discriminator, one of the net."""
        optimizers: Any = self.optimizers()
        net_optimizer, discriminator_optimizer = optimizers
        mask, clean = batch["mask"], batch["clean"]
        output = self(batch["image"], mask)
        # Where no truth is known the two do not differ, and nothing is learnt from it.
        composite = torch.where(batch["ignore"] | (mask < 0.5), clean, output.float())

        judged = discriminator_loss(self.discriminator(clean, mask), self.discriminator(composite.detach(), mask))
        self.check_finite(judged, batch)
        self.log_mean("train", {"discriminator": judged}, batch)
        self._step(discriminator_optimizer, judged)

        self.discriminator.requires_grad_(False)
        terms = {"adversarial": self.adversarial * generator_loss(self.discriminator(composite, mask))}
        loss = self.log_loss(batch, output, terms)
        self._step(net_optimizer, loss)
        self.discriminator.requires_grad_(True)
        return loss.detach()

    def configure_optimizers(self) -> Any:
        """Two optimizers, and a schedule for each where there is one."""
        own = super().configure_optimizers()
        judge = self.make(self.discriminator, "learning_rate_discriminator")
        if self.make_scheduler is None:
            return [own, judge]
        return [own["optimizer"], judge["optimizer"]], [own["lr_scheduler"], judge["lr_scheduler"]]

    def _step(self, optimizer: Any, loss: Tensor) -> None:
        optimizer.zero_grad()
        self.manual_backward(loss)
        self.clip_gradients(optimizer, gradient_clip_val=self.gradient_clip, gradient_clip_algorithm="norm")
        optimizer.step()
        schedulers = self.lr_schedulers() or []
        for scheduler in schedulers if isinstance(schedulers, list) else [schedulers]:
            if scheduler.optimizer is optimizer.optimizer:
                scheduler.step()
