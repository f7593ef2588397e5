"""Metrics of the user's own beside those of a task: ``task.metrics`` of a configuration, by their names."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torchmetrics import Metric

from textrm.errors import UserError
from textrm.nets.contract import PAGE, need_kind
from textrm.nets.look import name_of, reason_of

Metrics = Mapping[str, Metric] | None


class OwnMetrics(nn.Module):
    """``update(seen, batch)`` of each takes what the task made of a batch, ``compute()`` gives one number.

    ``seen`` is what :meth:`textrm.tasks.task.Task.count` of the task returns: ``prob`` of segmentation, and so on.

    Raises:
        UserError: for one that is no ``torchmetrics.Metric``.
    """

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        for name, metric in (metrics or {}).items():
            need_kind(f"task.metrics.{name}", metric, Metric, where="torchmetrics.Metric")
        # Of each stage its own: a test must not count what validation saw.
        self.of = nn.ModuleDict({stage: nn.ModuleDict(copy.deepcopy(dict(metrics or {}))) for stage in ("val", "test")})

    def update(self, stage: str, seen: Any, batch: dict[str, Any]) -> None:
        """Count a batch.

        Raises:
            UserError: naming the metric that fails.
        """
        for name, metric in self._named(stage):
            try:
                metric.update(seen, batch)
            except Exception as error:  # whatever somebody's own code raises
                raise UserError(f"task.metrics.{name}: {name_of(metric)}.update(seen, batch) fails "
                                f"({reason_of(error)}); {PAGE}") from error  # fmt: skip

    def compute(self, stage: str) -> dict[str, float]:
        """The numbers by name; the next epoch counts anew.

        Raises:
            UserError: naming the metric that gives none.
        """
        found = {}
        for name, metric in self._named(stage):
            value = metric.compute()
            if not isinstance(value, int | float) and not (isinstance(value, Tensor) and value.numel() == 1):
                raise UserError(f"task.metrics.{name}: {name_of(metric)}.compute() gives {type(value).__name__}; "
                                f"expected one number; {PAGE}")  # fmt: skip
            found[name] = float(value)
            metric.reset()
        return found

    @torch.no_grad()
    def check(self, seen: Any, batch: dict[str, Any]) -> None:
        """Let each count two pictures of noise and forget them.

        Raises:
            UserError: naming the metric that cannot.
        """
        self.update("val", seen, batch)
        self.compute("val")

    def _named(self, stage: str) -> Iterator[tuple[str, Any]]:
        yield from getattr(self.of, stage).items()
