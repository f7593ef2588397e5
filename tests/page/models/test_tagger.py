from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from standin_model import write_tagger

from textrm.data.manifest import load_sample, read_manifest
from textrm.errors import UserError
from textrm.page import TaggingModel, Tags
from textrm.page.models import model as base
from textrm.page.models import tagger as module

NO_LABELS = ("red, green, blue", '{"red": 1}', "[1, 2, 3]", "[]", '["a", "b\\tc", "d"]', '["a", "b", " "]')


@pytest.fixture(scope="module")
def tagger(tmp_path_factory: pytest.TempPathFactory) -> TaggingModel:
    return TaggingModel(write_tagger(tmp_path_factory.mktemp("tagger") / "tag.onnx"), threads=1)


def test_metadata(tagger: TaggingModel) -> None:
    assert (tagger.labels, tagger.size, tagger.stride, tagger.threshold) == (("red", "green", "blue"), 64, 8, 0.5)
    assert tagger.run == "stand-in"


def test_the_final_score_is_the_maximum_over_looks(tagger: TaggingModel) -> None:
    image = np.zeros((64, 64, 3), np.uint8)
    image[:32, :32, 0] = 204  # red at the top left, green at the bottom right, a little blue everywhere
    image[32:, 32:, 1] = 255
    image[..., 2] = 51
    tags = tagger(image)
    expected = [[0.2, 0.25, 0.2], [0.8, 0, 0.2], [0, 0, 0.2], [0, 0, 0.2], [0, 1, 0.2]]
    assert tags.by_look == pytest.approx(np.array(expected), abs=1e-6)
    assert tags.prob == pytest.approx([0.8, 1, 0.2], abs=1e-6)
    assert tags.prob.dtype == tags.by_look.dtype == np.float32
    assert [name for name, _ in tags.above(0.1)] == ["green", "red", "blue"]
    assert tags.above(0.5) == [("green", 1.0), ("red", pytest.approx(0.8))]
    assert tags.above(0.8001) == [("green", 1.0)]
    assert tags.above(1.0) == []
    names = [[name for name, _ in raised] for raised in tags.raised(0.1)]
    assert names == [["blue"], ["red"], [], [], ["green"]]  # blue is the same at all looks: the first has it


def test_the_page_is_letterboxed_and_boxes_are_pixels_of_it(tagger: TaggingModel) -> None:
    tags = tagger(np.full((200, 100, 3), 255, np.uint8))
    half = [0.5] * 3
    assert tags.by_look == pytest.approx(np.array([half] * 5), abs=1e-6)  # black bars left and right
    assert tags.boxes.tolist() == [[0, 0, 100, 200], [0, 0, 50, 100], [50, 0, 100, 100], [0, 100, 50, 200],
                                   [50, 100, 100, 200]]  # fmt: skip
    one = tagger(np.full((1, 1, 3), 255, np.uint8))
    assert one.prob.tolist() == [1, 1, 1]


def test_a_plain_tagger_has_one_look(tmp_path: Path) -> None:
    file = write_tagger(tmp_path / "a.onnx", ("été", "空", "b", "c"), [(0, 0, 1, 1)], size=32)
    tagger = TaggingModel(file, threads=1)
    image = np.zeros((16, 16, 3), np.uint8)
    image[..., 0] = 255
    tags = tagger(image)
    assert tags.boxes.tolist() == [[0, 0, 16, 16]]
    assert tags.raised(0.5) == [[("été", 1.0), ("c", 1.0)]] == [tags.above(0.5)]


def test_tags_with_equal_scores_keep_their_order_and_belong_to_the_earlier_look() -> None:
    by_look = np.array([[0.3, 0.9, 0.9, 0.6], [0.7, 0.9, 0.2, 0.6]], np.float32)
    tags = Tags(("a", "b", "c", "d"), by_look.max(0), by_look, np.zeros((2, 4)))
    assert [name for name, _ in tags.above(0.5)] == ["b", "c", "a", "d"]
    assert [[name for name, _ in raised] for raised in tags.raised(0.55)] == [["b", "c", "d"], ["a"]]
    assert tags.raised(0.8)[1] == []


@pytest.mark.parametrize("image", [np.zeros((4, 4), np.uint8), np.zeros((0, 4, 3), np.uint8), np.zeros((4, 4, 3))])
def test_what_is_no_picture_is_refused(tagger: TaggingModel, image: np.ndarray) -> None:
    with pytest.raises(UserError, match=r"expected uint8 \(height, width, 3\)"):
        tagger(image)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("task", "segmentation", "a model for segmentation; expected textrm.task = tagging"),
        ("labels", None, "states labels='nothing'; expected a JSON list of names"),
        *(("labels", value, f"states labels={value!r}; expected a JSON list of names") for value in NO_LABELS),
        ("labels", '["a", "b"]', "states 2 labels; expected 3, one for each tag of its output"),
        ("labels", '["a", "b", "a"]', "states the label 'a' 2 times; expected each once"),
        ("size", None, "states size=nothing; expected a positive number"),
        ("size", "-64", "states size=-64; expected a positive number"),
        ("size", "60", "states size=60; expected a multiple of its stride 8"),
        *(("threshold", value, f"states threshold={value}; expected a probability between 0 and 1")
          for value in ("1", "0", "nan", "half")),
    ],
)  # fmt: skip
def test_impossible_metadata(tmp_path: Path, key: str, value: str | None, words: str) -> None:
    path = write_tagger(tmp_path / "a.onnx", metadata={f"textrm.{key}": value})
    with pytest.raises(UserError) as caught:
        TaggingModel(path)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_threshold_defaults_to_one_half(tmp_path: Path) -> None:
    assert TaggingModel(write_tagger(tmp_path / "a.onnx", metadata={"textrm.threshold": None})).threshold == 0.5


def test_a_number_of_tags_that_shows_only_when_the_model_runs(tmp_path: Path) -> None:
    tagger = TaggingModel(write_tagger(tmp_path / "a.onnx"))
    tagger.labels = ("a", "b")
    with pytest.raises(UserError, match=r"gave prob of shape \(1, 5, 3\).*expected \(1, any, 2\)"):
        tagger(np.zeros((8, 8, 3), np.uint8))


def test_as_many_boxes_as_looks_are_expected(tmp_path: Path) -> None:
    model = onnx.load(write_tagger(tmp_path / "a.onnx"))
    model.graph.output[1].type.tensor_type.shape.dim[1].dim_param = "l"
    boxes = next(entry for entry in model.graph.initializer if entry.name == "boxes")
    boxes.CopyFrom(onnx.helper.make_tensor("boxes", onnx.TensorProto.FLOAT, [1, 2, 4], [0, 0, 1, 1] * 2))
    onnx.save(model, tmp_path / "a.onnx")
    with pytest.raises(UserError, match="gave 5 looks with tags and 2 with boxes; expected as many"):
        TaggingModel(tmp_path / "a.onnx")(np.zeros((8, 8, 3), np.uint8))


def test_a_model_without_looks_is_no_tagger(tmp_path: Path) -> None:
    model = onnx.load(write_tagger(tmp_path / "a.onnx"))
    del model.graph.output[1]
    onnx.save(model, tmp_path / "a.onnx")
    with pytest.raises(UserError, match=r"gives {'prob': 'tensor\(float\)'}; expected .* prob, looks \(float\)"):
        TaggingModel(tmp_path / "a.onnx")


def test_missing_released_weights_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for holder in (module, base):
        monkeypatch.setattr(holder, "WEIGHTS", tmp_path)
    with pytest.raises(UserError, match=r"tag\.onnx; this installation holds no released weights: give a model"):
        TaggingModel()


def test_the_released_tagger_tells_colour_from_black_and_white(drawn: Path) -> None:
    tagger = TaggingModel(threads=1)
    assert (tagger.size, len(tagger.labels)) == (256, 120)
    colour, grey = [], []
    manifest = read_manifest(drawn)
    for row in manifest.rows:
        found = tagger(load_sample(manifest, row, clean=False).image)
        assert found.boxes.shape == (5, 4)
        (colour if "color" in row.tags.split() else grey).append(found.prob[tagger.labels.index("color")])
    assert min(len(colour), len(grey)) >= 3
    # The generator has learnt kinds of pages since that the tagger never saw, such as strips in a few flat colours.
    assert np.median(colour) > 0.6
    assert np.median(grey) < 0.2
