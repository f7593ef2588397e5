"""The configuration that a run left in its folder, ``resolved.yaml``. It may be anybody's: it is data, never run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from textrm.errors import UserError
from textrm.runs.moved import with_names_of_today
from textrm.runs.walk import changed, entries


def read_config(path: Path) -> DictConfig:
    """The configuration of a run, from its ``resolved.yaml``; an empty one where none can be read.

    An interpolation in it is text, or the environment of whoever reads it would show.
    """
    try:
        plain = with_names_of_today(OmegaConf.to_container(OmegaConf.load(path)))
        found = OmegaConf.create(changed(plain, lambda _, value: _literal(value)))
    except (OSError, ValueError, TypeError, RecursionError, YAMLError, OmegaConfBaseException):
        return OmegaConf.create({})
    return found if isinstance(found, DictConfig) else OmegaConf.create({})


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


def _literal(value: Any) -> Any:
    # Backslashes before an interpolation are escapes themselves: each is doubled.
    return re.sub(r"(\\*)\$\{", r"\1\1\\${", value) if isinstance(value, str) else value
