"""The progress bar shows what matters."""

from __future__ import annotations

from unittest.mock import Mock

import pytest
from pytorch_lightning.callbacks import TQDMProgressBar

from textrm.callbacks.progress import ProgressBar


def test_metrics_without_the_version(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = {"v_num": "ard_", "train/loss": 0.3, "val/AP": 0.8}
    monkeypatch.setattr(TQDMProgressBar, "get_metrics", lambda *_: dict(shown))
    assert ProgressBar().get_metrics(Mock(), Mock()) == {"train/loss": 0.3, "val/AP": 0.8}
