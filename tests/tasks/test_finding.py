"""The task of several looks: which truth each is given, and when it is given no prior."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
import torch
from recording_net import RecordingNet
from torch import Tensor, nn

from textrm.nets.segmentation.coarse_to_fine import CoarseToFine
from textrm.tasks.coarse_to_fine import CoarseToFineTask


class Seen(nn.Module):
    """A loss that remembers what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[Tensor, Tensor, Tensor]] = []

    def forward(self, logits: Tensor, mask: Tensor, ignore: Tensor) -> Tensor:
        self.calls.append((logits.detach(), mask, ignore))
        return (logits * 0 + len(self.calls)).mean()


def run(mask: Tensor, ignore: Tensor | None = None, **options: Any) -> tuple[CoarseToFineTask, Seen, Tensor]:
    torch.manual_seed(0)
    loss = Seen()
    net = RecordingNet(lambda image: image[:, :3].mean(1, keepdim=True) * 20 - 10)
    task = CoarseToFineTask(CoarseToFine(net, looks=3), loss, partial(torch.optim.SGD, lr=0.1), **options)
    batch = {
        "image": mask.expand(-1, 3, -1, -1).clone(),
        "mask": mask,
        "ignore": torch.zeros_like(mask).bool() if ignore is None else ignore,
        "id": [str(number) for number in range(len(mask))],
    }
    return task, loss, task.training_step(batch, 0)


def test_each_look_learns_its_member_and_the_finest_a_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CoarseToFineTask, "log", lambda *args, **kwargs: None)
    mask = (torch.rand(2, 1, 64, 64, generator=torch.Generator().manual_seed(1)) < 0.5).float()
    _, loss, total = run(mask, share=0.5, forgotten=0.0)
    assert [tuple(call[1].shape[2:]) for call in loss.calls] == [(16, 16), (32, 32), (32, 32)]
    # The stand-in answers from the picture, which is the mask: window and truth belong together.
    logits, truth, _ = loss.calls[2]
    assert torch.equal(logits > 0, truth > 0.5)
    assert total.item() == pytest.approx(2)  # the mean of 1, 2 and 3


def test_a_thin_stroke_is_lettering_in_the_coarse_looks_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CoarseToFineTask, "log", lambda *args, **kwargs: None)
    mask, ignore = torch.zeros(1, 1, 64, 64), torch.zeros(1, 1, 64, 64, dtype=torch.bool)
    mask[..., 20:21, :] = 1  # a quarter of a pixel at 1/4
    mask[..., 40, 40] = 1  # a sixteenth: too little there, a quarter at 1/2
    ignore[..., 63, 63] = True
    _, loss, _ = run(mask, ignore, forgotten=0.0)
    quarter, half = loss.calls[0][1][0, 0], loss.calls[1][1][0, 0]
    assert quarter.nonzero()[:, 0].unique().tolist() == [5]
    assert half.sum() == 32 + 1
    assert loss.calls[0][2].sum() == loss.calls[1][2].sum() == 1  # one ignored pixel makes its coarse pixel ignored


def test_a_forgotten_prior_is_the_unknown_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CoarseToFineTask, "log", lambda *args, **kwargs: None)
    mask = torch.zeros(2, 1, 64, 64)
    task, _, _ = run(mask, forgotten=0.0)
    first, *others = (shown[:, 3:] for shown in task.net.net.shown)
    assert (first == 0.5).all()
    assert all((prior < 0.01).all() for prior in others)
    task, _, _ = run(mask, forgotten=1.0)
    assert all((shown[:, 3:] == 0.5).all() for shown in task.net.net.shown)
