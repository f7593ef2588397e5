"""What is given for keys on the command line of a Hydra entry point: values of the kind of the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from textrm.errors import UserError

_KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}

_OR_TEXT = ("trainer.devices", "trainer.precision")


def check_types(config: DictConfig, defaults_file: Path, optional: Mapping[str, type]) -> None:
    """Refuse values at the root of a configuration that are of another kind than the default in a file.

    ``optional`` gives the kind of keys whose default is null; others of these may hold anything. Keys without a default
    are texts, and a text that reads as a number (a folder called 2024) is taken as the text.

    Raises:
        UserError: naming the key, what it holds and what it should.
    """
    defaults = OmegaConf.to_container(OmegaConf.load(defaults_file))
    assert isinstance(defaults, dict)
    for key, default in ((str(key), default) for key, default in defaults.items()):
        if key not in config:
            continue
        value = config[key]
        if default == "???" and value is None:
            raise UserError(f"{key} has no value: give {key}=… on the command line")
        kind = optional.get(key) if default is None else type(default)
        if kind is str and type(value) in (int, float):
            config[key] = value = str(value)
        if kind not in _KINDS or (value is None and default is None):
            continue
        if type(value) not in ((int, float) if kind is float else (kind,)):
            raise UserError(f"{key}={value}: expected {_KINDS[kind]}")


def check_numbers(config: DictConfig, name: str, words: Mapping[str, str]) -> None:
    """Refuse text that was given for a number, anywhere but where Lightning knows words too, as ``auto``.

    Args:
        config: as composed.
        name: of the file that it began with.
        words: the overrides by their keys.

    Raises:
        UserError: naming the key, what it holds and what it should.
    """
    values = {key: _value(config, key) for key in words if key not in _OR_TEXT}
    texts = {key: value for key, value in values.items() if isinstance(value, str)}
    if not texts or not GlobalHydra.instance().is_initialized():
        return
    groups = [word for key, word in words.items() if "/" in key or key in HydraConfig.get().runtime.choices]
    loader = GlobalHydra.instance().config_loader()
    defaults = loader.load_configuration(name, groups, RunMode.RUN)
    for key, value in texts.items():
        default = _value(defaults, key)
        if type(default) in (bool, int, float):
            raise UserError(f"{key}={value}: expected {_KINDS[type(default)]}")


def _value(config: DictConfig, key: str) -> Any:
    try:
        return OmegaConf.select(config, key)
    except OmegaConfBaseException:  # one that has no value yet, or refers to such
        return None
