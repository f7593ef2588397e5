"""What the streams of a PDF may cost, and what its objects raise where they are of another type than expected."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pikepdf

from textrm.errors import UserError

DAMAGE = (pikepdf.PikepdfError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What is raised where an object is not what it should be."""
MOST = 1 << 26  # bytes of a stream that is no picture
_SLACK = 1 << 16  # bytes that may be too many


@contextmanager
def bounded(most: int = MOST) -> Iterator[None]:
    """Within this, streams that unpack to more than so many bytes are damage. qpdf bounds whole processes only."""
    names = ("flate_max_memory", "run_length_max_memory", "png_max_memory", "tiff_max_memory")
    limits: dict[str, Any] = dict.fromkeys(names, most + _SLACK)
    before: dict[str, Any] = pikepdf.settings.set_qpdf_limits(**limits)
    try:
        yield
    finally:
        pikepdf.settings.set_qpdf_limits(**before)


def unpacked(stream: Any, most: int) -> bytes:
    """What a stream holds.

    Raises:
        UserError: when that is much more than ``most`` bytes.
        Exception: one of ``DAMAGE``, when it is damaged.
    """
    try:
        with bounded(most):
            return _from_lzw(stream) if "/LZWDecode" in filters(stream) else _decoded(stream)
    except pikepdf.PikepdfError as error:
        if "limit exceeded" in str(error):
            raise UserError(f"it unpacks to much more than {most} bytes, which it should have at most") from error
        raise


def _from_lzw(stream: Any) -> bytes:
    """By way of another packing: qpdf does not bound LZW, but packs anew without holding the whole."""
    buffer = io.BytesIO()
    with pikepdf.new() as alone:
        alone.Root["/Only"] = alone.copy_foreign(stream)
        alone.save(buffer, stream_decode_level=pikepdf.StreamDecodeLevel.specialized)
    with pikepdf.open(buffer) as alone:
        return _decoded(alone.Root["/Only"])


def _decoded(stream: Any) -> bytes:
    return bytes(stream.read_bytes(pikepdf.StreamDecodeLevel.specialized))  # of RunLength too


def filters(stream: Any) -> list[str]:
    """How a stream is packed, from the outside to the inside."""
    named = stream.get("/Filter", [])
    return [str(one) for one in named] if isinstance(named, pikepdf.Array) else [str(named)] if named else []
