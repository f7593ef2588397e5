"""The small picture of a page in the list."""

from __future__ import annotations

import io

from PIL import Image

from textrm.review.opened import OpenPage

_WIDTH, _HEIGHT = 160, 240  # pixels, at most; of strips the top is shown


def thumbnail(page: OpenPage) -> bytes:
    """JPEG of the clean page."""
    height, width = page.mask.shape
    scale = max(1, -(-width // _WIDTH))
    shown = page.shown((slice(0, min(height, _HEIGHT * scale)), slice(0, width)), True, scale)
    buffer = io.BytesIO()
    Image.fromarray(shown).save(buffer, "JPEG", quality=80)
    return buffer.getvalue()
