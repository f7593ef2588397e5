"""One look of a part of a net at almost nothing: whether it keeps its contract shows before anything is trained."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn


@contextmanager
def at_rest(net: nn.Module) -> Iterator[None]:
    """Within this ``net`` is in evaluation mode and nothing is learnt; its modes and torch's random state come back."""
    modes = [(module, module.training) for module in net.modules()]
    net.eval()
    try:
        with torch.random.fork_rng(devices=[]), torch.no_grad():
            yield
    finally:
        for module, mode in modes:
            module.training = mode


def name_of(part: Any) -> str:
    """``lab.nets.Plain``: the dotted name of the class of ``part``, or of ``part`` where it is one."""
    kind = part if isinstance(part, type) else type(part)
    return f"{kind.__module__}.{kind.__qualname__}"


def reason_of(error: BaseException) -> str:
    """What went wrong, in a line: ``RuntimeError: expected 3 channels``."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
