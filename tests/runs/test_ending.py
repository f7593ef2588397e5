"""A training ends with its score, its best checkpoint, its time and what comes next."""

from __future__ import annotations

from pathlib import Path

import pytest

from textrm.runs.ending import duration, last_words, next_commands
from textrm.runs.outcome import Outcome


def config(net: str, task: str = "textrm.tasks.segmentation.SegmentationTask") -> dict[str, object]:
    return {
        "name": "mine",
        "net": {"_target_": net, "layer": {"_target_": "torch.nn.ReLU"}},
        "task": {"_target_": task},
    }


def test_the_last_words() -> None:
    outcome = Outcome(monitor="val/AP", score=0.83124, seconds=200.4)
    assert last_words(Path("runs/a"), outcome, "runs/a/checkpoints/best.ckpt") == (
        "val/AP 0.8312, best checkpoint runs/a/checkpoints/best.ckpt, 3 min 20 s"
    )
    assert last_words(Path("runs/a"), Outcome(seconds=7500), None) == "no score, run folder runs/a, 2 h 05 min"
    assert duration(11.6) == "12 s"


def test_the_next_commands() -> None:
    assert next_commands(Path("runs/a b"), config("textrm.nets.x.Net")) == [
        "textrm export 'run=runs/a b' out=mine.onnx",
        "textrm clean pages/ -o clean/ --model mine.onnx",
        "textrm report 'runs/a b'",
    ]
    own = next_commands(Path("runs/a"), config("lab.nets.PlainNet"))
    assert own[0] == "textrm export run=runs/a out=mine.onnx 'trust=[lab]'"


@pytest.mark.parametrize(
    ("task", "use"),
    [
        ("textrm.tasks.multilabel.MultilabelTask", "textrm tag pages/ --model mine.onnx"),
        ("textrm.tasks.attention_tagging.AttentionTaggingTask", "textrm tag pages/ --model mine.onnx"),
        ("textrm.tasks.inpainting.InpaintingTask", "textrm clean pages/ -o clean/ --fill-model mine.onnx"),
    ],
)
def test_the_use_of_other_tasks(task: str, use: str) -> None:
    assert next_commands(Path("runs/a"), config("textrm.nets.x.Net", task))[1] == use
