"""Names the key of the configuration that a mistake is about: constructors know their own arguments alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from hydra.errors import InstantiationException

from textrm.errors import UserError
from textrm.runs.config import causes
from textrm.runs.walk import entries

_ARGUMENT = re.compile(r"(\w+)(?:=(.*?))?: ", re.DOTALL)  # how a constructor's message begins: gamma=-1: expected …
_WHOLE = re.compile(r"\$\{([\w.]+)\}")  # an interpolation and nothing beside
_PLACE = re.compile(r"^full_key: *(\S+)", re.MULTILINE)  # what Hydra adds to an error of a constructor


@contextmanager
def real_keys(config: Mapping[str, Any]) -> Iterator[None]:
    """Turn ``gamma=-1: expected …`` of a constructor into ``loss.terms.focal.gamma=-1: expected …``.

    Args:
        config: the configuration that is built within this, its interpolations not replaced.

    Raises:
        UserError: the error of the body, with the key where it is known.
    """
    try:
        yield
    except (UserError, InstantiationException) as error:
        chain = list(causes(error))
        mistake = next((cause for cause in chain if isinstance(cause, UserError)), None)
        if mistake is None:
            raise
        place = next((found[1] for cause in chain if (found := _PLACE.search(str(cause)))), "")
        raise UserError(with_key(str(mistake), config, place)) from error


def with_key(message: str, config: Mapping[str, Any], place: str = "") -> str:
    """The message, its argument replaced by the key of it that lies at or below ``place``, nearest to the top.

    A key whose value is the one that was told goes before one that only has the name. Without a value and a place the
    message stays as it is.
    """
    begin = _ARGUMENT.match(message)
    if begin is None:
        return message
    if begin[2] is None and not place:
        return message  # it may begin with the name of a file
    place = _followed(config, place)
    name, value = begin[1], begin[2]
    keys = [(".".join(map(str, path)), str(held)) for path, held in entries(config) if path[-1] == name]
    below = [(key, held) for key, held in keys if key.startswith(f"{place}.")] or keys
    same = [key for key, held in below if held == value] or [key for key, _ in below]
    return min(same, key=lambda key: key.count("."), default=name) + message[len(name) :]


def _followed(config: Mapping[str, Any], place: str) -> str:
    """The key ``place`` is taken from: ``net.encoder`` for ``task.net.encoder`` where ``task.net`` is ``${net}``."""
    node: Any = config
    for depth, part in enumerate(place.split(".")):
        node = node.get(part) if isinstance(node, Mapping) else None
        if isinstance(node, str) and (source := _WHOLE.fullmatch(node)):
            return _followed(config, ".".join([source[1], *place.split(".")[depth + 1 :]]))
    return place
