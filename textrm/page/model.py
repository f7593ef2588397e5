"""The segmentation model: an ONNX file that turns RGB pixels into the probability of lettering."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from textrm.errors import UserError

RELEASED = Path(__file__).resolve().parent.parent / "weights" / "segment.onnx"
TASK = "segmentation"
_NUMBERS = ("stride", "threshold", "low")  # in the metadata, each after "textrm."


class Segmenter:
    """An ONNX segmentation model with one input ``image`` and one output ``prob``.

    ``stride`` is what height and width of its input must be multiples of, ``threshold`` the probability above which
    its author calls a pixel lettering, ``low`` the one that is enough beside such a pixel (None: there is none),
    ``run`` and ``version`` say where it comes from.

    Raises:
        UserError: when the file is missing, is not ONNX, is a model of another task, or states impossible numbers.
    """

    def __init__(self, path: Path | str | None = None, threads: int | None = None) -> None:
        self.path = RELEASED if path is None else Path(path)
        self._session = _open(self.path, threads or processors())
        metadata = self._session.get_modelmeta().custom_metadata_map
        self._check(metadata)
        stated = {name: metadata[f"textrm.{name}"] for name in _NUMBERS if f"textrm.{name}" in metadata}
        try:
            self.stride = int(stated.get("stride", ""))
            self.threshold = float(stated.get("threshold", "0.5"))
            self.low = float(stated["low"]) if "low" in stated else None
            valid = self.stride > 0 and 0 < self.threshold < 1 and (self.low is None or 0 < self.low < 1)
        except ValueError:
            valid = False
        if not valid:
            raise UserError(f"{self.path} states {stated or 'no stride'}; expected a positive stride and probabilities "
                            "between 0 and 1: export it again with python -m textrm.export")  # fmt: skip
        self.run = metadata.get("textrm.run", "")
        self.version = metadata.get("textrm.version", "")

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """The probability of lettering of one picture.

        Args:
            image: H W 3 uint8 RGB; H and W are multiples of ``stride``.

        Returns:
            H W float32 in [0, 1].

        Raises:
            UserError: when the model fails on it, above all for want of memory.
        """
        assert image.shape[0] % self.stride == 0
        assert image.shape[1] % self.stride == 0
        try:
            prob = self._session.run(["prob"], {"image": np.ascontiguousarray(image)[None]})[0]
        except Exception as error:  # onnxruntime's exceptions share no public base class
            reason = _first_line(error)
            raise UserError(f"{self.path.name} failed on a tile of {image.shape[1]}x{image.shape[0]} pixels: {reason}; "
                            "a smaller tile needs less memory") from error  # fmt: skip
        if prob.shape != (1, 1, *image.shape[:2]):
            raise UserError(f"{self.path} gave a map of shape {prob.shape} for a picture of {image.shape}; "
                            f"expected {(1, 1, *image.shape[:2])}: it is not a model of textrm")  # fmt: skip
        return prob[0, 0]

    def _check(self, metadata: dict[str, str]) -> None:
        task = metadata.get("textrm.task")
        if task != TASK:
            found = f"a model for {task}" if task else "not a model of textrm (it names no task)"
            raise UserError(f"{self.path} is {found}; expected textrm.task = {TASK}")
        inputs = [(entry.name, entry.type) for entry in self._session.get_inputs()]
        outputs = [(entry.name, entry.type) for entry in self._session.get_outputs()]
        if inputs != [("image", "tensor(uint8)")] or outputs != [("prob", "tensor(float)")]:
            raise UserError(f"{self.path} takes {inputs} and gives {outputs}; expected one input image (uint8) and one "
                            "output prob (float): export it with python -m textrm.export")  # fmt: skip


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _open(path: Path, threads: int) -> Any:
    if not path.is_file():
        hint = "this installation holds no released weights: give a model" if path == RELEASED else "check the path"
        raise UserError(f"there is no model file {path}; {hint}")
    import onnxruntime  # here, so that `import textrm.page` stays quick

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Threads that wait spin otherwise, and take the processor from what comes between tiles and from others.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 4  # faults come as exceptions; nothing is printed past them
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # see __call__
        raise UserError(f"{path} cannot be read as an ONNX model: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
