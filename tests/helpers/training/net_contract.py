"""What every encoder and every segmenter keeps: a new one costs a line in the lists of its test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import Tensor, nn

from textrm.nets.encoders.mobilenet import STAGES

# Every stride and dilation of MobileNetV2, and two sums: exporting takes a time that grows with the number of layers.
SHALLOW = [(*stage[:2], min(stage[2], 2) if number < 2 else 1, stage[3]) for number, stage in enumerate(STAGES)]


def noise(*shape: int) -> Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(0))


def check_encoder(make: Callable[[], nn.Module], channels: tuple[int, ...], strides: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    encoder = make()
    assert (encoder.channels, encoder.strides) == (channels, strides)
    multiple = getattr(encoder, "multiple", strides[-1])
    height, width = 3 * multiple, 5 * multiple
    maps = encoder(noise(2, 3, height, width))
    assert [tuple(m.shape) for m in maps] == [
        (2, c, height // s, width // s) for c, s in zip(channels, strides, strict=True)
    ]
    stages = encoder.stages(noise(2, 3, height, width))
    assert [m.shape[1] for m in stages] == list(encoder.stage_channels)
    assert [height // m.shape[2] for m in stages] == list(encoder.stage_strides)
    check_gradients(encoder, sum((m * noise(*m.shape)).sum() for m in maps))
    check_determinism(encoder, noise(1, 3, height, width))


def check_segmenter(make: Callable[[], nn.Module]) -> None:
    torch.manual_seed(0)
    net = make()
    stride = net.stride
    for batch, height, width in ((2, 3, 5), (1, 1, 7), (3, 2, 1)):  # odd multiples, and more than one
        net.train(batch > 1)
        logits = net(noise(batch, 3, height * stride, width * stride))
        assert logits.shape == (batch, 1, height * stride, width * stride)
    net.train()
    logits = net(noise(2, 3, 3 * stride, 5 * stride))
    check_gradients(net, (logits * noise(*logits.shape)).sum())
    check_determinism(net, noise(1, 3, 3 * stride, 5 * stride))
    check_batch(net, noise(2, 3, 3 * stride, 5 * stride))


def check_tagger(make: Callable[[], nn.Module]) -> None:
    """Any multiple of the stride; every look counts; a picture's tags do not depend on its neighbours."""
    torch.manual_seed(0)
    net = make()
    stride, tags = net.stride, len(net.labels)
    for batch, height, width in ((2, 3, 5), (1, 1, 2)):
        net.train(batch > 1)
        found = net(noise(batch, 3, height * stride, width * stride))
        looks = found.logits.shape[1]
        assert found.logits.shape == (batch, looks, tags)
        assert found.matrices.shape == found.boxes().shape == (batch, looks, 4)
        assert found.scores().shape == (batch, tags)
        torch.testing.assert_close(found.boxes()[:, 0], torch.tensor([[0.0, 0.0, 1.0, 1.0]]).expand(batch, 4))
    net.eval()
    image = noise(2, 3, 3 * stride, 3 * stride)
    check_determinism(net, image)
    with torch.no_grad():
        together, alone = net(image), [net(picture[None]) for picture in image]
        torch.testing.assert_close(together.logits, torch.cat([a.logits for a in alone]), rtol=1e-3, atol=1e-4)
        torch.testing.assert_close(together.matrices, torch.cat([a.matrices for a in alone]), rtol=1e-3, atol=1e-4)
    net.train()
    found = net(image)
    check_gradients(net, (found.logits * noise(*found.logits.shape)).sum() + found.matrices.square().sum())


def check_gradients(net: nn.Module, value: Tensor) -> None:
    value.backward()
    for name, parameter in net.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
        assert parameter.grad.any(), name


def check_determinism(net: nn.Module, image: Tensor) -> None:
    net.eval()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    with torch.no_grad():
        first, second = (net(image) for _ in range(2))
    if isinstance(first, Tensor):
        first, second = (first,), (second,)
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


def check_batch(net: nn.Module, images: Tensor) -> None:
    """A picture's logits do not depend on its neighbours in the batch."""
    net.eval()
    with torch.no_grad():
        together = net(images)
        alone = torch.cat([net(image[None]) for image in images])
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-5)


def check_onnx(net: nn.Module, path: Path) -> None:
    """The file of a segmenter computes what torch computes, also at sizes it was not traced with."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    for batch, rows, columns in ((1, 5, 2), (3, 1, 6)):
        image = (255 * noise(batch, rows * net.stride, columns * net.stride, 3)).byte()
        (found,) = session.run(None, {"image": image.numpy()})
        with torch.no_grad():  # with phases, as the net was trained
            logits = net(image.permute(0, 3, 1, 2) / 255).numpy()
        np.testing.assert_allclose(np.log(found / (1 - found)), logits, rtol=1e-3, atol=1e-4)


def check_masked_convolution(make: Callable[..., nn.Module]) -> None:
    """``(features, mask) -> (features, mask)`` at every shape that the U-Net asks for, with 1 for known."""
    for parts, kernel, stride, dilation, bias in (
        (3, 7, 2, 1, True), (4, 3, 1, 1, False), (4, 5, 2, 1, False), (4, 3, 1, 4, False), ((4, 3), 3, 1, 1, True),
    ):  # fmt: skip
        torch.manual_seed(0)
        convolution = make(parts, 6, kernel, stride, dilation, bias=bias)
        channels, masks = (parts, 1) if isinstance(parts, int) else (sum(parts), len(parts))
        mask = (noise(2, masks, 15, 24) < 0.6).float()
        mask[..., :, 16:] = 1
        features = noise(2, channels, 15, 24)
        result, known = convolution(features, mask)
        assert result.shape == (2, 6, -(-15 // stride), 24 // stride)
        assert known.shape == (2, 1, -(-15 // stride), 24 // stride)
        assert 0 <= known.min() <= known.max() <= 1
        assert (known[..., :, 16 // stride :] == 1).all()  # what was known stays known
        check_gradients(convolution, (result * noise(*result.shape)).sum())
        hidden = convolution.hide(result.detach().clone(), known)
        assert hidden.shape == result.shape


def check_inpainter(make: Callable[[], nn.Module]) -> None:
    """Any size, no hole, only hole; gradients, determinism, independence of neighbours and of what holes hold."""
    torch.manual_seed(0)
    net = make()
    for batch, height, width in ((2, 37, 70), (1, 5, 3), (2, 64, 64)):
        net.train(batch > 1)
        filled = net(noise(batch, 3, height, width), (noise(batch, 1, height, width) < 0.3).float())
        assert filled.shape == (batch, 3, height, width)
    net.train()
    for module in net.modules():  # residual branches that start at zero would hide what lies before them
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
    mask = (noise(2, 1, 64, 64) < 0.3).float()
    filled = net(noise(2, 3, 64, 64), mask)
    check_gradients(net, ((filled - noise(*filled.shape)).abs() * mask).sum())
    net.eval()
    with torch.no_grad():
        image = noise(2, 3, 40, 50)
        for extreme in (torch.zeros(2, 1, 40, 50), torch.ones(2, 1, 40, 50)):
            assert net(image, extreme).isfinite().all()
        mask = (noise(2, 1, 40, 50) < 0.3).float()
        expected = net(image, mask)
        torch.testing.assert_close(net(torch.where(mask > 0.5, 9.0, image), mask), expected)
        torch.testing.assert_close(net(image, mask * 0.9), expected)  # grey values are cut at a half
        alone = torch.cat([net(a[None], m[None]) for a, m in zip(image, mask, strict=True)])
        torch.testing.assert_close(expected, alone, rtol=1e-3, atol=1e-4)
        one = torch.zeros(2, 1, 40, 50)
        one[..., 0, 0] = 1  # a single pixel, at the border
        assert not torch.equal(net(image, one), net(image, 0 * one))


def check_cleaner(make: Callable[[], nn.Module]) -> None:
    """Shapes and ranges at any multiple of the stride, gradients, determinism, independence of neighbours."""
    torch.manual_seed(0)
    net = make()
    stride = net.stride
    for batch, height, width in ((2, 1, 2), (3, 2, 1)):
        net.train()
        clean, blend = net(noise(batch, 3, height * stride, width * stride))
        assert clean.shape == (batch, 3, height * stride, width * stride)
        assert blend.shape == (batch, 1, height * stride, width * stride)
        assert 0 <= blend.min() <= blend.max() <= 1
    for module in net.modules():  # residual branches that start at zero would hide what lies before them
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
    image = noise(2, 3, 2 * stride, 2 * stride)
    clean, blend = net(image)
    check_gradients(net, (clean * noise(*clean.shape)).sum() + (blend * noise(*blend.shape)).sum())
    check_determinism(net, image)
    with torch.no_grad():
        together, alone = net(image), [net(picture[None]) for picture in image]
        for output in (0, 1):
            joined = torch.cat([parts[output] for parts in alone])
            torch.testing.assert_close(together[output], joined, rtol=1e-3, atol=1e-4)
