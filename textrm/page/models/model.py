"""Opens the ONNX files of textrm and runs them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from textrm.errors import UserError
from textrm.page.models.answers import check_answer
from textrm.page.models.session import CPU, first_line, open_session

WEIGHTS = Path(__file__).resolve().parents[2] / "weights"  # of the released models

# Where a model for each task is of use: who gave it elsewhere is told.
_USES = {
    "segmentation": "textrm.infer --model FILE (--method segment+fill)",
    "inpainting": "textrm.infer --fill-model FILE",
    "cleaning": "textrm.infer --method end-to-end --model FILE",
    "tagging": "textrm.tag --model FILE",
}
_TOLD = 80  # characters of what a file states


class Model:
    """An ONNX file of textrm for one ``task``, with inputs of given names and types and ``outputs`` of given names.

    ``stride`` is what height and width of its input must be multiples of, ``run`` and ``version`` say where it comes
    from, ``metadata`` is all that its author stated, by name without ``textrm.``. It runs on so many processor
    ``threads``, None for all, and on ``device``, one of :data:`~textrm.page.models.session.DEVICES`.

    Raises:
        UserError: when the file is missing, is not ONNX, is a model of another task, or states an impossible stride;
            when the device cannot be had.
    """

    task: str
    inputs: ClassVar[Mapping[str, str]]
    outputs: ClassVar[Mapping[str, float]]  # all of float32 in [0, 1], and how far beyond each may lie
    hint = ""  # what to do where it fails

    def __init__(self, path: Path, threads: int | None = None, device: str = CPU) -> None:
        self.path = path
        self._session = _open(path, threads or processors(), device)
        self.metadata = {name.removeprefix("textrm."): value for name, value in _stated(path, self._session).items()}
        self._check()
        self.stride = self._number("stride", 1024)
        self.run = self.metadata.get("run", "")
        self.version = self.metadata.get("version", "")

    def run_on(self, feeds: dict[str, np.ndarray], *shapes: Sequence[int | None]) -> list[np.ndarray]:
        """The outputs in the order of ``outputs``, each of which must have its shape; None stands for any size.

        Raises:
            UserError: when the model fails, above all for want of memory, or gives another shape, or numbers that are
                none or lie outside their range.
        """
        height, width = feeds["image"].shape[1:3]
        try:
            found = self._session.run(list(self.outputs), feeds)
        except Exception as error:  # onnxruntime's exceptions share no public base class
            raise UserError(f"{self.path.name} failed on {len(feeds['image'])} of {width}x{height} pixels: "
                            f"{first_line(error)}{self.hint}") from error  # fmt: skip
        for name, values, shape in zip(self.outputs, found, shapes, strict=True):
            if not _fits(values.shape, shape):
                wanted = ", ".join("any" if side is None else str(side) for side in shape)
                raise UserError(f"{self.path} gave {name} of shape {values.shape} for a picture of {height}x{width}; "
                                f"expected ({wanted}): it is not a model of textrm")  # fmt: skip
            check_answer(values, self.outputs[name], str(self.path), name)
        return found

    def _probability(self, name: str, default: float) -> float:
        stated = self.metadata.get(name, str(default))
        try:
            value = float(stated)
        except ValueError:
            value = 0.0
        if not 0 < value < 1:
            raise self._misstated(f"{name}={stated}", "a probability between 0 and 1")
        return value

    def _number(self, name: str, most: int) -> int:
        text = self.metadata.get(name, "")
        if not text.isdecimal() or len(text) > len(str(most)) or not 1 <= int(text) <= most:
            raise self._misstated(f"{name}={text or 'nothing'}", f"a positive number up to {most}")
        return int(text)

    def _misstated(self, stated: str, expected: str) -> UserError:
        return UserError(f"{self.path} states {_short(stated)}; expected {expected}: export it again with "
                         "python -m textrm.export")  # fmt: skip

    def _check(self) -> None:
        task = self.metadata.get("task")
        if task != self.task:
            found = f"a model for {_short(task)}" if task else "not a model of textrm (it names no task)"
            use = f" (it is for {_USES[task]})" if task in _USES else ""
            raise UserError(f"{self.path} is {found}; expected textrm.task = {self.task}{use}")
        inputs = {entry.name: entry.type for entry in self._session.get_inputs()}
        outputs = {entry.name: entry.type for entry in self._session.get_outputs()}
        if inputs != dict(self.inputs) or outputs != dict.fromkeys(self.outputs, "tensor(float)"):
            raise UserError(f"{self.path} takes {inputs} and gives {outputs}; expected {dict(self.inputs)} and "
                            f"{', '.join(self.outputs)} (float): export it with python -m textrm.export")  # fmt: skip


def task_of(path: Path) -> str | None:
    """The task that an ONNX file states; None where it states none.

    Raises:
        UserError: when the file is missing or is not ONNX.
    """
    return _stated(path, _open(path, 1, CPU)).get("textrm.task")


def check_image(image: np.ndarray) -> None:
    """Refuse what is no picture of H W 3 uint8, at least 1 x 1.

    Raises:
        UserError: naming type and shape.
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
        raise UserError(f"the image is {image.dtype} {image.shape}; expected uint8 (height, width, 3)")


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _open(path: Path, threads: int, device: str) -> Any:
    if not path.is_file():
        hint = (
            "this installation holds no released weights: give a model" if path.parent == WEIGHTS else "check the path"
        )
        raise UserError(f"there is no model file {path}; {hint}")
    try:
        return open_session(path, threads, device)
    except UserError:
        raise
    except Exception as error:  # as above
        raise UserError(f"{path} cannot be read as an ONNX model: {first_line(error)}") from error


def _stated(path: Path, session: Any) -> dict[str, str]:
    try:
        return session.get_modelmeta().custom_metadata_map
    except UnicodeDecodeError as error:
        raise UserError(f"{path} states what is no text; give a file of python -m textrm.export") from error


def _short(text: str) -> str:
    return text if len(text) <= _TOLD else f"{text[:_TOLD]}…"


def _fits(found: Sequence[int], wanted: Sequence[int | None]) -> bool:
    return len(found) == len(wanted) and all(side in (None, got) for got, side in zip(found, wanted, strict=True))
