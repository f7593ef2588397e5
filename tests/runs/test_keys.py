"""A constructor's mistake is told by the key that was given."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from textrm import train
from textrm.runs.keys import real_keys, with_key

CONFIG = {
    "seed": 1,
    "loss": {
        "terms": {"focal": {"gamma": -1.0, "text_weight": 2.0}, "second": {"gamma": 0.5}},
        "weights": {"dice": 0.2},
    },
    "net": {"width": 1.0, "encoder": {"width": 0.0}},
    "task": {"discriminator": {"width": 0.0}, "net": "${net}"},
}


@pytest.mark.parametrize(
    ("message", "place", "told"),
    [
        ("gamma=-1.0: expected 0", "", "loss.terms.focal.gamma=-1.0: expected 0"),
        ("gamma=9: expected 0", "loss.terms.second", "loss.terms.second.gamma=9: expected 0"),
        ("width=0.0: expected more", "net", "net.encoder.width=0.0: expected more"),
        ("width=0.0: expected more", "task", "task.discriminator.width=0.0: expected more"),
        ("width=0.0: expected more", "task.net.encoder", "net.encoder.width=0.0: expected more"),
        ("width=1.0: expected more", "loss", "net.width=1.0: expected more"),  # nowhere in the loss
        ("weights: names a, expected b", "loss", "loss.weights: names a, expected b"),
        ("weights: no such folder", "", "weights: no such folder"),
        ("depth=3: expected 2", "net", "depth=3: expected 2"),
        ("a/manifest.csv: no such manifest", "net", "a/manifest.csv: no such manifest"),
    ],
)
def test_the_key_that_holds_the_value_is_named(message: str, place: str, told: str) -> None:
    assert with_key(message, CONFIG, place) == told


def test_other_errors_pass() -> None:
    with pytest.raises(KeyError), real_keys(CONFIG):
        raise KeyError("gamma=-1.0: ")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["loss=focal_dice", "loss.terms.focal.gamma=-1"], "loss.terms.focal.gamma=-1: expected a number of 0 or more"),
        (["loss=focal_dice", "loss.terms.dice.smooth=0"], "loss.terms.dice.smooth=0: expected more than 0"),
        (["loss.gamma=-1"], "loss.gamma=-1: expected a number of 0 or more"),
        (["net.encoder.width=0"], "net.encoder.width=0: expected more than 0"),
        (["data.batch_size=0"], "data.batch_size=0: expected a whole number"),
        (["callbacks.batch_norm.step=-1"], "callbacks.batch_norm.step=-1: expected 0 or more"),
        (["task.threshold=2"], "task.threshold=2: expected a probability"),
        (["data.crop=100"], "data.crop=100: expected a multiple of"),
    ],
)
def test_trainings_name_the_key(
    given: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["train", "net=xception_fast", f"run={tmp_path}", *given])
    with pytest.raises(SystemExit) as end:
        train.main()
    assert end.value.code == 1
    assert capsys.readouterr().err.startswith(f"error: {told}")
