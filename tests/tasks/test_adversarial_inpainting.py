"""The adversarial inpainting task: curves, its discriminator, and what stops it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from inpainting_task import FIGURES, TERMS, TINY, Grey
from task_contract import check_run
from torch import nn

from textrm.errors import UserError
from textrm.losses.inpainting import InpaintingLoss
from textrm.nets.inpainting.discriminator import PatchDiscriminator
from textrm.tasks.adversarial_inpainting import AdversarialInpaintingTask


@pytest.mark.slow
def test_adversarial_curves(drawn: Path, tmp_path: Path) -> None:
    narrow = "task.discriminator.width=0.125"
    figures = TERMS | FIGURES | {"train/adversarial", "train/discriminator"}
    check_run(drawn, tmp_path, figures, "experiment=inpaint_gated_adversarial", *TINY, narrow)


def test_half_precision_is_refused_where_gradients_are_clipped_by_hand() -> None:
    made = AdversarialInpaintingTask(
        Grey(), InpaintingLoss(), PatchDiscriminator(0.125), partial(torch.optim.SGD, lr=0.1)
    )
    made._trainer = SimpleNamespace(precision="16-mixed")
    with pytest.raises(UserError, match="16-mixed: this task clips"):
        made.on_fit_start()


def test_the_discriminator_judges_every_patch_and_has_unit_norms() -> None:
    torch.manual_seed(0)
    net = PatchDiscriminator(0.25)
    for _ in range(30):
        scores = net(torch.rand(2, 3, 128, 192), torch.zeros(2, 1, 128, 192))
    assert scores.shape == (2, 64, 2, 3)
    for layer in net.layers:
        if isinstance(layer, nn.Conv2d):
            norm = torch.linalg.matrix_norm(layer.weight.detach().flatten(1), 2)
            assert float(norm) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("name", ["adversarial", "gradient_clip"])
def test_impossible_weights(name: str) -> None:
    with pytest.raises(UserError, match=rf"^{name}=0: expected more than 0"):
        AdversarialInpaintingTask(
            Grey(), InpaintingLoss(), PatchDiscriminator(0.125), partial(torch.optim.SGD, lr=0.1), **{name: 0}
        )
