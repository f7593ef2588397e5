"""Where the classes that a configuration can name were in earlier versions: what was written then goes on working."""

from __future__ import annotations

from typing import Any

from textrm.runs.walk import Path, changed

MOVED = {  # module of then: module of today; classes kept their names
    "textrm.checkpoint_writer": "textrm.checkpoints.writer",
    "textrm.nets.attention": "textrm.nets.inpainting.attention",
    "textrm.nets.attention_tagger": "textrm.nets.tagging.attention_tagger",
    "textrm.nets.blocks": "textrm.nets.layers.blocks",
    "textrm.nets.cleaner": "textrm.nets.cleaning.cleaner",
    "textrm.nets.cleaning_cascade": "textrm.nets.cleaning.cleaning_cascade",
    "textrm.nets.cleaning_unet": "textrm.nets.cleaning.cleaning_unet",
    "textrm.nets.coarse_to_fine": "textrm.nets.segmentation.coarse_to_fine",
    "textrm.nets.decoder": "textrm.nets.segmentation.decoder",
    "textrm.nets.discriminator": "textrm.nets.inpainting.discriminator",
    "textrm.nets.encoder": "textrm.nets.encoders.encoder",
    "textrm.nets.gated": "textrm.nets.inpainting.gated",
    "textrm.nets.inpainter": "textrm.nets.inpainting.inpainter",
    "textrm.nets.inpainter_fast": "textrm.nets.inpainting.inpainter_fast",
    "textrm.nets.inpainting_unet": "textrm.nets.inpainting.inpainting_unet",
    "textrm.nets.mobilenet": "textrm.nets.encoders.mobilenet",
    "textrm.nets.partial": "textrm.nets.inpainting.partial",
    "textrm.nets.phases": "textrm.nets.layers.phases",
    "textrm.nets.pooling": "textrm.nets.segmentation.pooling",
    "textrm.nets.segmenter": "textrm.nets.segmentation.segmenter",
    "textrm.nets.stages": "textrm.nets.inpainting.stages",
    "textrm.nets.tagger": "textrm.nets.tagging.tagger",
    "textrm.nets.unet": "textrm.nets.layers.unet",
    "textrm.nets.upsampling": "textrm.nets.layers.upsampling",
    "textrm.nets.xception": "textrm.nets.encoders.xception",
    "textrm.runs.checkpoint_writer": "textrm.checkpoints.writer",
}


def name_of_today(name: str) -> str:
    """The dotted name of what ``name`` meant when it was written."""
    module, _, attribute = name.rpartition(".")
    return f"{MOVED[module]}.{attribute}" if module in MOVED else name


def with_names_of_today(config: Any) -> Any:
    """A copy of a configuration, plain data, in which each ``_target_`` has the name of today."""

    def today(path: Path, value: Any) -> Any:
        return name_of_today(value) if path[-1:] == ("_target_",) and isinstance(value, str) else value

    return changed(config, today)
