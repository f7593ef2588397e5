"""Refuses what Hydra makes of some words of a command line: its whole usage, a traceback, or a sweep run many times."""

from __future__ import annotations

from collections.abc import Sequence

from hydra._internal.utils import get_args_parser

from textrm.errors import UserError
from textrm.runs.ranks import place


def check_flags(words: Sequence[str]) -> None:
    """Look at the words behind a command's name.

    Raises:
        UserError: for an option that there is not, for two that do not go together, and for a sweep that several
            processes of one training were given: each would run all of it.
    """
    parser = get_args_parser()
    known = {option for action in parser._actions for option in action.option_strings}
    for word in words:  # before the parser takes --experiment=… for a short form of --experimental-rerun
        name, given_value, _ = word.partition("=")
        if given_value and name.startswith("--") and name not in known:
            raise UserError(f"{word}: no such option; what is set has no dashes: {word.lstrip('-')}")
    given, unknown = parser.parse_known_args(words)
    if flag := next((word for word in unknown if word.startswith("-")), None):
        raise UserError(f"{flag}: no such option; expected key=value or an option that -h lists")
    if given.multirun and (given.cfg or given.info):
        flag = "--cfg" if given.cfg else "--info"
        raise UserError(f"{flag} shows the configuration of one run: leave -m and lists of values out")
    if given.multirun and (ranks := place().ranks) > 1:
        raise UserError(f"-m was given to {ranks} processes at once, and each would run the sweep: start it once, "
                        "without torchrun or srun; its jobs start their processes themselves")  # fmt: skip
