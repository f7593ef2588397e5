"""Export: ``python -m textrm.export run=<run folder> out=model.onnx [int8=true manifest=…]``."""

from __future__ import annotations

import os
from pathlib import Path

from textrm.errors import UserError
from textrm.extras import needs_extra

with needs_extra("train", __name__):
    import onnx
    from omegaconf import DictConfig
    from torch import nn

    from textrm.checkpoints.run_net import load_run
    from textrm.export.calibration import calibration_crops
    from textrm.export.graph import PARITY, export
    from textrm.export.quantisation import quantize
    from textrm.export.run import run_facts
    from textrm.export.wrappers import Exported, exported
    from textrm.nets.cleaning.cleaner import Cleaner
    from textrm.nets.layers.phases import with_dilation
    from textrm.nets.segmentation.coarse_to_fine import CoarseToFine
    from textrm.nets.tagging.tagger import Tagger
    from textrm.page.finding.verifier import Verifier, as_text
    from textrm.page.models.segmenter import SegmentationModel
    from textrm.runs.config import at_least, hydra_entry
    from textrm.runs.own import trusted


@hydra_entry("export", threshold=float, low=float, keep=float, manifest=str, verifier=str)
def main(config: DictConfig) -> None:
    """Write the ONNX file of a run, print what it costs in accuracy."""
    at_least(config, crops=1, crop=1, seed=0)
    run, out = Path(config.run), Path(config.out)
    if out.is_dir():
        raise UserError(f"out={out} is a folder: give the name of the .onnx file to write")
    net, resolved = load_run(run, config.checkpoint, trusted(config.trust))
    facts = run_facts(net, resolved) | {"low": config.low, "keep": config.keep}
    if config.verifier is not None:
        facts["verifier"] = _verifier(Path(config.verifier), net)
    if config.threshold is not None:
        facts["threshold"] = config.threshold
    for key in ("threshold", "low", "keep"):
        if facts[key] is not None and not 0 < facts[key] < 1:
            raise UserError(f"{key}={facts[key]}: expected a probability between 0 and 1")
    if isinstance(net, Tagger) and (config.int8 or config.low is not None):
        raise UserError("int8 and low are not for taggers: export it without them")
    if isinstance(net, Cleaner) and config.low is not None:
        raise UserError("low is for segmenters: export a cleaning net without it")
    if config.keep is not None and not isinstance(net, Cleaner):
        raise UserError("keep is for cleaning nets: export this one without it")
    temporary = out.with_name(f".{out.name}.float")
    try:
        difference = export(net, temporary, run=run.name, **facts)
        print(f"parity: largest difference between torch and ONNX {difference:.2e} (bar {PARITY:.0e})")
        if config.int8:
            _quantize(temporary, config, exported(with_dilation(net)))
        os.replace(temporary, out)
    finally:
        temporary.unlink(missing_ok=True)
    print(f"{out}: {out.stat().st_size / 1e6:.2f} MB")


def _verifier(path: Path, net: nn.Module) -> str:
    """The verifier of words, as it is stated.

    Raises:
        UserError: when the file has none, or the net is not one whose words are verified.
    """
    if not isinstance(net, CoarseToFine):
        raise UserError(
            "verifier is for nets that look coarsely first (net=coarse_to_fine): export this one without it"
        )
    try:
        text = _released_verifier() if str(path) == "released" else as_text(path.read_bytes())
        Verifier.stated(text, threads=1)
    except (OSError, ValueError) as error:
        raise UserError(f"verifier={path}: holds no verifier of words ({error}); give the file that "
                        "experiments.finding.verify wrote") from error  # fmt: skip
    return text


def _released_verifier() -> str:
    metadata = onnx.load(SegmentationModel.released, load_external_data=False).metadata_props  # in 8 bits
    return next(entry.value for entry in metadata if entry.key == "textrm.verifier")


def _quantize(path: Path, config: DictConfig, model: Exported) -> None:
    if config.manifest is None:
        raise UserError("int8=true needs pictures to calibrate with: give manifest=<manifest.csv>")
    if config.crop % model.stride:
        raise UserError(f"crop={config.crop}: expected a multiple of {model.stride} pixels, the stride of this net")
    crops, held_out = (
        calibration_crops(
            config.manifest, split, config.crops, config.crop, config.seed, clean=model.task != "segmentation"
        )
        for split in (config.split, config.check_split)
    )
    price = quantize(path, path, crops, held_out)
    print(f"int8: {price} on {len(held_out)} crops")
    limit = "max_drop" if price.name == "AP" else "max_drop_decibels"
    if not price.drop <= config[limit] and not config.force:  # not a number, too, where the crops hold no lettering
        raise UserError(f"int8 loses {price.drop:.4f} of {price.name}, more than {limit}={config[limit]}: give more "
                        "calibration crops, pictures with lettering, export without int8, or force=true")  # fmt: skip


if __name__ == "__main__":
    main()
