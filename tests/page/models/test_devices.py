"""Nets on other devices, with an onnxruntime that says it has some; none of them is on this machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from click.testing import CliRunner, Result
from PIL import Image
from standin_model import lettered_page, verifier, write_look, write_tagger

from textrm import infer, tag
from textrm.errors import UserError
from textrm.page import CleaningModel, SegmentationModel
from textrm.page.finding.verifier import as_text
from textrm.page.models.session import DEVICES, open_session
from textrm.review import __main__ as review

CPU = "CPUExecutionProvider"


class Faked:
    """An installation of onnxruntime with some providers; what it opens computes on the processor."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, providers: list[str]) -> None:
        self.asked: list[list[str]] = []
        self.start = providers  # those that do, once a session asks for them
        self._real = onnxruntime.InferenceSession
        monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: providers)
        monkeypatch.setattr(onnxruntime, "InferenceSession", self.session)

    def session(self, source: Any, options: Any, providers: list[str], enable_fallback: int) -> Any:
        assert enable_fallback == 0
        self.asked.append(providers)
        started = [name for name in providers if name in self.start]
        session = self._real(source, options, providers=[CPU])
        session.get_providers = lambda: started
        return session


@pytest.fixture
def faked(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[str]], Faked]:
    return lambda providers: Faked(monkeypatch, providers)


@pytest.mark.parametrize("device", DEVICES)
def test_a_device_comes_first_and_the_processor_second(
    device: str, faked: Callable[[list[str]], Faked], tmp_path: Path
) -> None:
    provider = DEVICES[device][0]
    there = faked([provider, "AzureExecutionProvider", CPU])
    path = write_look(tmp_path / "look.onnx", {"textrm.verifier": as_text(verifier())})
    model = SegmentationModel(path, 1, device)
    expected = [CPU] if device == "cpu" else [provider, CPU]
    assert there.asked == [expected, expected]  # also of its verifier
    assert model(np.full((8, 8, 3), 100, np.uint8), np.full((8, 8), 255, np.uint8)) == pytest.approx(0.5)


def test_without_a_device_the_processor_is_taken(
    faked: Callable[[list[str]], Faked], model_file: Path, cleaner_file: Path
) -> None:
    there = faked(["CUDAExecutionProvider", CPU])
    SegmentationModel(model_file, 1)
    CleaningModel(cleaner_file, 1)
    assert there.asked == [[CPU], [CPU]]


def test_a_device_that_is_not_installed_does_not_start_or_is_unknown(
    faked: Callable[[list[str]], Faked], model_file: Path
) -> None:
    there = faked(["CoreMLExecutionProvider", "AzureExecutionProvider", CPU])
    with pytest.raises(UserError) as caught:
        SegmentationModel(model_file, 1, "cuda")
    assert str(caught.value) == ("device cuda cannot be had: this onnxruntime has cpu, coreml; take one of these, or "
                                 "install onnxruntime-gpu instead of onnxruntime")  # fmt: skip
    with pytest.raises(UserError, match="no device 'gpu'; expected one of cpu, cuda, directml"):
        open_session(model_file, 1, "gpu")
    assert there.asked == []
    there.start = [CPU]  # as onnxruntime does where a library is missing
    with pytest.raises(UserError, match="device coreml does not start, and onnxruntime would take the processor"):
        SegmentationModel(model_file, 1, "coreml")


def run(command: Any, *words: object) -> Result:
    return CliRunner().invoke(command, [str(word) for word in words])


def test_the_commands_know_devices(
    faked: Callable[[list[str]], Faked], tmp_path: Path, model_file: Path, inpainter_file: Path, cleaner_file: Path,
) -> None:  # fmt: skip
    there = faked(["CUDAExecutionProvider", CPU])
    page, tagger_file = tmp_path / "page.png", write_tagger(tmp_path / "tag.onnx")
    Image.fromarray(lettered_page()).save(page)
    filling = ("--model", model_file, "--fill-model", inpainter_file)
    drawing = ("--method", "end-to-end", "--model", cleaner_file)
    asked = ["CUDAExecutionProvider", CPU]
    for options, nets in ((filling, 2), (drawing, 1)):
        there.asked.clear()
        result = run(infer.main, page, "-o", tmp_path / str(nets), "--jobs", 1, "--device", "cuda", *options)
        assert result.exit_code == 0, result.output
        assert there.asked == [asked] * nets
    there.asked.clear()
    assert run(tag.main, page, "--model", tagger_file, "--device", "cuda").exit_code == 0
    assert there.asked == [asked]
    for command, rest in ((infer.main, ("-o", tmp_path / "no", *filling)), (tag.main, ("--model", tagger_file)),
                          (review.main, filling)):  # fmt: skip
        result = run(command, page, "--device", "openvino", *rest)
        assert result.exit_code == 1
        assert "error: device openvino cannot be had: this onnxruntime has cpu, cuda; take" in result.output
        assert "Traceback" not in result.output
        assert run(command, page, "--device", "gpu", *rest).exit_code == 2
