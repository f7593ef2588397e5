"""The net of a run folder, which may be anybody's: only nets are built from it, of packages that are trusted."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import FunctionType
from typing import Any

import hydra
from hydra.errors import HydraException
from omegaconf import OmegaConf
from torch import nn

from textrm.checkpoints.weights import load_weights
from textrm.errors import UserError
from textrm.nets.contract import need_kind
from textrm.runs.moved import with_names_of_today
from textrm.runs.own import can_be_trusted, locate, package_of, within
from textrm.runs.walk import entries
from textrm.runs.written import check_written

_BUILT = ("textrm.nets", "torch.nn", "torchvision.ops")  # where a net may come from


def load_run(run: Path, checkpoint: str = "best", trust: Sequence[str] = ()) -> tuple[nn.Module, dict[str, Any]]:
    """The net of a run folder in evaluation mode, with the run's resolved configuration.

    ``checkpoint`` is best, last, or a file with other weights of the same net, .ckpt or float .onnx.

    The net is built from the run's own ``resolved.yaml``, and only classes of ``textrm``, of ``torch`` and of the
    packages ``trust`` are built: a downloaded run folder is data. The checkpoint is read with ``weights_only=True``.

    Raises:
        UserError: when the folder is not a run, its net is of a package that is not trusted, or the weights do not
            belong to the net.
    """
    given = Path(checkpoint)
    weights = given if given.suffix in (".ckpt", ".onnx") else run / "checkpoints" / f"{checkpoint}.ckpt"
    for path in (run / "resolved.yaml", weights):
        if path != given and not path.is_file():
            raise UserError(f"{run} is not a finished run: there is no {path.relative_to(run)}")
    try:
        resolved: Any = with_names_of_today(OmegaConf.to_container(OmegaConf.load(run / "resolved.yaml")))
        check_written(resolved)
        check_targets(resolved["net"], trust)
        if not isinstance(resolved["net"], dict) or "_target_" not in resolved["net"]:
            raise TypeError(f"its net is {type(resolved['net']).__name__} and names no class")
        net = hydra.utils.instantiate(resolved["net"])
    except (UserError, HydraException):
        raise
    except Exception as error:  # parsers, and what is built of their findings, raise nearly anything
        told = " ".join(repr(error).split())[:200]
        raise UserError(f"{run / 'resolved.yaml'} is not the configuration of a run: {told}") from error
    need_kind("net", net, nn.Module)
    load_weights(net, weights)
    return net.eval(), resolved


def check_targets(config: Any, trust: Sequence[str] = ()) -> None:
    """Refuse a configuration that builds anything but nets of textrm, layers of torch and parts of trusted packages.

    A name is followed to what it means, which must have been written in one of these packages: what a module merely
    imports (``textrm.checkpoints.weights.torch.load``) could read files and run what they hold. Nothing of a package is
    imported before it is trusted.

    Raises:
        UserError: naming the class, and how its package is trusted.
    """
    for path, value in entries(config):
        if path[-1] == "_target_":
            _check_target(str(value), trust)


def _check_target(name: str, trust: Sequence[str]) -> None:
    module, _, attribute = name.rpartition(".")
    found: Any = None
    if within(name, trust):
        found = locate(name, "_target_")
        if isinstance(found, type | FunctionType) and within(found.__module__, trust):
            return
    elif within(name, _BUILT):
        with suppress(ImportError):
            found = getattr(import_module(module), attribute, None)
        if isinstance(found, type) and issubclass(found, nn.Module) and within(found.__module__, _BUILT):
            return
    package = package_of(name)
    more = f"; if you trust its code, give trust=[{package}]" if can_be_trusted(name) and package not in trust else ""
    raise UserError(f"resolved.yaml builds {name}: only nets of {', '.join((*_BUILT, *trust))} are built{more}")
