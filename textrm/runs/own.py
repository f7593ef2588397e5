"""Parts of the user's own: packages outside textrm whose classes a configuration names."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from textrm.errors import UserError
from textrm.runs.walk import entries

_LIBRARIES = ("textrm", "torch", "torchvision", "pytorch_lightning")  # Hydra tells what is wrong with a name of theirs


def import_from_here() -> None:
    """Let packages in the working folder be imported, as ``python -m`` does; what is installed goes before them."""
    here = os.getcwd()
    if not {here, ""} & set(sys.path):
        sys.path.append(here)


def check_parts(config: Any) -> None:
    """Import the modules of all own parts that a configuration names, before any part is built.

    Raises:
        UserError: naming the key, the part and what is wrong with its module.
    """
    for path, value in entries(config):
        if path[-1] == "_target_" and isinstance(value, str) and package_of(value) not in _LIBRARIES:
            locate(value, ".".join(map(str, path)))


def locate(name: str, key: str) -> Any:
    """What the dotted ``name`` means, which ``key`` of a configuration holds.

    Raises:
        UserError: when there is no such module, it raises while it is imported, or it has no such name.
    """
    parts = name.split(".")
    found: Any = None
    for end in range(len(parts) - 1, 0, -1):
        module = ".".join(parts[:end])
        try:
            found = import_module(module)
        except ModuleNotFoundError as error:
            absent = error.name or module
            if end > 1 and (module == absent or module.startswith(f"{absent}.")):
                continue  # the name of a class is no module: look one step up
            raise UserError(f"{key}={name}: there is no module {absent}: run the command in the folder that holds it, "
                            "or install it") from error  # fmt: skip
        except (Exception, SystemExit) as error:  # whatever somebody's own module raises
            raise UserError(f"{key}={name}: {module} raises {type(error).__name__} while it is imported ({error}): "
                            "mend it, or see more with HYDRA_FULL_ERROR=1") from error  # fmt: skip
        break
    if found is None:
        raise UserError(f"{key}={name}: expected a dotted name, package.module.Class")
    for part in parts[end:]:
        if not hasattr(found, part):
            raise UserError(f"{key}={name}: {module} has no {part}: mend the name, or write it")
        found = getattr(found, part)
    return found


def trusted(trust: Any) -> tuple[str, ...]:
    """The packages whose code the user trusts, of the value of the key ``trust``.

    Raises:
        UserError: for what is no list of packages, and for one that is no package of somebody's nets.
    """
    if not isinstance(trust, Sequence) or isinstance(trust, str) or not all(isinstance(name, str) for name in trust):
        raise UserError(f"trust={trust}: expected a list of packages, such as trust=[lab]")
    for name in trust:
        if not can_be_trusted(name):
            raise UserError(f"trust=[{name}]: expected the package that holds the parts, such as trust=[lab]; Python's "
                            "own modules and torch's are never trusted whole")  # fmt: skip
    return tuple(trust)


def can_be_trusted(name: str) -> bool:
    """Whether a package is one that holds parts of somebody's, and not Python's own or a library of ours."""
    package = package_of(name)
    return package.isidentifier() and package not in {*sys.stdlib_module_names, *_LIBRARIES, "numpy", "hydra"}


def package_of(name: str) -> str:
    """``lab`` of ``lab.nets.Plain``."""
    return name.partition(".")[0]


def within(name: str, packages: Sequence[str]) -> bool:
    """Whether a dotted name lies in one of these packages."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)
