"""Weights go into the net they belong to, and into one that sees more."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
import torch
from torch import nn

from textrm.checkpoints.weights import load_weights
from textrm.errors import UserError
from textrm.export.graph import export


class Net(nn.Module):
    """Sees the first ``channels`` of what it is given."""

    stride = 1

    def __init__(self, channels: int = 3, width: int = 4) -> None:
        super().__init__()
        self.channels = channels
        self.layers = nn.Sequential(nn.Conv2d(channels, width, 3, padding=1, bias=False), nn.BatchNorm2d(width))
        self.head = nn.Conv2d(width, 1, 1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.head(self.layers(image[:, : self.channels]).relu())


def write(path: Path, net: nn.Module) -> Path:
    if path.suffix == ".onnx":
        export(net.eval(), path, run="a run")
    else:
        torch.save({"state_dict": {f"net.{name}": value for name, value in net.state_dict().items()}}, path)
    return path


@pytest.mark.parametrize("name", ["net.ckpt", "net.onnx"])
def test_a_net_with_further_inputs_begins_as_the_one_without(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    torch.manual_seed(0)
    small = Net().eval()
    small.layers[1].running_mean.uniform_(-1, 1)
    path = write(tmp_path / name, small)
    large = Net(5).eval()
    with pytest.raises(UserError, match=r"layers\.0\.weight is \(4, 3, 3, 3\) for \(4, 5, 3, 3\); give"):
        load_weights(large, path)
    with caplog.at_level(logging.INFO):
        load_weights(large, path, growing=True)
    assert "layers.0.weight: 2 further channels of the input begin at zero" in caplog.text
    image = torch.randn(2, 5, 8, 8)
    torch.testing.assert_close(large(image), small(image), rtol=0, atol=1e-6)
    large(image).sum().backward()
    assert large.layers[0].weight.grad[:, 3:].abs().min() > 0  # and learns to see them


@pytest.mark.parametrize(("channels", "width"), [(2, 4), (5, 6), (3, 6)])
def test_nothing_else_grows(channels: int, width: int, tmp_path: Path) -> None:
    path = write(tmp_path / "net.ckpt", Net())
    with pytest.raises(UserError, match=rf"layers\.0\.weight is \(4, 3, 3, 3\) for \({width}, {channels}, 3, 3\)"):
        load_weights(Net(channels, width), path, growing=True)


def test_the_first_differences_are_named(tmp_path: Path) -> None:
    net = Net()
    del net.layers[1]
    net.tail = nn.Linear(1, 1)
    path = write(tmp_path / "net.ckpt", net)
    with pytest.raises(UserError) as caught:
        load_weights(Net(), path)
    assert str(caught.value) == (
        f"the weights in {path} do not fit the net: layers.1.weight is missing; layers.1.bias is missing; "
        "layers.1.running_mean is missing; and 4 more; give weights of the same net and width"
    )
