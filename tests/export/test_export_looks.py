"""A net of several looks on its way to the page: the exported look, its judge, int8, and back into training."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest
import torch
from export_runs import TINY
from hydra.utils import instantiate
from standin_model import verifier

from textrm.checkpoints.weights import load_weights
from textrm.data.sample import Sample
from textrm.errors import UserError
from textrm.export.__main__ import _verifier
from textrm.export.graph import export
from textrm.export.quantisation import quantize, segmenter_feeds
from textrm.export.released import FINDER, released
from textrm.nets.segmentation.coarse_to_fine import CoarseToFine, finer, pyramid
from textrm.page import SegmentationModel
from textrm.page.finding.features import FEATURES
from textrm.page.finding.segment import segment
from textrm.page.finding.verifier import as_text

pytestmark = pytest.mark.slow


# Flat: exporting takes a time that grows with the number of layers, and test_export has the deeper one.
LOOK = copy.deepcopy(TINY)
LOOK["encoder"] |= {"in_channels": 4, "middle_blocks": 0, "exit_blocks": 0}
LOOK["pooling"] = {
    "_target_": "textrm.nets.segmentation.pooling.Pointwise",
    "_partial_": True,
    "out_channels": 16,
}


def make() -> CoarseToFine:
    return CoarseToFine(instantiate(LOOK), looks=3)


def tiny() -> CoarseToFine:
    torch.manual_seed(0)
    net = make()
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):  # statistics as training leaves them
            module.running_mean.uniform_(-0.5, 0.5)
            module.running_var.uniform_(0.5, 2.0)
            module.weight.data.uniform_(0.5, 1.0)
            module.bias.data.uniform_(-0.5, 0.5)
    return net.eval()


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("look") / "look.onnx"
    judge = str([0.0, 1.0] + [0.0] * (FEATURES - 2))
    assert export(tiny(), out, run="a run", looks=3, threshold=0.5, words=judge) < 1e-4
    return out


def picture(height: int = 128, width: int = 128) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def test_a_page_is_seen_as_in_training(look: Path) -> None:
    maps = segment(picture(), SegmentationModel(look, threads=1))
    image, net, prior = torch.from_numpy(picture()).permute(2, 0, 1)[None] / 255, tiny(), None
    assert len(maps) == 3
    for found, member in zip(reversed(maps), pyramid(image, 3), strict=True):
        with torch.no_grad():
            logits = net.look(member, prior)
        # Pixels and priors are whole levels on a page, so that some of 255 are lost on the way.
        assert np.abs(found.astype(float) - 255 * logits.sigmoid()[0, 0].numpy()).max() < 3
        prior = finer(logits)


def test_the_file_says_what_it_is(look: Path) -> None:
    model = SegmentationModel(look)
    assert (model.looks, model.stride, model.threshold) == (3, 8, 0.5)
    assert model.judge.linear.tolist()[:3] == [0.0, 1.0, 0.0]
    assert dict(model.inputs) == {"image": "tensor(uint8)", "prior": "tensor(uint8)"}


def test_weights_come_back_from_the_file(look: Path) -> None:
    torch.manual_seed(1)
    net = make().eval()
    load_weights(net, look, growing=True)
    image = torch.rand(1, 3, 128, 128)
    with torch.no_grad():
        assert (net(image) - tiny()(image)).abs().max() < 1e-4
    assert released(net).name == FINDER


def test_int8_is_calibrated_on_what_every_look_is_asked(look: Path, tmp_path: Path) -> None:
    blank = np.zeros((128, 128), np.uint8)
    crops = [Sample(str(seed), np.roll(picture(), seed, 0), blank + np.uint8(seed), None, None) for seed in range(2)]
    feeds = segmenter_feeds(look, crops)
    assert [feed["image"].shape[1] for feed in feeds[:3]] == [32, 64, 128]
    assert all(feed["prior"].shape == feed["image"].shape[:3] for feed in feeds)
    price = quantize(look, tmp_path / "int8.onnx", crops, crops)
    assert price.name == "AP"
    assert SegmentationModel(tmp_path / "int8.onnx").judge.linear[1] == 1.0


def test_a_verifier_is_for_nets_of_several_looks(look: Path, tmp_path: Path) -> None:
    file = tmp_path / "verifier.onnx"
    file.write_bytes(verifier())
    assert _verifier(file, tiny()) == as_text(verifier())
    with pytest.raises(UserError, match="verifier is for nets that look coarsely first"):
        _verifier(file, instantiate(TINY))
    with pytest.raises(UserError, match=r"look\.onnx: holds no verifier of words \(it takes"):
        _verifier(look, tiny())
    with pytest.raises(UserError, match=r"none\.onnx: holds no verifier"):
        _verifier(tmp_path / "none.onnx", tiny())
    assert _verifier(Path("released"), tiny()) == SegmentationModel().metadata["verifier"]


def test_a_look_without_its_prior_is_refused(look: Path, tmp_path: Path) -> None:
    import onnx

    graph = onnx.load(look)
    entries = [entry for entry in graph.metadata_props if entry.key != "textrm.looks"]
    del graph.metadata_props[:]
    graph.metadata_props.extend(entries)
    onnx.save(graph, tmp_path / "foreign.onnx")
    with pytest.raises(UserError, match="prior"):
        SegmentationModel(tmp_path / "foreign.onnx")
