from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import nn
from torchvision.models import vgg16

from textrm.errors import UserError
from textrm.losses.features import RELEASED, EncoderFeatures, Features, ReleasedFeatures, VGG16Features


def convolutions() -> nn.Sequential:
    """torchvision's, without values: those of its classifier, which nothing here uses, take seconds to draw."""
    with torch.device("meta"):
        net = vgg16().features
    return net.to_empty(device="cpu")


@pytest.fixture(scope="module")
def vgg_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights in torchvision's own layout."""
    torch.manual_seed(0)
    net = convolutions()
    for layer in net:
        if isinstance(layer, nn.Conv2d):
            layer.reset_parameters()
    state = {f"features.{name}": value.half() for name, value in net.state_dict().items()}
    path = tmp_path_factory.mktemp("vgg") / "vgg16.pth"
    torch.save(state, path)
    return path


def test_vgg_gives_its_first_three_poolings(vgg_file: Path) -> None:
    maps = VGG16Features(vgg_file)(torch.rand(1, 3, 32, 48))
    assert [tuple(m.shape[1:]) for m in maps] == [(64, 16, 24), (128, 8, 12), (256, 4, 6)]
    features = convolutions()
    features.load_state_dict(
        {name.removeprefix("features."): value for name, value in torch.load(vgg_file, weights_only=True).items()}
    )
    picture = torch.full((1, 3, 32, 32), 0.5)
    normal = (picture - torch.tensor([0.485, 0.456, 0.406])[:, None, None]) / torch.tensor([0.229, 0.224, 0.225])[
        :, None, None
    ]
    torch.testing.assert_close(VGG16Features(vgg_file)(picture)[0], features[:5](normal))


def test_released_features_are_those_of_the_released_segmenter() -> None:
    model = onnx.load(RELEASED)
    # The output of the first stage's last ReLU, counted by channels: 24 at stride 2.
    wanted = next(node.output[0] for node in model.graph.node if node.op_type == "Conv" and "stem.1" in node.input[1])
    relu = next(node.output[0] for node in model.graph.node if node.op_type == "Relu" and node.input[0] == wanted)
    model.graph.output.append(onnx.helper.make_tensor_value_info(relu, onnx.TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    image = np.random.default_rng(0).integers(0, 256, (1, 64, 96, 3), dtype=np.uint8)
    (expected,) = session.run([relu], {"image": image})
    maps = ReleasedFeatures()(torch.from_numpy(image).permute(0, 3, 1, 2) / 255)
    np.testing.assert_allclose(maps[0].numpy(), expected, atol=1e-4)
    assert [tuple(m.shape[1:]) for m in maps] == [(24, 32, 48), (48, 16, 24), (96, 8, 12)]


def test_they_are_no_part_of_what_is_trained_or_saved() -> None:
    features = ReleasedFeatures().train()
    assert list(features.parameters()) == []
    assert features.state_dict() == {}
    picture = torch.rand(1, 3, 32, 32, requires_grad=True)
    first, second = (features(picture)[2] for _ in range(2))
    assert torch.equal(first, second)  # BatchNorm rests
    first.sum().backward()
    assert picture.grad is not None
    assert picture.grad.abs().sum() > 0
    assert features.double()(picture.double())[0].dtype == torch.float64  # moved with the task


def test_odd_sizes_are_padded() -> None:
    seen = []

    class Net(nn.Module):
        def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
            seen.append(tuple(image.shape[2:]))
            return (image,)

    Features(Net(), 8)(torch.rand(1, 3, 13, 16))
    assert seen == [(16, 16)]


def test_files_that_do_not_fit(tmp_path: Path, vgg_file: Path) -> None:
    torch.save({"features.0.weight": torch.zeros(3)}, tmp_path / "other.pth")
    (tmp_path / "text.pth").write_text("not weights")
    for make, said in (
        (lambda: VGG16Features(tmp_path / "none.pth"), "cannot be read"),
        (lambda: VGG16Features(tmp_path / "text.pth"), "cannot be read"),
        (lambda: VGG16Features(tmp_path / "other.pth"), "not those of torchvision's VGG16"),
        (lambda: ReleasedFeatures(tmp_path / "none.onnx"), "there is no file"),
    ):
        with pytest.raises(UserError, match=said) as caught:
            make()
        assert "\n" not in str(caught.value)


def test_the_encoder_of_a_run_sees_what_it_saw_in_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """The released encoder, taken as if from a run, gives what ReleasedFeatures gives."""
    own = ReleasedFeatures()._hidden[0]

    class Encoder(nn.Module):
        strides = (2, 4, 8)

        def forward(self, image: torch.Tensor) -> tuple[torch.Tensor, ...]:
            half = own.stem(image)
            quarter = own.quarter(half)
            return half, quarter, own.eighth(quarter)

    net = nn.Module()
    net.encoder = Encoder()
    monkeypatch.setattr("textrm.losses.features.load_run", lambda run, checkpoint, trust: (net, {}))
    picture = torch.rand(1, 3, 30, 41)
    for found, wanted in zip(EncoderFeatures("run")(picture), ReleasedFeatures()(picture), strict=True):
        assert torch.equal(found, wanted)


def test_a_run_without_an_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textrm.losses.features.load_run", lambda run, checkpoint, trust: (nn.Conv2d(3, 3, 1), {}))
    with pytest.raises(UserError, match="its net has no encoder"):
        EncoderFeatures("run")
