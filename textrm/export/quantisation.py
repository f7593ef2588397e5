"""Turns an exported net into an 8-bit one, and measures what that costs: average precision, or decibels."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
import onnx
import onnxruntime
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from textrm.data.sample import Sample
from textrm.export.pooling import without_pools
from textrm.metrics import average_precision, hole_psnr, picture_scores
from textrm.page.finding.segment import segment
from textrm.page.models.segmenter import SegmentationModel
from textrm.page.models.session import SEVEN_BITS

log = logging.getLogger(__name__)


Feeds = list[dict[str, np.ndarray]]  # inputs of a graph by name, one dictionary per crop


@dataclass(frozen=True, slots=True)
class Price:
    """A figure of the float and of the int8 graph on the same crops."""

    name: str
    float_graph: float
    int8_graph: float

    @property
    def drop(self) -> float:
        """How much of it is lost."""
        return self.float_graph - self.int8_graph

    def __str__(self) -> str:
        return f"{self.name} {self.float_graph:.4f} -> {self.int8_graph:.4f}"


class _Reader(CalibrationDataReader):
    def __init__(self, feeds: Feeds) -> None:
        self._feeds: Iterator[dict[str, np.ndarray]] = iter(feeds)

    def get_next(self) -> dict[str, np.ndarray] | None:
        return next(self._feeds, None)


def quantize(source: Path, out: Path, crops: Sequence[Sample], held_out: Sequence[Sample]) -> Price:
    """Write ``source`` with 8-bit weights (per channel) and activations to ``out``; they may be the same file.

    The ranges of activations are taken from ``crops``; the two figures from ``held_out``. What lies before the first
    convolution and from the last ones on stays in float: of the logits or colours that come out, 256 steps would be all
    there are.
    Crops for nets that draw, which inpaint or clean, have clean pictures.
    """
    task = next((entry.value for entry in onnx.load(source).metadata_props if entry.key == "textrm.task"), "")
    feeds = segmenter_feeds(source, crops) if task == "segmentation" else [
        _hole_feed(crop) if task == "inpainting" else _feed(crop) for crop in crops
    ]  # fmt: skip
    name, price = _PRICES[task]
    graph = quantized(source, feeds)
    if task != "segmentation":
        graph = without_pools(graph)
    with TemporaryDirectory() as folder:
        int8 = Path(folder) / "int8.onnx"
        onnx.save(graph, int8)
        found = Price(name, price(str(source), held_out), price(str(int8), held_out))
        onnx.save(graph, out)
    return found


def quantized(source: Path, feeds: Feeds, in_float: Sequence[str] = ()) -> onnx.ModelProto:
    """The graph of ``source`` with weights of 7 bits in 8, and activations of 8, whose ranges are taken from ``feeds``.

    Convolutions whose weight's name has a part of ``in_float`` stay as they are.

    Two products of an 8-bit weight and an activation do not fit into the 16 bits that processors without VNNI add them
    up in: average precision fell from 0.943 to 0.908 on one of these, and to 0.942 with 7 bits.
    """
    with TemporaryDirectory() as folder:
        prepared, int8 = Path(folder) / "prepared.onnx", Path(folder) / "int8.onnx"
        quant_pre_process(source, prepared, skip_symbolic_shape=True)
        quantize_static(
            prepared, int8, _Reader(feeds), quant_format=QuantFormat.QDQ,
            per_channel=True, reduce_range=True, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
            nodes_to_exclude=[*_outside(prepared), *_named(prepared, in_float)],
            op_types_to_quantize=["Conv", "Add", "Concat", "Relu", "Clip"],
        )  # fmt: skip
        graph = onnx.load(int8)
    del graph.metadata_props[:]
    graph.metadata_props.extend(onnx.load(source).metadata_props)
    graph.metadata_props.add(key=SEVEN_BITS.decode(), value="true")
    return graph


def segmenter_feeds(model: Path, crops: Sequence[Sample]) -> Feeds:
    """All that a segmenter's ONNX file is asked while it finds the lettering of the crops, look by look."""
    segmenter = _Recording(model)
    for crop in crops:
        segment(crop.image, segmenter)
    return segmenter.feeds


class _Recording(SegmentationModel):
    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.feeds: Feeds = []

    def run_on(self, feeds: dict[str, np.ndarray], *shapes: Sequence[int | None]) -> list[np.ndarray]:
        self.feeds.append(feeds)
        return super().run_on(feeds, *shapes)


def pixel_ap(model: str, crops: Sequence[Sample]) -> float:
    """Average precision of a segmenter's ONNX file over the pixels of all crops, found as on a page."""
    segmenter = SegmentationModel(model)
    text, background = np.zeros(256, np.int64), np.zeros(256, np.int64)
    for crop in crops:
        level = segment(crop.image, segmenter)[0]
        counted = np.ones(level.shape, bool) if crop.ignore is None else crop.ignore == 0
        text += np.bincount(level[counted & (crop.mask == 1)], minlength=256)
        background += np.bincount(level[counted & (crop.mask == 0)], minlength=256)
    return average_precision(text, background)


def crops_psnr(model: str, crops: Sequence[Sample]) -> float:
    """Decibels of an inpainter's ONNX file in the holes, mean over crops; NaN where none has a hole."""
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    found = []
    for crop in crops:
        feed = _hole_feed(crop)
        (filled,) = session.run(None, feed)
        counted = feed["mask"][0] if crop.ignore is None else feed["mask"][0] * (crop.ignore == 0)
        found.append(hole_psnr(np.rint(filled[0] * 255).astype(np.uint8), feed["image"][0], counted))
    return _known_mean(found)


def cleaned_psnr(model: str, crops: Sequence[Sample]) -> float:
    """Decibels of a cleaning net's ONNX file against the clean pictures, mean over crops."""
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    found = []
    for crop in crops:
        assert crop.clean is not None
        cleaned = np.rint(session.run(["clean"], _feed(crop))[0][0] * 255).astype(np.uint8)
        found.append(picture_scores(cleaned, crop.image, crop.clean, crop.mask, crop.ignore)["psnr"])
    return _known_mean(found)


# By task: the figure that int8 may cost, and what measures it.
_PRICES = {
    "segmentation": ("AP", pixel_ap),
    "inpainting": ("PSNR in holes", crops_psnr),
    "cleaning": ("PSNR", cleaned_psnr),
}


def _known_mean(values: Sequence[float]) -> float:
    known = [value for value in values if not np.isnan(value)]
    return float(np.mean(known)) if known else float("nan")


def _feed(crop: Sample) -> dict[str, np.ndarray]:
    return {"image": crop.image[None]}


def _hole_feed(crop: Sample) -> dict[str, np.ndarray]:
    """The clean crop with its lettering, grown by 2 px and mirrored so that it lies on any art, as a hole."""
    assert crop.clean is not None
    hole = np.ascontiguousarray(cv2.dilate(crop.mask, np.ones((5, 5), np.uint8))[:, ::-1])
    return {"image": crop.clean[None], "mask": hole[None]}


def _named(model: Path, parts: Sequence[str]) -> list[str]:
    """The convolutions whose weight's name has one of these parts."""
    nodes = onnx.load(model).graph.node
    return [node.name for node in nodes if node.op_type == "Conv" and any(part in node.input[1] for part in parts)]


def _outside(model: Path) -> list[str]:
    """The nodes before the first convolution, and those from which an output is reached past no other one."""
    graph = onnx.load(model).graph
    first = next(number for number, node in enumerate(graph.node) if node.op_type == "Conv")
    outside = [node.name for node in graph.node[:first]]
    wanted = {output.name for output in graph.output}
    for node in reversed(graph.node[first:]):
        if not wanted.isdisjoint(node.output):
            outside.append(node.name)
            if node.op_type != "Conv":
                wanted.update(node.input)
    return outside
