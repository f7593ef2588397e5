from functools import partial

import pytest
import torch
from coming_back import check_coming_back, trained
from net_contract import SHALLOW, check_encoder, check_onnx, check_segmenter

from textrm.export.graph import export
from textrm.nets.encoders.mobilenet import MobileNetV2Encoder
from textrm.nets.encoders.xception import XceptionEncoder
from textrm.nets.segmentation.decoder import Decoder
from textrm.nets.segmentation.pooling import AtrousSpatialPyramidPooling, Pointwise, ReceptiveFieldBlock
from textrm.nets.segmentation.segmenter import Segmenter

pytestmark = pytest.mark.slow

small_xception = partial(XceptionEncoder, width=0.0625, middle_blocks=2, exit_blocks=2)
small_mobilenet = partial(MobileNetV2Encoder, width=0.25)
small_decoder = partial(Decoder, channels=16, skip_channels=8)

ENCODERS = {
    "xception": (small_xception, (8, 8, 32), (2, 4, 8)),
    "xception without dilation": (partial(small_xception, rates=(1, 1, 1, 1)), (8, 8, 32), (2, 4, 8)),
    "xception with another activation": (partial(small_xception, activation=torch.nn.SiLU), (8, 8, 32), (2, 4, 8)),
    "mobilenet": (small_mobilenet, (8, 8, 80), (2, 4, 8)),
    "xception with a small gain": (partial(small_xception, residual_gain=0.1), (8, 8, 32), (2, 4, 8)),
    "mobilenet with scSE": (partial(small_mobilenet, scse=True), (8, 8, 80), (2, 4, 8)),
    "mobilenet at 16": (partial(small_mobilenet, output_stride=16), (8, 8, 80), (2, 4, 16)),
    "mobilenet at 32": (partial(small_mobilenet, output_stride=32), (8, 8, 80), (2, 4, 32)),
}


def rfb(**options):
    return partial(ReceptiveFieldBlock, out_channels=16, **options)


def aspp(**options):
    return partial(AtrousSpatialPyramidPooling, out_channels=16, rates=(2, 4), **options)


SEGMENTERS = {
    "xception, RFB, pixel shuffle, fine": lambda: Segmenter(
        small_xception(), rfb(separable=True), partial(small_decoder, fine_channels=8), "pixel_shuffle"
    ),
    "mobilenet with scSE, ASPP, transposed, fine": lambda: Segmenter(
        small_mobilenet(scse=True), aspp(), partial(small_decoder, fine_channels=8), "transposed"
    ),
    "mobilenet at 16, RFB, bilinear": lambda: Segmenter(
        small_mobilenet(output_stride=16), rfb(), small_decoder, "bilinear"
    ),
    "xception, separable ASPP, bilinear, fine": lambda: Segmenter(
        small_xception(), aspp(separable=True), partial(small_decoder, fine_channels=8), "bilinear"
    ),
    "xception, no pooling, transposed": lambda: Segmenter(
        small_xception(), partial(Pointwise, out_channels=16), small_decoder, "transposed"
    ),
    "mobilenet at 16 with a small gain": lambda: Segmenter(
        small_mobilenet(output_stride=16, residual_gain=0.1), rfb(), small_decoder, "pixel_shuffle"
    ),
    "xception, RFB, pixel shuffle": lambda: Segmenter(small_xception(), rfb(width=8), small_decoder, "pixel_shuffle"),
}


@pytest.mark.parametrize("name", ENCODERS)
def test_encoder(name):
    check_encoder(*ENCODERS[name])


@pytest.mark.parametrize("name", SEGMENTERS)
def test_segmenter(name):
    check_segmenter(SEGMENTERS[name])


def test_onnx_of_mobilenet_equals_torch(tmp_path, monkeypatch):  # the Xception's is that of test_export
    monkeypatch.setattr("textrm.nets.encoders.mobilenet.STAGES", SHALLOW)
    make = SEGMENTERS["mobilenet with scSE, ASPP, transposed, fine"]
    net = trained(make())
    export(net, tmp_path / "net.onnx", run="a run")
    check_onnx(net, tmp_path / "net.onnx")
    check_coming_back(net, tmp_path / "net.onnx", make)
