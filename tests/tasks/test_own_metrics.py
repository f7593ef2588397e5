"""Metrics of one's own are counted beside a task's, and refused beforehand where they cannot count."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torchmetrics import Metric

from lab.losses import WeightedEntropy
from lab.metrics import AreaError
from lab.nets import PlainNet
from textrm.errors import UserError
from textrm.tasks.own_metrics import OwnMetrics
from textrm.tasks.segmentation import SegmentationTask


class Words(AreaError):
    def compute(self) -> Any:
        return "much"


def batch(area: int) -> dict[str, Any]:
    mask = torch.zeros(1, 1, 10, 10)
    mask.view(-1)[:area] = 1
    return {"mask": mask}


def test_each_stage_counts_for_itself_and_begins_anew() -> None:
    metrics = OwnMetrics({"area": AreaError()})
    metrics.update("val", {"prob": torch.ones(1, 1, 10, 10)}, batch(30))
    metrics.update("val", {"prob": torch.zeros(1, 1, 10, 10)}, batch(30))
    assert metrics.compute("val") == {"area": pytest.approx((70 + 30) / 200)}
    metrics.update("val", {"prob": torch.ones(1, 1, 10, 10)}, batch(100))
    assert metrics.compute("val") == {"area": 0.0}
    assert metrics.state_dict() == {}  # a checkpoint of a run without it is one with it, too


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        (
            torch.nn.Identity(),
            r"task\.metrics\.own: .*Identity is no Metric; .* subclass of torchmetrics\.Metric",
        ),
        (Words(), r"Words\.compute\(\) gives str; expected one number"),
    ],
)
def test_what_is_no_metric(metric: Any, said: str) -> None:
    with pytest.raises(UserError, match=said):
        SegmentationTask(PlainNet(), WeightedEntropy(), torch.optim.SGD, metrics={"own": metric}).check()


def test_a_metric_of_another_signature() -> None:
    class Plain(Metric):
        def update(self, prob: torch.Tensor) -> None: ...

        def compute(self) -> float:
            return 0.0

    with pytest.raises(UserError, match=r"task\.metrics\.own: .*Plain\.update\(seen, batch\) fails \(TypeError: "):
        SegmentationTask(PlainNet(), WeightedEntropy(), torch.optim.SGD, metrics={"own": Plain()}).check()
