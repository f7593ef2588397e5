"""The one walk through configurations as plain data: dictionaries and lists within each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Path = tuple[Any, ...]
"""The keys, and the places in lists, that lead to a value."""


def entries(node: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value below ``node`` with its path, the outer before the inner."""
    for key, value in _children(node):
        yield (*path, key), value
        yield from entries(value, (*path, key))


def changed(node: Any, change: Callable[[Path, Any], Any], path: Path = ()) -> Any:
    """A copy of ``node`` with ``change(path, value)`` in the place of every value that is no dictionary and no list."""
    if not isinstance(node, dict | list):
        return change(path, node)
    found = {key: changed(value, change, (*path, key)) for key, value in _children(node)}
    return found if isinstance(node, dict) else list(found.values())


def _children(node: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(node, dict):
        yield from node.items()
    elif isinstance(node, list):
        yield from enumerate(node)
