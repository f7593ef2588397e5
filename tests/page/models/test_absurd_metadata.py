"""What an ONNX file of anybody states of itself ends in one short line where it is absurd."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest
from standin_model import METADATA, write_look, write_model

from textrm.errors import UserError
from textrm.page import SegmentationModel, TaggingModel
from textrm.page.models.model import WEIGHTS, task_of

DEEP = "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"textrm.stride": "9" * 5000}, "stride=9999"),
        ({"textrm.stride": "1025"}, "stride=1025; expected a positive number up to 1024"),
        ({"textrm.stride": "-8"}, "stride=-8; expected a positive number"),
        ({"textrm.threshold": "1e999"}, "threshold=1e999; expected a probability"),
        ({"textrm.threshold": "nan"}, "threshold=nan; expected a probability"),
        ({"textrm.task": "x" * 9000}, "a model for xxx"),
        ({"textrm.looks": "100000000000"}, "looks=100000000000; expected a positive number up to 64"),
        ({"textrm.words": DEEP}, "words=[[[["),
        ({"textrm.words": f"[{'9' * 400}]"}, "no weights of a judge"),
        ({"textrm.words": '{"linear": null, "hidden": 5}'}, "no weights of a judge"),
        ({"textrm.verifier": "é"}, "verifier=é"),
    ],
)
def test_of_a_segmenter(tmp_path: Path, stated: dict[str, str], said: str) -> None:
    write = write_look if stated.keys() & {"textrm.looks", "textrm.words", "textrm.verifier"} else write_model
    path = write(tmp_path / "a.onnx", METADATA | stated)
    with pytest.raises(UserError) as error:
        SegmentationModel(path, threads=1)
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 400 + len(str(path))


@pytest.mark.parametrize("labels", [DEEP, '{"a": 1}', "[1, 2]", f"[{'9' * 5000}]", '["a", "a"]'])
def test_of_a_tagger(tmp_path: Path, labels: str) -> None:
    model = onnx.load(WEIGHTS / "tag.onnx")
    next(entry for entry in model.metadata_props if entry.key == "textrm.labels").value = labels
    onnx.save(model, tmp_path / "a.onnx")
    with pytest.raises(UserError, match=r"states (labels=|the label )") as error:
        TaggingModel(tmp_path / "a.onnx", threads=1)
    assert len(str(error.value)) < 400 + len(str(tmp_path))


def test_of_what_is_no_text(tmp_path: Path) -> None:
    path = write_model(tmp_path / "a.onnx", METADATA | {"textrm.run": "ABCDEF"})
    path.write_bytes(path.read_bytes().replace(b"ABCDEF", b"AB\xff\xfeEF"))
    for opening in (SegmentationModel, task_of):
        with pytest.raises(UserError, match=r"states what is no text|cannot be read as an ONNX model"):
            opening(path)
