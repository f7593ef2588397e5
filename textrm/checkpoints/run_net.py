"""The net of a run folder, which may be anybody's: only nets are built from it, and nothing in it is run."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import hydra
from hydra.errors import HydraException
from omegaconf import OmegaConf
from torch import nn

from textrm.checkpoints.weights import load_weights
from textrm.errors import UserError
from textrm.runs.moved import with_names_of_today
from textrm.runs.walk import entries
from textrm.runs.written import check_written

_BUILT = ("textrm.nets", "torch.nn", "torchvision.ops")  # where a net may come from


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
        if not isinstance(resolved["net"], dict):
            raise TypeError(f"its net is {type(resolved['net']).__name__}")
        net = hydra.utils.instantiate(resolved["net"])
    except (UserError, HydraException):
        raise
    except Exception as error:  # parsers, and what is built of their findings, raise nearly anything
        told = " ".join(repr(error).split())[:200]
        raise UserError(f"{run / 'resolved.yaml'} is not the configuration of a run: {told}") from error
    if not isinstance(net, nn.Module):
        raise UserError(f"{run / 'resolved.yaml'} is not the configuration of a run: its net is {type(net).__name__}")
    load_weights(net, weights)
    return net.eval(), resolved


def check_targets(config: Any) -> None:
    """Refuse a configuration that builds anything but nets of textrm and layers of torch.

    A name is followed to the class it means, and the class must have been written in one of these packages: what a
    module merely imports (``textrm.checkpoints.weights.torch.load``) could read files and run what they hold.

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
