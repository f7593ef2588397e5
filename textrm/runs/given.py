"""What is given on the command line of a Hydra entry point: options that there are, and numbers where they belong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hydra._internal.utils import get_args_parser
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from textrm.errors import UserError

KINDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}

_OR_TEXT = ("trainer.devices", "trainer.precision")


def check_flags(words: Sequence[str]) -> None:
    """Refuse options that Hydra does not have, or answers with a traceback.

    Raises:
        UserError: naming the word.
    """
    parser = get_args_parser()
    known = {option for action in parser._actions for option in action.option_strings}
    for word in words:  # before the parser takes --experiment=… for a short form of --experimental-rerun
        name, given_value, _ = word.partition("=")
        if given_value and name.startswith("--") and name not in known:
            raise UserError(f"{word}: no such option; what is set has no dashes: {word.lstrip('-')}")
    given, unknown = parser.parse_known_args(words)
    if flag := next((word for word in unknown if word.startswith("-")), None):  # Hydra prints its whole usage
        raise UserError(f"{flag}: no such option; expected key=value or an option that -h lists")
    if given.multirun and (given.cfg or given.info):  # Hydra refuses them with a traceback
        flag = "--cfg" if given.cfg else "--info"
        raise UserError(f"{flag} shows the configuration of one run: leave -m and lists of values out")


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
            raise UserError(f"{key}={value}: expected {KINDS[type(default)]}")


def _value(config: DictConfig, key: str) -> Any:
    try:
        return OmegaConf.select(config, key)
    except OmegaConfBaseException:  # one that has no value yet, or refers to such
        return None
