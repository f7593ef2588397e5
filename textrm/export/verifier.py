"""Writes a verifier of words as ONNX: a file to be stated in that of the segmentation model it belongs to."""

from __future__ import annotations

import warnings

import onnxruntime
import torch
from torch import Tensor, nn

from textrm.errors import UserError
from textrm.export.graph import PARITY
from textrm.nets.verification.word_verifier import WordVerifier
from textrm.page.finding.features import FEATURES
from textrm.page.finding.views import CHANNELS, SIDE, VIEWS


class ExportedVerifier(nn.Module):
    """``views`` N x ``VIEWS`` x ``CHANNELS`` x ``SIDE`` x ``SIDE`` uint8, ``features`` N x F float32 to ``score`` N."""

    def __init__(self, net: WordVerifier) -> None:
        super().__init__()
        self.net = net

    def forward(self, views: Tensor, features: Tensor) -> Tensor:
        """How likely each word is lettering, in [0, 1]."""
        return self.net(views.float() / 255 - 0.5, features).sigmoid()


def export_verifier(net: WordVerifier) -> bytes:
    """The ONNX file of a verifier.

    Raises:
        UserError: when the graph does not compute what torch computes.
    """
    model = ExportedVerifier(net).eval()
    generator = torch.Generator().manual_seed(0)
    views = torch.randint(0, 256, (5, VIEWS, CHANNELS, SIDE, SIDE), dtype=torch.uint8, generator=generator)
    features = torch.randn(5, FEATURES, generator=generator)
    batch = {0: torch.export.Dim("batch", min=1)}
    warnings.filterwarnings("ignore", message="# The axis name")  # the batch of two inputs is one
    program = torch.onnx.export(
        model, (views, features), dynamo=True, verbose=False, input_names=["views", "features"],
        output_names=["score"], opset_version=20, dynamic_shapes={"views": batch, "features": batch},
    )  # fmt: skip
    assert program is not None
    data: bytes = program.model_proto.SerializeToString()
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"views": views[:3].numpy(), "features": features[:3].numpy()})
    with torch.inference_mode():
        difference = float((torch.from_numpy(found) - model(views[:3], features[:3])).abs().max())
    if not difference <= PARITY:
        raise UserError(f"the ONNX graph differs from torch by {difference:.2e}, more than {PARITY:.0e}: not written")
    return data
