"""Weights go into the net they belong to, and into one that sees more."""

from __future__ import annotations

import logging
from pathlib import Path

import onnx
import pytest
import torch
from torch import nn

from textrm.checkpoints.onnx_weights import read_onnx
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


def small() -> Net:
    torch.manual_seed(0)
    net = Net().eval()
    net.layers[1].running_mean.uniform_(-1, 1)
    return net


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ONNX file of the small net."""
    path = tmp_path_factory.mktemp("small") / "net.onnx"
    export(small(), path, run="a run")
    return path


def write(path: Path, net: nn.Module) -> Path:
    torch.save({"state_dict": {f"net.{name}": value for name, value in net.state_dict().items()}}, path)
    return path


@pytest.mark.slow
@pytest.mark.parametrize("name", ["net.ckpt", "net.onnx"])
def test_a_net_with_further_inputs_begins_as_the_one_without(
    name: str, file: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = file if name == file.name else write(tmp_path / name, small())
    large = Net(5).eval()
    with pytest.raises(UserError, match=r"layers\.0\.weight is \(4, 3, 3, 3\) for \(4, 5, 3, 3\); give"):
        load_weights(large, path)
    with caplog.at_level(logging.INFO):
        load_weights(large, path, growing=True)
    assert "layers.0.weight: 2 further channels of the input begin at zero" in caplog.text
    image = torch.randn(2, 5, 8, 8)
    torch.testing.assert_close(large(image), small()(image), rtol=0, atol=1e-6)
    large(image).sum().backward()
    assert large.layers[0].weight.grad[:, 3:].abs().min() > 0  # and learns to see them


@pytest.mark.slow
def test_biases_of_zeros_which_are_not_stored_come_back(tmp_path: Path) -> None:
    export(Net().eval(), tmp_path / "net.onnx", run="a run")  # untrained: the biases of its BatchNorm are 0
    weights, facts = read_onnx(tmp_path / "net.onnx")
    assert weights.keys() == Net().state_dict().keys()
    assert (weights["layers.1.bias"] == 0).all()
    assert facts["textrm.task"] == "segmentation"


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


@pytest.mark.parametrize(
    "held",
    [[1, 2], 5, {"state_dict": [1]}, {"state_dict": {5: torch.zeros(1)}}, {"state_dict": {"net.a": "text"}}, {},
     {"state_dict": None}],
)  # fmt: skip
def test_what_is_no_checkpoint_is_told(held: object, tmp_path: Path) -> None:
    torch.save(held, tmp_path / "a.ckpt")
    with pytest.raises(UserError, match=r"a\.ckpt is not a checkpoint of textrm\.train: it has no state_dict"):
        load_weights(Net(), tmp_path / "a.ckpt")


def test_weights_alone_are_no_training_to_go_on_with(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ckpt", Net())
    load_weights(Net(), path)
    with pytest.raises(UserError, match=r"a\.ckpt lacks pytorch-lightning_version, epoch, .*: give weights="):
        load_weights(Net(), path, whole=True)
    training = {"pytorch-lightning_version": "2.6.6", "epoch": 1, "global_step": 1, "loops": {}, "optimizer_states": [],
                "lr_schedulers": []}  # fmt: skip
    torch.save(torch.load(path, weights_only=True) | training, path)
    load_weights(Net(), path, whole=True)
    torch.save(torch.load(path, weights_only=True) | training | {"loops": 5}, path)
    with pytest.raises(UserError, match=r"a\.ckpt lacks loops"):
        load_weights(Net(), path, whole=True)


@pytest.mark.parametrize("stated", ["[" * 100_000, "5", '{"a": 1}', "[1]", "no json"])
def test_labels_that_are_none_are_told(stated: str, file: Path, tmp_path: Path) -> None:
    model, path = onnx.load(file), tmp_path / "a.onnx"
    model.metadata_props.add(key="textrm.labels", value=stated)
    onnx.save(model, path)
    with pytest.raises(UserError, match="states labels that are no JSON list of names"):
        load_weights(Net(), path)


def test_a_graph_that_lacks_what_it_names_is_told(file: Path, tmp_path: Path) -> None:
    model, path = onnx.load(file), tmp_path / "a.onnx"
    first = next(node for node in model.graph.node if node.op_type == "Conv")
    first.input[:] = [*first.input[:2], "nowhere"]
    onnx.save(model, path)
    with pytest.raises(UserError, match="holds weights that cannot be read"):
        load_weights(Net(), path)
