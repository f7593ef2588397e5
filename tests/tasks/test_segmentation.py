"""The segmentation task: what it counts, what it refuses."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
import torch
from torch import nn

from textrm.errors import UserError
from textrm.losses.segmentation import FocalLoss
from textrm.tasks.pixel_scores import PixelScores
from textrm.tasks.segmentation import SegmentationTask


class Constant(nn.Module):
    """Logits that are one parameter everywhere."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = nn.Parameter(torch.tensor(value))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.value.expand(image.shape[0], 1, *image.shape[2:])


def batch(mask: torch.Tensor) -> dict[str, Any]:
    shape = (mask.shape[0], 1, *mask.shape[2:])
    return {
        "image": torch.zeros(mask.shape[0], 3, *mask.shape[2:]),
        "mask": mask,
        "ignore": torch.zeros(shape, dtype=torch.bool),
        "has_clean": torch.zeros(len(mask), dtype=torch.bool),
        "id": [f"page {number}" for number in range(len(mask))],
    }


def task(value: float) -> SegmentationTask:
    return SegmentationTask(Constant(value), FocalLoss(0.0, 1.0, 1.0), partial(torch.optim.SGD, lr=0.1))


def test_non_finite_loss_names_the_pictures() -> None:
    with pytest.raises(UserError, match=r"nan at step 0 on the pictures page 0, page 1"):
        task(float("nan")).training_step(batch(torch.zeros(2, 1, 8, 8)), 0)


class Strided(Constant):
    """Refuses sizes off its stride, as real nets do, and says how bright each pixel is."""

    stride = 16

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        assert image.shape[2] % 16 == image.shape[3] % 16 == 0
        return (image.mean(1, keepdim=True) - 0.5) * 20 + self.value


def test_pictures_of_any_size_are_validated_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    strided = SegmentationTask(Strided(0.0), FocalLoss(0.0, 1.0, 1.0), partial(torch.optim.SGD, lr=0.1))
    monkeypatch.setattr(strided, "log", lambda *args, **options: None)  # it needs a trainer
    mask = (torch.rand(2, 1, 37, 50, generator=torch.Generator().manual_seed(0)) < 0.3).float()
    item = batch(mask) | {"image": mask.expand(-1, 3, -1, -1)}
    prob = strided.test_step(item, 0)["prob"]
    assert prob.shape == mask.shape
    assert torch.equal(prob > 0.5, mask > 0.5)
    assert strided.test_scores.compute()["F1"] == 1.0


@pytest.mark.parametrize(
    ("optimizer", "scheduler", "said"),
    [
        (partial(torch.optim.SGD, lr="abc"), None, "optimizer: "),
        (partial(torch.optim.SGD, lr=-1.0), None, "optimizer: Invalid learning rate"),
        (partial(torch.optim.SGD, lr=0.1), partial(torch.optim.lr_scheduler.StepLR), "scheduler: "),
    ],
)
def test_wrong_values_of_factories_are_named(optimizer: Any, scheduler: Any, said: str) -> None:
    with pytest.raises(UserError, match=said):
        SegmentationTask(Constant(0.0), FocalLoss(0.0, 1.0, 1.0), optimizer, scheduler).configure_optimizers()


def test_scores_follow_their_definition() -> None:
    # 8-bit levels: 0.9 -> 230, 0.6 -> 153, 0.2 -> 51; two of three lettering pixels are found, one is invented.
    prob = torch.tensor([0.9, 0.9, 0.2, 0.6, 0.2, 0.2]).reshape(1, 1, 2, 3)
    mask = torch.tensor([1.0, 1.0, 1.0, 0.0, 0.0, 1.0]).reshape(1, 1, 2, 3)
    ignore = torch.tensor([0, 0, 0, 0, 0, 1], dtype=torch.bool).reshape(1, 1, 2, 3)
    scores = PixelScores()
    scores.update(prob, mask, ignore)
    found = scores.compute()
    assert found["precision"] == pytest.approx(2 / 3)
    assert found["recall"] == pytest.approx(2 / 3)
    assert found["F1"] == pytest.approx(2 / 3)
    assert found["IoU"] == pytest.approx(2 / 4)
    # Levels from the top: 2 of 2, then 2 of 3, then 3 of 5 with recall 1.
    assert found["AP"] == pytest.approx(2 / 3 * 1 + 0 * 2 / 3 + 1 / 3 * 3 / 5)


def test_scores_are_pooled_over_batches() -> None:
    generator = torch.Generator().manual_seed(0)
    prob = torch.rand(4, 1, 9, 7, generator=generator)
    mask = (torch.rand(4, 1, 9, 7, generator=generator) < prob).float()
    ignore = torch.zeros_like(mask, dtype=torch.bool)
    whole, parts = PixelScores(), PixelScores()
    whole.update(prob, mask, ignore)
    for index in range(4):
        parts.update(prob[index : index + 1], mask[index : index + 1], ignore[index : index + 1])
    assert whole.compute() == parts.compute()
