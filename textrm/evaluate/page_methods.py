"""The ways of cleaning that are scored: models by file, by run folder and by name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from textrm.data.sample import KINDS
from textrm.errors import UserError
from textrm.evaluate.scoring import Method
from textrm.page import Cleaning, CleaningModel, EndToEnd, SegmentAndFill, SegmentationModel
from textrm.page.filling.fill import FILLS, NEEDS_MODEL
from textrm.page.models.model import task_of

_SEGMENT = "segment+"  # and how to fill


def named_methods(
    names: Sequence[str], checkpoint: str = "best", threads: int = 2, fill: str = "auto", fill_model: str | None = None,
    trust: Sequence[str] = (),
) -> dict[str, Method]:  # fmt: skip
    """A way of cleaning for each of ``names``, by a short name.

    ``segment+fill`` and ``end-to-end`` are the released ones, ``segment+telea`` and so on the first with another way to
    fill; a file is an ONNX file for either, a folder a run of either, whose net is of textrm or one of the packages
    ``trust``. ``fill`` is for segmenters that come as such.

    Raises:
        UserError: for a name that is none of these, or comes twice, and for ``fill_model`` where none fills by a net.
    """
    methods: dict[str, Method] = {}
    fills = {_fill_named(name) if name.startswith(_SEGMENT) else fill for name in names}
    if fill_model is not None and not fills & {*NEEDS_MODEL}:
        raise UserError(f"fill_model is given, but fill={fills.pop()} uses no net: give fill=auto or fill=network")
    if twice := [name for name in names if list(names).count(name) > 1]:
        raise UserError(f"methods names {twice[0]} twice")
    for name in names:
        path = Path(name)
        label = name if path.name in methods else path.name  # two runs may be called last.onnx
        if name == "end-to-end":
            methods[label] = _method(EndToEnd.opened(None, threads), threads)
        elif name.startswith(_SEGMENT):
            methods[label] = onnx_method(None, threads, _fill_named(name), fill_model)
        elif path.is_dir():
            methods[label] = run_method(path, checkpoint, threads, fill, fill_model, trust)
        elif path.is_file():
            methods[label] = onnx_method(path, threads, fill, fill_model)
        else:
            raise UserError(f"methods: there is no {name}; expected run folders, ONNX files, end-to-end, segment+fill, "
                            f"{', '.join(_SEGMENT + way for way in FILLS)}")  # fmt: skip
    return methods


def onnx_method(
    model: Path | str | None, threads: int = 2, fill: str = "auto", fill_model: Path | str | None = None
) -> Method:
    """The way of cleaning that an ONNX file is for; None is the released segmenter.

    A segmenter's mask is filled as ``fill`` says, with an inpainter's ONNX file or, for None, the released one; an
    end-to-end model needs neither.

    Raises:
        UserError: when a file is no model of textrm for its task.
    """
    if model is not None and task_of(Path(model)) == CleaningModel.task:
        cleaning: Cleaning = EndToEnd.opened(model, threads)
    else:
        cleaning = SegmentAndFill.opened(model, fill_model, threads, fill=fill, remove=KINDS)
    return _method(cleaning, threads)


def _method(cleaning: Cleaning, threads: int) -> Method:
    # Of the whole process, so that every tool in a run gets as many. textrm.infer, which runs beside none, gives OpenCV
    # one: its many small calls wait longer for others than they gain.
    cv2.setNumThreads(threads)

    def method(page: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        result = cleaning(page)
        return result.prob, result.image

    return method


def run_method(
    run: Path | str, checkpoint: str = "best", threads: int = 2, fill: str = "auto", fill_model: str | None = None,
    trust: Sequence[str] = (),
) -> Method:  # fmt: skip
    """As :func:`onnx_method` with the net of a run folder, exported for the purpose: what is scored is what is used.

    Raises:
        UserError: when the folder is no finished run of segmentation or cleaning.
    """
    from textrm.export.run import exported_run  # here, because an ONNX file need not wait for torch

    with exported_run(run, checkpoint, SegmentationModel.task, CleaningModel.task, trust=trust) as file:
        return onnx_method(file, threads, fill, fill_model)


def _fill_named(name: str) -> str:
    way = name.removeprefix(_SEGMENT)
    if way not in (*FILLS, "fill"):
        raise UserError(f"methods: {name} is no way of cleaning; expected segment+fill, "
                        f"{', '.join(_SEGMENT + way for way in FILLS)}")  # fmt: skip
    return "auto" if way == "fill" else way
