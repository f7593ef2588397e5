"""Text from elsewhere, as file names are, made harmless to those who read it: on a terminal and in a spreadsheet."""

from __future__ import annotations

import unicodedata

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
# Ends of lines, marks that turn the direction of what follows, and bytes of a name that are no text.
_ESCAPED = frozenset(("Cc", "Zl", "Zp", "Cs"))
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def printable(text: object) -> str:
    r"""``str(text)`` with escapes (\x1b, \n, \u202e) for what would steer a terminal or forge a line."""
    return "".join(_escape(letter) if _steers(letter) else letter for letter in str(text))


def cell(value: object) -> object:
    """A value for a CSV that people open: text that a spreadsheet would run as a formula gets a ' before it.

    Numbers stay as they are, also as text.
    """
    if not isinstance(value, str) or not value.startswith(_FORMULAS):
        return value
    try:
        float(value)
    except ValueError:
        return f"'{value}"
    return value


def _steers(letter: str) -> bool:
    return letter in _TURNING or unicodedata.category(letter) in _ESCAPED


def _escape(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")
