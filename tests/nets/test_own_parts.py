"""Nets, encoders and losses of anybody's making: each breach of their contract is one line that names it."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from lab.losses import WeightedEntropy
from lab.nets import PlainEncoder, PlainNet
from textrm.errors import UserError
from textrm.losses.segmentation import FocalLoss
from textrm.nets.encoders.encoder import Encoder, check_encoder
from textrm.nets.segmentation.decoder import Decoder
from textrm.nets.segmentation.pooling import Pointwise
from textrm.nets.segmentation.segmenter import Segmenter
from textrm.nets.tagging.tagger import MultilabelTagger
from textrm.tasks.cleaning import CleaningTask
from textrm.tasks.coarse_to_fine import CoarseToFineTask
from textrm.tasks.inpainting import InpaintingTask
from textrm.tasks.segmentation import SegmentationTask


class Doubling(nn.Module):
    """What ``output`` makes of one convolution's map."""

    def __init__(self, output: Any, stride: Any = 1) -> None:
        super().__init__()
        self.layer, self.output, self.stride = nn.Conv2d(3, 1, 1), output, stride

    def forward(self, image: Tensor) -> Any:
        return self.output(self.layer(image))


def changed(**attributes: Any) -> nn.Module:
    encoder = PlainEncoder()
    for name, value in attributes.items():
        setattr(encoder, name, value)
    return encoder


class Unfinished(PlainEncoder):
    multiple = property()  # type: ignore[assignment]


class Coarse(Encoder):
    stage_channels, stage_strides = (8, 16), (4, 8)

    def stages(self, image: Tensor) -> tuple[Tensor, ...]:
        return (image,)


@pytest.mark.parametrize(
    ("encoder", "said"),
    [
        (Unfinished(), r"encoder: test_own_parts\.Unfinished has no multiple; an encoder has channels, strides and"),
        (nn.Conv2d(3, 1, 1), "has no channels, no strides, no multiple"),
        (Coarse(), "Coarse has maps at strides 4, 8; expected one at 2, one at 4"),
        (changed(strides=(2, 4)), "has 3 channels and 2 strides"),
        (changed(multiple=4), "has multiple=4; expected a whole number that its strides 2, 4, 8 divide"),
        (changed(channels=(8, 16, 31)), "makes .* 1×32×4×4 of an image of 1×3×32×32; its .* say .* 1×31×4×4"),
        (changed(stages=nn.ModuleList([nn.Linear(5, 5)])), r"cannot take an image of 1×3×32×32 \(RuntimeError: "),
    ],
)
def test_an_encoder_that_is_none(encoder: nn.Module, said: str) -> None:
    with pytest.raises(UserError, match=said) as refused:
        Segmenter(encoder, partial(Pointwise, out_channels=8), partial(Decoder, channels=8))
    assert "\n" not in str(refused.value)


def test_an_encoder_that_keeps_its_contract_is_left_as_it_was() -> None:
    encoder = PlainEncoder()
    encoder.stages[1].eval()
    before = torch.get_rng_state()
    check_encoder(encoder)
    assert torch.equal(torch.get_rng_state(), before)
    assert (encoder.training, encoder.stages[1].training, encoder.stages[0][1].training) == (True, False, True)
    assert int(encoder.stages[0][1].num_batches_tracked) == 0


def test_a_tagger_takes_encoders_of_the_base_class() -> None:
    with pytest.raises(UserError, match=r"encoder: lab\.nets\.PlainEncoder is no Encoder"):
        MultilabelTagger(PlainEncoder(), "cat dog")  # type: ignore[arg-type]


def refuse(task: Any, said: str) -> None:
    with pytest.raises(UserError, match=said) as refused:
        task.prepare(None)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("net", "said"),
    [
        (
            Doubling(lambda map: map[..., ::2]),
            r"net: .*Doubling gives 2×1×64×32 for two pictures; expected logits 2×1×64×",
        ),
        (Doubling(lambda map: (map, map)), "gives 2×1×64×64, 2×1×64×64 for two pictures; expected logits"),
        (Doubling(lambda map: {"out": map}), "gives dict for two pictures"),
        (Doubling(lambda map: map > 0), "gives bool; expected floating-point numbers"),
        (Doubling(lambda map: map.nothing), r"cannot take two pictures of noise \(AttributeError: "),
        (Doubling(lambda map: map, stride=2.5), "has stride=2.5; expected a whole number of at least 1"),
        (Doubling(lambda map: map).requires_grad_(False), "has no parameter that learns"),
    ],
)
def test_a_net_that_does_not_segment(net: nn.Module, said: str) -> None:
    refuse(SegmentationTask(net, FocalLoss(), torch.optim.SGD), said)


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        (lambda logits, mask, ignore: logits - mask, r"loss: .* gives 2×1×64×64; expected a tensor of one number"),
        (lambda logits, mask, ignore: 0.5, "gives float; expected a tensor of one number"),
        (lambda logits, mask: logits.mean(), r"cannot take what the net gives \(TypeError: "),
        (lambda logits, mask, ignore: (logits > 0).float().mean(), "a number that nothing can be learnt from"),
    ],
)
def test_a_loss_that_is_none(loss: Any, said: str) -> None:
    refuse(SegmentationTask(PlainNet(), loss, torch.optim.SGD), said)


def test_nets_of_other_tasks() -> None:
    loss, optimizer = WeightedEntropy(), torch.optim.SGD
    said = r"net: lab\.nets\.PlainNet is no {}; expected a subclass of textrm\.nets"
    refuse(CleaningTask(PlainNet(), loss, optimizer), said.format("Cleaner"))  # type: ignore[arg-type]
    refuse(InpaintingTask(PlainNet(), loss, optimizer), said.format("Inpainter"))
    refuse(CoarseToFineTask(PlainNet(), loss, optimizer), said.format("CoarseToFine"))  # type: ignore[arg-type]
    with pytest.raises(UserError, match=r"net: builtins\.dict is no Module"):
        SegmentationTask({}, loss, optimizer)  # type: ignore[arg-type]


def test_the_example_keeps_the_contracts() -> None:
    task = SegmentationTask(PlainNet(), WeightedEntropy(), torch.optim.SGD)
    before = torch.get_rng_state()
    task.check()
    assert torch.equal(torch.get_rng_state(), before)
    assert all(parameter.grad is None for parameter in task.parameters())
