"""Export: ``python -m textrm.export run=<run folder> out=model.onnx [int8=true manifest=…]``."""

from __future__ import annotations

import json
import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

import textrm
from textrm.errors import UserError
from textrm.extras import needs_extra

with needs_extra("train", __name__):
    import hydra
    import onnx
    import onnxruntime
    import torch
    from omegaconf import DictConfig, OmegaConf
    from omegaconf.errors import OmegaConfBaseException
    from torch import nn
    from yaml import YAMLError

    from textrm.checkpoint import load_weights
    from textrm.config import at_least, hydra_entry
    from textrm.exported import Exported, exported, exported_class
    from textrm.nets.cleaner import Cleaner
    from textrm.nets.coarse_to_fine import CoarseToFine
    from textrm.nets.phases import with_dilation
    from textrm.nets.tagger import Tagger
    from textrm.onnx_weights import FINDER
    from textrm.page.judge import Judge
    from textrm.page.model import WEIGHTS
    from textrm.quantize import calibration_crops, quantize

log = logging.getLogger(__name__)
_BUILT = ("textrm.nets", "torch.nn", "torchvision.ops")  # where a net may come from
_MEASURED = {  # what textrm.evaluate takes, by task
    "segmentation": "run=RUN or methods=[RUN]",
    "cleaning": "run=RUN or methods=[RUN]",
    "inpainting": "fills=[RUN]",
    "tagging": "taggers=[RUN]",
}
PARITY = 1e-3  # largest difference of an output in [0, 1] between torch and ONNX that still is rounding


@hydra_entry("export", threshold=float, low=float, keep=float, manifest=str, words=str)
def main(config: DictConfig) -> None:
    """Write the ONNX file of a run, print what it costs in accuracy."""
    at_least(config, crops=1, crop=1, seed=0)
    run, out = Path(config.run), Path(config.out)
    if out.is_dir():
        raise UserError(f"out={out} is a folder: give the name of the .onnx file to write")
    net, resolved = load_run(run, config.checkpoint)
    facts = run_facts(net, resolved) | {"low": config.low, "keep": config.keep}
    if config.words is not None:
        facts["words"] = _judge(Path(config.words), net)
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


def _judge(path: Path, net: nn.Module) -> str:
    """The weights of a judge of words, as they are stated.

    Raises:
        UserError: when the file has none, or the net is not one whose words are judged.
    """
    if not isinstance(net, CoarseToFine):
        raise UserError("words is for nets that look coarsely first (net=coarse_to_fine): export this one without it")
    try:
        text = _released_judge() if str(path) == "released" else path.read_text()
        Judge.stated(text)
    except (OSError, ValueError) as error:
        raise UserError(f"words={path}: holds no weights of a judge ({error}); give the file that "
                        "experiments.finding.verify wrote") from error  # fmt: skip
    return text


def _released_judge() -> str:
    metadata = onnx.load(WEIGHTS / FINDER, load_external_data=False).metadata_props
    return next(entry.value for entry in metadata if entry.key == "textrm.words")


def run_facts(net: nn.Module, resolved: dict[str, Any]) -> dict[str, Any]:
    """What whoever runs the exported net of a run must know, for :func:`export`.

    The threshold of its task; of a tagger the names of its tags, and the side of the square it sees.
    """
    facts = {"threshold": resolved["task"].get("threshold"), "looks": getattr(net, "looks", None)}
    if isinstance(net, Tagger):
        facts |= {"labels": json.dumps(net.labels, ensure_ascii=False), "size": resolved["data"]["crop"]}
    return facts


@contextmanager
def exported_run(run: Path | str, checkpoint: str, *tasks: str) -> Iterator[Path]:
    """The net of a run folder as an ONNX file, to be opened within this: what is measured is what is used.

    Raises:
        UserError: when the folder is no finished run, or one for none of ``tasks``.
    """
    net, resolved = load_run(Path(run), checkpoint)
    task = exported_class(net).task
    if task not in tasks:
        raise UserError(f"{run} is a run for {task}; expected {' or '.join(tasks)}: measure it with "
                        f"textrm.evaluate {_MEASURED[task]}")  # fmt: skip
    with TemporaryDirectory() as folder:
        file = Path(folder) / "run.onnx"
        export(net, file, run=Path(run).name, **run_facts(net, resolved))
        yield file


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


def load_run(run: Path, checkpoint: str = "best") -> tuple[nn.Module, dict[str, Any]]:
    """The net of a run folder in evaluation mode, with the run's resolved configuration.

    ``checkpoint`` is best, last, or a file with other weights of the same net, .ckpt or float .onnx.

    The net is built from the run's own ``resolved.yaml``, and only classes of ``textrm`` and ``torch`` are built: a
    downloaded run folder is data. The checkpoint is read with ``weights_only=True``.

    Raises:
        UserError: when the folder is not a run, or the weights do not belong to the net.
    """
    given = Path(checkpoint)
    weights = given if given.suffix in (".ckpt", ".onnx") else run / "checkpoints" / f"{checkpoint}.ckpt"
    for path in (run / "resolved.yaml", weights):
        if path != given and not path.is_file():
            raise UserError(f"{run} is not a finished run: there is no {path.relative_to(run)}")
    try:
        resolved: Any = OmegaConf.to_container(OmegaConf.load(run / "resolved.yaml"))
        check_written(resolved)
        check_targets(resolved["net"])
    except (YAMLError, OmegaConfBaseException, KeyError, TypeError, UnicodeDecodeError) as error:
        raise UserError(f"{run / 'resolved.yaml'} is not the configuration of a run: {error!r}") from error
    if "weights" in resolved["net"].get("encoder", {}):
        resolved["net"]["encoder"]["weights"] = None  # its own follow
    net = hydra.utils.instantiate(resolved["net"])
    load_weights(net, weights)
    return net.eval(), resolved


def check_written(node: Any) -> None:
    """Refuse interpolations: a written configuration has none, and what they stand for would be built unchecked.

    Raises:
        UserError: naming the value.
    """
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, list):
        for value in node:
            check_written(value)
    elif isinstance(node, str) and "${" in node:
        raise UserError(
            f"resolved.yaml holds {node}: textrm.train writes values alone; give a run folder of its making"
        )


def check_targets(node: Any) -> None:
    """Refuse a configuration that builds anything but nets of textrm and layers of torch.

    A name is followed to the class it means, and the class must have been written in one of these packages: what a
    module merely imports (``textrm.checkpoint.torch.load``) could read files and run what they hold.

    Raises:
        UserError: naming the class.
    """
    if isinstance(node, dict):
        if "_target_" in node:
            _check_target(str(node["_target_"]))
        for value in node.values():
            check_targets(value)
    elif isinstance(node, list):
        for value in node:
            check_targets(value)


def _check_target(name: str) -> None:
    module, _, attribute = name.rpartition(".")
    found = None
    if name.startswith(_BUILT):
        with suppress(ImportError):
            found = getattr(import_module(module), attribute, None)
    if not (isinstance(found, type) and issubclass(found, nn.Module) and found.__module__.startswith(_BUILT)):
        raise UserError(f"resolved.yaml builds {name}: only nets of {', '.join(_BUILT)} are built")


def export(net: nn.Module, out: Path, run: str, size: int | None = None, **facts: Any) -> float:
    """Write ``net`` as ONNX with dynamic batch, height and width; returns the largest difference from torch.

    ``size`` is the side of the pictures that a tagger sees, whose height and width are fixed. ``facts`` go into the
    metadata, those that are not None: a segmenter's ``threshold``, the probability above which a pixel is lettering,
    and ``low``, the one that is enough beside such a pixel; what :func:`run_facts` gives.

    Raises:
        UserError: when the written graph does not compute what torch computes.
    """
    model = exported(
        with_dilation(net), size
    )  # the same values; the exporter is many times faster, the stride is smaller
    # The free sizes of two inputs are the same ones; the exporter says so in warnings.
    warnings.filterwarnings("ignore", message="# The axis name")
    program = torch.onnx.export(
        model, model.noise(2, 12, 8), dynamo=True, verbose=False,
        input_names=model.inputs, output_names=list(model.outputs), opset_version=20,
        dynamic_shapes=dict.fromkeys(model.inputs, model.free()),
    )  # fmt: skip
    assert program is not None
    graph = program.model_proto
    stated = {
        "task": model.task,
        "stride": model.stride,
        "version": textrm.__version__,
        "run": run,
        "size": size,
    } | facts
    for key, value in stated.items():
        if value is not None:
            graph.metadata_props.add(key=f"textrm.{key}", value=str(value))
    out.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(graph, out)
    return parity(model, out)


def parity(model: Exported, path: Path) -> float:
    """The largest difference of an output between torch and the file, on noise of another size.

    Raises:
        UserError: when it is above :data:`PARITY`.
    """
    noise = model.noise(1, 9, 15)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    found = session.run(None, {name: value.numpy() for name, value in zip(model.inputs, noise, strict=True)})
    with torch.inference_mode():
        made = model(*noise)
    expected = made if isinstance(made, tuple) else (made,)
    difference = max(float(np.abs(f - e.numpy()).max()) for f, e in zip(found, expected, strict=True))
    if not difference <= PARITY:
        raise UserError(f"the ONNX graph differs from torch by {difference:.2e}, more than {PARITY:.0e}: not written")
    return difference


if __name__ == "__main__":
    main()
