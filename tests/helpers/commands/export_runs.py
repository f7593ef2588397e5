"""Runs as training leaves them, of nets that are small, and the command that exports them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from hydra.utils import instantiate

from textrm.export.__main__ import main
from textrm.nets.segmentation.segmenter import Segmenter

CONVOLUTION = {"_target_": "torch.nn.Conv2d", "in_channels": 3, "out_channels": 1, "kernel_size": 1, "bias": False}


TINY: dict[str, Any] = {
    "_target_": "textrm.nets.segmentation.segmenter.Segmenter",
    "encoder": {
        "_target_": "textrm.nets.encoders.xception.XceptionEncoder",
        "width": 0.125,
        "middle_blocks": 2,
        "exit_blocks": 2,
    },
    "pooling": {
        "_target_": "textrm.nets.segmentation.pooling.ReceptiveFieldBlock",
        "_partial_": True,
        "out_channels": 16,
        "separable": True,
    },
    "decoder": {
        "_target_": "textrm.nets.segmentation.decoder.Decoder",
        "_partial_": True,
        "channels": 8,
        "skip_channels": 8,
        "depth": 1,
        "fine_channels": 8,
    },
}


def tiny() -> Segmenter:
    torch.manual_seed(0)
    net: Segmenter = instantiate(TINY)
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):  # statistics that folding could get wrong
            module.running_mean.uniform_(-0.5, 0.5)
            module.running_var.uniform_(0.5, 2.0)
    return net.eval()


def make_run(folder: Path, net: dict[str, object], state: dict[str, torch.Tensor]) -> Path:
    (folder / "checkpoints").mkdir(parents=True)
    (folder / "resolved.yaml").write_text(yaml.safe_dump({"net": net, "task": {"threshold": 0.5}}))
    torch.save({"state_dict": state}, folder / "checkpoints" / "best.ckpt")
    return folder


def make_tiny_run(folder: Path, net: dict[str, Any] = TINY) -> Path:
    return make_run(folder, net, {f"net.{name}": value for name, value in tiny().state_dict().items()})


def export_main(monkeypatch: pytest.MonkeyPatch, *overrides: str) -> None:
    monkeypatch.setattr(sys, "argv", ["textrm.export", *overrides])
    main()
