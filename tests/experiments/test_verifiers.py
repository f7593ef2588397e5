"""Verifiers of words: read back from what was written, and taught on."""

from __future__ import annotations

import base64

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from experiments.finding import fit
from experiments.finding.fit_features import MEMBERS, Member, joined
from experiments.finding.proposals import THRESHOLD, Proposals
from experiments.finding.released import read_verifiers
from experiments.finding.verify import knowing, plain
from textrm.errors import UserError
from textrm.nets.verification.trunks import PlainTrunk
from textrm.nets.verification.word_verifier import LOOK_LOGITS, EitherVerifier, WordVerifier
from textrm.page.finding import features
from textrm.page.finding.features import FEATURES
from textrm.page.finding.views import CHANNELS, SIDE, VIEWS
from textrm.page.models.model import WEIGHTS

RELEASED = WEIGHTS / "find.float.onnx"


def empty() -> list[WordVerifier]:
    """Two nets of the released shape."""
    torch.manual_seed(0)
    return [joined(net, [Member(FEATURES) for _ in range(MEMBERS)], 1.0) for net in (plain(), knowing(), plain())]


def words(count: int) -> Proposals:
    rng = np.random.default_rng(1)
    return Proposals(rng.integers(0, 256, (count, VIEWS, CHANNELS, SIDE, SIDE), np.uint8),
                     rng.normal(size=(count, FEATURES)).astype(np.float32), (np.arange(count) % 2).astype(float),
                     np.full(count, 100))  # fmt: skip


def test_released_verifiers_are_read_back_as_they_were() -> None:
    nets = empty()
    read_verifiers(RELEASED, nets)
    facts = {entry.key: entry.value for entry in onnx.load(RELEASED).metadata_props}
    session = onnxruntime.InferenceSession(base64.b64decode(facts["textrm.verifier"]))
    given = words(6)
    assert slice(1, 1 + features.LOOKS) == LOOK_LOGITS  # as the page lays them out
    given.features[:3, LOOK_LOGITS] = 2.0  # every look agrees
    (scores,) = session.run(None, {"views": given.views, "features": given.features})
    against, agreed, alone, unanimous, certain = (
        float(np.log(score / (1 - score))) for score in (0.075, THRESHOLD, 0.75, 0.6, 0.85)
    )
    every = EitherVerifier(nets, (-torch.inf, against), (-torch.inf, agreed), alone, unanimous, certain).eval()
    assert np.allclose(scores, 1 / (1 + np.exp(-fit.scores(every, given))), atol=1e-5)
    assert np.ptp(scores) > 0.001


def test_weights_of_8_bits_are_refused() -> None:
    with pytest.raises(UserError, match=r"find\.onnx has int8 weights"):
        read_verifiers(WEIGHTS / "find.onnx", empty())


def test_what_learns_on_is_averaged_with_its_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit, "BATCH", 8)
    torch.manual_seed(0)
    start = WordVerifier(PlainTrunk(CHANNELS, 4), VIEWS, FEATURES).eval()
    given = words(16)
    learnt = {share: fit.go_on(start, [given], np.ones(16), 3, share).state_dict() for share in (0.0, 0.5, 1.0)}
    first = start.state_dict()
    for name, value in first.items():
        if not value.is_floating_point():
            continue
        assert torch.equal(learnt[0.0][name], value)
        assert torch.allclose(learnt[0.5][name], (value + learnt[1.0][name]) / 2, atol=1e-6)
        if "running" in name:  # BatchNorm rests
            assert torch.equal(learnt[1.0][name], value)
    assert not torch.allclose(learnt[1.0]["linear.weight"], first["linear.weight"])
