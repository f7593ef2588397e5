"""The net of a run folder, which may be anybody's: only nets are built from it, and nothing in it is run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import hydra
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from torch import nn
from yaml import YAMLError

from textrm.errors import UserError
from textrm.export.graph import export
from textrm.export.wrappers import exported_class
from textrm.nets.tagging.tagger import Tagger
from textrm.runs.checkpoint import load_weights
from textrm.runs.moved import with_names_of_today
from textrm.runs.walk import entries

_BUILT = ("textrm.nets", "torch.nn", "torchvision.ops")  # where a net may come from
_MEASURED = {  # what textrm.evaluate takes, by task
    "segmentation": "run=RUN or methods=[RUN]",
    "cleaning": "run=RUN or methods=[RUN]",
    "inpainting": "fills=[RUN]",
    "tagging": "taggers=[RUN]",
}


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
        resolved: Any = with_names_of_today(OmegaConf.to_container(OmegaConf.load(run / "resolved.yaml")))
        check_written(resolved)
        check_targets(resolved["net"])
        if "weights" in resolved["net"].get("encoder", {}):
            resolved["net"]["encoder"]["weights"] = None  # its own follow
    except (YAMLError, OmegaConfBaseException, KeyError, TypeError, AttributeError, UnicodeDecodeError) as error:
        raise UserError(f"{run / 'resolved.yaml'} is not the configuration of a run: {error!r}") from error
    net = hydra.utils.instantiate(resolved["net"])
    load_weights(net, weights)
    return net.eval(), resolved


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


def check_written(config: Any) -> None:
    """Refuse interpolations: a written configuration has none, and what they stand for would be built unchecked.

    Raises:
        UserError: naming the value.
    """
    for _, value in entries(config):
        if isinstance(value, str) and "${" in value:
            raise UserError(
                f"resolved.yaml holds {value}: textrm.train writes values alone; give a run folder of its making"
            )


def check_targets(config: Any) -> None:
    """Refuse a configuration that builds anything but nets of textrm and layers of torch.

    A name is followed to the class it means, and the class must have been written in one of these packages: what a
    module merely imports (``textrm.runs.checkpoint.torch.load``) could read files and run what they hold.

    Raises:
        UserError: naming the class.
    """
    for path, value in entries(config):
        if path[-1] == "_target_":
            _check_target(str(value))


def _check_target(name: str) -> None:
    module, _, attribute = name.rpartition(".")
    found = None
    if name.startswith(_BUILT):
        with suppress(ImportError):
            found = getattr(import_module(module), attribute, None)
    if not (isinstance(found, type) and issubclass(found, nn.Module) and found.__module__.startswith(_BUILT)):
        raise UserError(f"resolved.yaml builds {name}: only nets of {', '.join(_BUILT)} are built")
