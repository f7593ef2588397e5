from __future__ import annotations

import base64
from pathlib import Path

import numpy as np
import pytest
from standin_model import METADATA, verifier, write_look, write_model

from textrm.errors import UserError
from textrm.page import SegmentationModel
from textrm.page.finding.decide import find_words
from textrm.page.finding.find import find
from textrm.page.finding.verifier import Verifier, as_text
from textrm.page.finding.words import group_words

SIDE = 1024


def page() -> tuple[np.ndarray, list[np.ndarray]]:
    """Forty words of 16 x 8 px, all as sure, on grounds from dark to light green."""
    image, prob = np.zeros((SIDE, SIDE, 3), np.uint8), np.zeros((SIDE, SIDE), np.uint8)
    for number in range(40):
        top, left = number // 8 * 200 + 80, number % 8 * 128 + 50
        image[top - 80 : top + 120, left - 50 : left + 78, 1] = 6 * number
        prob[top : top + 8, left : left + 16] = 220
    return image, [prob, prob[::2, ::2], prob[::4, ::4]]


def test_scores_come_in_the_order_of_the_words_however_many_there_are() -> None:
    image, maps = page()
    words = group_words(image, maps, 0.3)
    assert words is not None
    chosen = np.arange(len(words.areas))[::2]
    scores = Verifier(verifier(), threads=1)(words, chosen)
    starts = [np.flatnonzero(words.word == number)[0] for number in chosen]
    places = [words.strokes.ys[start] // 200 * 8 + words.strokes.xs[start] // 128 for start in starts]
    assert len(places) == 20
    level = np.array([6 * place / 255 for place in places])
    assert np.abs(scores - level).max() < 0.5  # grounds of other words are in sight
    assert scores[np.argsort(level)][-4:].min() > scores[np.argsort(level)][:4].max() + 0.3
    everything = Verifier(verifier(), threads=1)(words, np.arange(len(words.areas)))  # more than at once
    assert everything[::2] == pytest.approx(scores, abs=1e-6)
    assert Verifier(verifier(), threads=1)(words, chosen[:0]).shape == (0,)


def test_a_model_may_state_its_verifier(tmp_path: Path) -> None:
    image = np.full((128, 128, 3), (255, 200, 255), np.uint8)
    image[50:70, 40:60] = 0
    stated = {"textrm.verifier": as_text(verifier())}
    model = SegmentationModel(write_look(tmp_path / "green.onnx", stated), threads=1)
    assert isinstance(model.judge, Verifier)
    (word,) = find(image, model, threshold=0.25).regions
    assert 0.5 < word.score < 0.79
    image[..., 1] //= 4
    assert find(image, model, threshold=0.25).regions == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("%%%", "no base64"),
        ("", "states verifier=; expected an ONNX file as base64"),
        (base64.b64encode(b"no model").decode(), "expected an ONNX file as base64"),
        (as_text(verifier(inputs=("looks", "features"))), "it takes"),
    ],
)
def test_what_is_no_verifier_is_refused(text: str, message: str, tmp_path: Path) -> None:
    path = write_look(tmp_path / "look.onnx", {"textrm.verifier": text})
    with pytest.raises(UserError, match=message) as caught:
        SegmentationModel(path, threads=1)
    assert "export it again" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("gain", "found"), [(float("nan"), "no numbers"), (7.0, r"0 to 5\.\d+"), (-1.0, r"-0\.\d+ to 0")]
)
def test_what_is_no_score_is_told(gain: float, found: str) -> None:
    image, maps = page()
    with pytest.raises(UserError, match=f"the verifier of words gave {found} for score; expected 0 to 1"):
        find_words(image, maps, 0.5, judge=Verifier(verifier(gain), threads=1))


def test_one_look_has_no_words_to_verify(tmp_path: Path) -> None:
    for name, stated in (("verifier", as_text(verifier())), ("words", "[1]")):
        for path in (
            write_model(tmp_path / "one.onnx", METADATA | {f"textrm.{name}": stated}),
            write_look(tmp_path / "look.onnx", {f"textrm.{name}": stated, "textrm.looks": "1"}),
        ):
            with pytest.raises(UserError, match=f"states {name} for one look; expected 2 looks or more"):
                SegmentationModel(path, threads=1)
