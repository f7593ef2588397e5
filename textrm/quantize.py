"""Static 8-bit quantisation of an exported segmenter, with its price in average precision."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from textrm.data.manifest import BadRow, load_sample, read_manifest
from textrm.data.sample import Sample
from textrm.errors import UserError
from textrm.metrics import average_precision

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Drop:
    """Average precision of the float and of the int8 graph on the same crops."""

    float_ap: float
    int8_ap: float


class _Crops(CalibrationDataReader):
    def __init__(self, crops: Sequence[Sample]) -> None:
        self._feeds: Iterator[dict[str, np.ndarray]] = iter([{"image": crop.image[None]} for crop in crops])

    def get_next(self) -> dict[str, np.ndarray] | None:
        return next(self._feeds, None)


def calibration_crops(manifest: str | Path, split: str, count: int, size: int, seed: int) -> list[Sample]:
    """``count`` square crops of ``size`` pixels from the pictures of a split, three in four of them on lettering.

    Raises:
        UserError: when the manifest cannot be read, or no picture of the split is at least ``size`` px wide and high.
    """
    source = read_manifest(manifest)
    rows = [row for row in source.rows if row.split == split]
    rng = np.random.default_rng(seed)
    crops: list[Sample] = []
    while len(crops) < count:
        if not rows:
            raise UserError(
                f"{manifest} has no picture of split {split} of at least {size}×{size} pixels to calibrate with"
            )
        chosen = int(rng.integers(len(rows)))
        try:
            sample = load_sample(source, rows[chosen])
        except BadRow as error:
            log.warning("%s", error)
            sample = None
        if sample is None or min(sample.mask.shape) < size:
            del rows[chosen]
        else:
            crops.append(_crop(sample, size, rng, aimed=len(crops) % 4 > 0))
    return crops


def _crop(sample: Sample, size: int, rng: np.random.Generator, aimed: bool) -> Sample:
    height, width = sample.mask.shape
    y, x = int(rng.integers(height - size + 1)), int(rng.integers(width - size + 1))
    inked = np.argwhere(sample.mask)
    if aimed and len(inked):
        row, column = inked[int(rng.integers(len(inked)))]
        y, x = int(np.clip(row - size // 2, 0, height - size)), int(np.clip(column - size // 2, 0, width - size))
    area = np.s_[y : y + size, x : x + size]
    ignore = None if sample.ignore is None else np.ascontiguousarray(sample.ignore[area])
    return Sample(sample.id, np.ascontiguousarray(sample.image[area]), sample.mask[area], ignore=ignore)


def quantize(source: Path, out: Path, crops: Sequence[Sample], held_out: Sequence[Sample]) -> Drop:
    """Write ``source`` with 8-bit weights (per channel) and activations to ``out``; they may be the same file.

    The ranges of activations are taken from ``crops``; the two average precisions from ``held_out``. The last
    convolution of the graph stays in float: its output is the logit, and 256 steps of it would be all the
    probabilities there are.
    """
    metadata = list(onnx.load(source).metadata_props)
    with TemporaryDirectory() as folder:
        prepared, quantized = Path(folder) / "prepared.onnx", Path(folder) / "int8.onnx"
        quant_pre_process(source, prepared, skip_symbolic_shape=True)
        quantize_static(
            prepared, quantized, _Crops(crops), quant_format=QuantFormat.QDQ, per_channel=True,
            activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8, calibrate_method=CalibrationMethod.MinMax,
            nodes_to_exclude=[_last_convolution(prepared)],
            op_types_to_quantize=["Conv", "Add", "Concat", "Relu", "Clip"],
        )  # fmt: skip
        graph = onnx.load(quantized)
        del graph.metadata_props[:]
        graph.metadata_props.extend(metadata)
        drop = Drop(pixel_ap(str(source), held_out), pixel_ap(str(quantized), held_out))
        onnx.save(graph, out)
    return drop


def pixel_ap(model: str, crops: Sequence[Sample]) -> float:
    """Average precision of an ONNX file over the pixels of all crops."""
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    text, background = np.zeros(256, np.int64), np.zeros(256, np.int64)
    for crop in crops:
        (prob,) = session.run(None, {"image": crop.image[None]})
        level: Any = np.rint(prob[0, 0] * 255).astype(np.uint8)
        counted = np.ones(level.shape, bool) if crop.ignore is None else crop.ignore == 0
        text += np.bincount(level[counted & (crop.mask == 1)], minlength=256)
        background += np.bincount(level[counted & (crop.mask == 0)], minlength=256)
    return average_precision(text, background)


def _last_convolution(model: Path) -> str:
    return [node.name for node in onnx.load(model).graph.node if node.op_type == "Conv"][-1]
