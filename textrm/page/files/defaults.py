"""Reads defaults of a command's options from TOML files."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import click

from textrm.errors import UserError

BESIDE = "textrm.toml"
"""The name of a file beside pages with settings that suit them."""

_TYPES: tuple[tuple[type[click.ParamType], type | tuple[type, ...], str], ...] = (
    (click.types.IntParamType, int, "a whole number"),
    (click.types.FloatParamType, (int, float), "a number"),
    (click.ParamType, str, "a text"),
)


def read_defaults(path: Path, context: click.Context, allowed: Collection[str] | None = None) -> dict[str, Any]:
    """The values that a TOML file gives to options of the command of ``context``, by the names of its parameters.

    Keys are long names of options without the dashes in front; flags are true or false.

    Args:
        path: the file.
        context: of the command, whose options say what may be given.
        allowed: only these keys; None for all options.

    Raises:
        UserError: when it cannot be read, or a key or a value is not allowed.
    """
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"{path} is no TOML: {error}; expected lines such as grow = 4") from error
    options = {
        name.removeprefix("--"): option
        for option in context.command.params
        if isinstance(option, click.Option) and option.expose_value
        for name in option.opts
        if name.startswith("--")
    }
    known = sorted(options if allowed is None else allowed)
    values = {}
    for key, value in given.items():
        name = key.replace("_", "-")
        if name not in known:
            told = key if key.isprintable() else repr(key)  # whatever a downloaded file says to the terminal
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise UserError(f"{path}: {told} cannot be set there; {hint}expected one of {', '.join(known)}")
        values[str(options[name].name)] = _checked(path, key, value, options[name], context)
    return values


def beside_pages(inputs: Sequence[Path]) -> Path | None:
    """The settings that lie in the folders that are given, or in those of the files; None where there are none.

    Raises:
        UserError: when they hold for some of the pages only.
    """
    folders = list(dict.fromkeys(path if os.path.isdir(path) else path.parent for path in inputs))
    files = [folder / BESIDE for folder in folders]
    there = [path for path in files if path.is_file()]
    if not there:
        return None
    if len({path.read_bytes() for path in there}) > 1 or len(there) < len(files):
        other = next(folder for folder, path in zip(folders, files, strict=True)
                     if not path.is_file() or path.read_bytes() != there[0].read_bytes())  # fmt: skip
        raise UserError(f"{there[0]} does not hold for the pages of {other}, which are given too: clean one after the "
                        "other")  # fmt: skip
    return there[0]


def _checked(path: Path, key: str, value: Any, option: click.Option, context: click.Context) -> Any:
    if option.is_flag:
        expected, right = "true or false", isinstance(value, bool)
    else:
        kind, expected = next((kind, told) for param, kind, told in _TYPES if isinstance(option.type, param))
        right = isinstance(value, kind) and not isinstance(value, bool)
    if not right:
        raise UserError(f"{path}: {key} = {value!r}; expected {expected}")
    try:
        return option.type.convert(value, option, context)
    except click.BadParameter as error:
        raise UserError(f"{path}: {key} = {value!r}: {error.message}") from error
