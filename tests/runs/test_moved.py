"""Names that configurations of earlier versions hold mean the classes of today."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

import pytest
from hydra.utils import get_class
from omegaconf import OmegaConf

from textrm.runs.config import CONFIG_FOLDER
from textrm.runs.moved import MOVED, name_of_today, with_names_of_today
from textrm.runs.walk import entries

NAMED = [  # as configurations of earlier versions name them
    "textrm.checkpoint_writer.WholeCheckpoints",
    "textrm.nets.attention.AttentionConvolution",
    "textrm.nets.attention.FeatureUpdate",
    "textrm.nets.attention.GeometricUpdate",
    "textrm.nets.attention_tagger.AttentionTagger",
    "textrm.nets.attention_tagger.AveragePooling",
    "textrm.nets.attention_tagger.FullyConnectedPooling",
    "textrm.nets.blocks.ScSE",
    "textrm.nets.cleaner.Cleaner",
    "textrm.nets.cleaning_cascade.CleaningCascade",
    "textrm.nets.cleaning_unet.CleaningUNet",
    "textrm.nets.coarse_to_fine.CoarseToFine",
    "textrm.nets.decoder.Decoder",
    "textrm.nets.discriminator.PatchDiscriminator",
    "textrm.nets.encoder.Encoder",
    "textrm.nets.gated.FusedGatedConvolution",
    "textrm.nets.gated.GatedConvolution",
    "textrm.nets.gated.SeparableGatedConvolution",
    "textrm.nets.inpainter.Inpainter",
    "textrm.nets.inpainter_fast.FastInpainter",
    "textrm.nets.inpainting_unet.InpaintingUNet",
    "textrm.nets.mobilenet.MobileNetV2Encoder",
    "textrm.nets.partial.PartialConvolution",
    "textrm.nets.phases.Phases",
    "textrm.nets.pooling.AtrousSpatialPyramidPooling",
    "textrm.nets.pooling.Pointwise",
    "textrm.nets.pooling.ReceptiveFieldBlock",
    "textrm.nets.segmenter.Segmenter",
    "textrm.nets.stages.DeepStage",
    "textrm.nets.stages.InvertedResidualStage",
    "textrm.nets.stages.Stage",
    "textrm.nets.tagger.MultilabelTagger",
    "textrm.nets.unet.UNet",
    "textrm.nets.upsampling.Bilinear",
    "textrm.nets.xception.XceptionEncoder",
    "textrm.runs.checkpoint_writer.WholeCheckpoints",
]


@pytest.mark.parametrize("name", NAMED)
def test_a_name_of_then_means_a_class_of_today(name: str) -> None:
    found = get_class(name_of_today(name))
    assert found.__name__ == name.rpartition(".")[2]
    assert f"{found.__module__}.{found.__name__}" == name_of_today(name)  # written there, not merely imported


@pytest.mark.parametrize("module", MOVED)
def test_every_row_leads_somewhere_and_is_needed(module: str) -> None:
    assert import_module(MOVED[module])
    assert MOVED[module] not in MOVED  # one step leads to today
    parent, _, _ = module.rpartition(".")
    assert find_spec(parent) is None or find_spec(module) is None
    assert any(name.startswith(f"{module}.") for name in NAMED)


def test_targets_alone_are_renamed() -> None:
    old, new = "textrm.nets.unet.UNet", "textrm.nets.layers.unet.UNet"
    config = {"a": [{"_target_": old, "note": old}], "b": {"_target_": "torch.nn.ReLU"}, "c": None}
    assert with_names_of_today(config) == {
        "a": [{"_target_": new, "note": old}], "b": {"_target_": "torch.nn.ReLU"}, "c": None,
    }  # fmt: skip
    assert config["a"] == [{"_target_": old, "note": old}]


def test_our_own_configurations_have_names_of_today() -> None:
    for path in CONFIG_FOLDER.rglob("*.yaml"):
        for place, value in entries(OmegaConf.to_container(OmegaConf.load(path))):
            assert place[-1] != "_target_" or value == name_of_today(value), path
