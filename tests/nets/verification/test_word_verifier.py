from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from textrm.export.graph import export
from textrm.nets.verification.trunks import KnowingTrunk, PlainTrunk
from textrm.nets.verification.word_verifier import LOOK_LOGITS, EitherVerifier, WordVerifier
from textrm.page.finding.features import FEATURES
from textrm.page.finding.verifier import Verifier
from textrm.page.finding.views import CHANNELS, SIDE, VIEWS


def noise(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(count)
    views = torch.randint(0, 256, (count, VIEWS, CHANNELS, SIDE, SIDE), dtype=torch.uint8, generator=generator)
    return views, torch.randn(count, FEATURES, generator=generator)


def net(trunk: Callable[[int], nn.Module] = KnowingTrunk) -> WordVerifier:
    torch.manual_seed(0)
    return WordVerifier(trunk(CHANNELS), VIEWS, FEATURES).eval()


def test_the_logit_is_the_sum_of_what_views_and_features_say() -> None:
    views, features = noise(3)
    model, given = net(), views / 255 - 0.5
    by_views, by_features = model.parts(given, features)
    assert torch.equal(model(given, features), by_views + by_features)
    model.most.fill_(by_views.detach().sort().values[1])
    assert torch.equal(model(given, features), by_views.clamp(max=float(model.most)) + by_features)
    assert (by_views > model.most).sum() == 1
    assert torch.equal(model.parts(given, features + 1)[0], by_views)
    assert torch.equal(model.parts(given * 0, features)[1], by_features)
    assert model(given, features).shape == (3,)


def test_words_do_not_see_each_other() -> None:
    views, features = noise(4)
    model, given = net(), views / 255 - 0.5
    together = model(given, features)
    for number in range(4):
        one = model(given[number : number + 1], features[number : number + 1])
        assert torch.allclose(one, together[number : number + 1], atol=1e-5)


def test_every_view_counts() -> None:
    views, features = noise(1)
    model, given = net(), views / 255 - 0.5
    whole = model(given, features)
    for view in range(VIEWS):
        without = given.clone()
        without[:, view] = 0
        assert (model(without, features) - whole).abs() > 1e-4


@pytest.mark.parametrize("trunk", [PlainTrunk, KnowingTrunk])
@pytest.mark.parametrize("channel", range(CHANNELS))
def test_every_channel_counts(channel: int, trunk: Callable[[int], nn.Module]) -> None:
    views, features = noise(1)
    model, given = net(trunk), views / 255 - 0.5
    without = given.clone()
    without[:, :, channel] = 0
    assert (model.parts(without, features)[0] - model.parts(given, features)[0]).abs() > 1e-5


def test_the_fine_part_of_the_colors_does_not_learn() -> None:
    views, features = noise(2)
    model = net()
    model(views / 255 - 0.5, features).sum().backward()
    for name, parameter in model.named_parameters():
        number = name.split(".")[3] if name.startswith("trunk.colors.blocks") else ""
        still = name.startswith("trunk.colors.stem") or number in ("0", "1", "2", "3", "4")
        assert (parameter.grad is None) == still, name


def test_the_surest_of_several_says_what_a_word_is() -> None:
    views, features = noise(4)
    given, one, other = views / 255 - 0.5, net(), net(PlainTrunk)
    with torch.no_grad():
        logits = torch.stack([one(given, features), other(given, features)])
        one.linear.bias -= (logits[0] - logits[1])[2] + (logits[0] - logits[1])[0] / 2 - (logits[0] - logits[1])[2] / 2
        logits = torch.stack([one(given, features), other(given, features)])
        assert len(logits.argmax(0).unique()) == 2
        assert torch.equal(EitherVerifier([one, other])(given, features), logits.max(0).values)


def test_what_one_is_against_does_not_go() -> None:
    views, features = noise(4)
    given, one, other = views / 255 - 0.5, net(), net(PlainTrunk)
    with torch.no_grad():
        logits = torch.stack([one(given, features), other(given, features)])
        limit = float(logits[1].sort().values[1])  # three of four words reach it
        said = EitherVerifier([one, other], (-math.inf, limit))(given, features)
    against = logits[1] < limit
    assert against.sum() == 1
    assert torch.equal(said[against], logits.min(0).values[against])
    assert torch.equal(said[~against], logits.max(0).values[~against])
    with pytest.raises(ValueError, match="expected one limit for each of 2 verifiers, got 1"):
        EitherVerifier([one, other], (0.0,))


def test_a_word_that_one_does_not_agree_to_is_not_sure() -> None:
    views, features = noise(4)
    given, one, other = views / 255 - 0.5, net(), net(PlainTrunk)
    with torch.no_grad():
        one.linear.bias += 3
        logits = torch.stack([one(given, features), other(given, features)])
        limit = float(logits[1].sort().values[2])  # two of four words reach it
        alone = float(logits[0].min()) - 0.5
        said = EitherVerifier([one, other], None, (-math.inf, limit), alone)(given, features)
    doubted = logits[1] < limit
    assert doubted.sum() == 2
    assert torch.equal(said[doubted], torch.full((2,), alone))
    assert torch.equal(said[~doubted], logits.max(0).values[~doubted])


def test_where_every_look_agrees_the_last_verifier_is_heard_first() -> None:
    views, features = noise(4)
    features[:, LOOK_LOGITS] = torch.tensor([[2.0] * 4, [2.0, 2.0, 0.3, 2.0], [2.0] * 4, [2.0] * 4])
    given, one, other, last = views / 255 - 0.5, net(), net(PlainTrunk), net(PlainTrunk)
    with torch.no_grad():
        last.linear.bias += 9
        alone = last(given, features)
        certain = float(alone[[0, 2, 3]].sort().values[1])  # two of the three on which the looks agree reach it
        both = EitherVerifier([one, other])(given, features)
        said = EitherVerifier([one, other, last], unanimous=0.4, certain=certain)(given, features)
    assert alone.min() > both.max()
    heard = (alone >= certain) & torch.tensor([True, False, True, True])
    assert heard.sum() == 2
    assert torch.equal(said, torch.where(heard, alone, both))


@pytest.mark.slow
def test_the_page_runs_what_was_trained(tmp_path: Path) -> None:
    model = EitherVerifier([net(), net(PlainTrunk)], (-math.inf, 0.0)).eval()
    assert export(model, tmp_path / "verifier.onnx", run="a run") < 1e-4
    session = Verifier((tmp_path / "verifier.onnx").read_bytes(), threads=1)._session
    views, features = noise(7)  # a number of words that it was not exported with
    (scores,) = session.run(None, {"views": views.numpy(), "features": features.numpy()})
    with torch.no_grad():
        expected = model(views / 255 - 0.5, features).sigmoid().numpy()
    assert np.abs(scores - expected).max() < 1e-4
