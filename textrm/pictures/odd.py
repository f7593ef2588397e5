"""Odd metadata must not cost a page: what of it cannot be written is dropped and told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from PIL import Image

from textrm.pictures.formats import tiff
from textrm.pictures.page import Page

Pixels = TypeVar("Pixels")
Bytes = bytes | memoryview
# Arguments that change the pixels' encoding; the others are metadata.
_ENCODING = frozenset(
    ("qtables", "subsampling", "progressive", "keep_rgb", "lossless", "exact", "quality", "method", "compression",
     "transparency", "optimize")
)  # fmt: skip
_WORDS = {"icc_profile": "ICC profile", "exif": "EXIF", "xmp": "XMP", "dpi": "resolution", "comment": "comment"}


def with_what_fits(page: Page, write: Callable[[Pixels, dict[str, Any]], Bytes], whole: Pixels, small: Pixels) -> Bytes:
    """``write(whole, page.save)``, without what describes the page there and cannot be written.

    Args:
        page: its notes take what was dropped.
        write: encodes pixels with such arguments.
        whole: the pixels.
        small: a few of them, to try what can be written.

    Raises:
        Exception: what ``write`` raises also without all that.
    """
    try:
        return write(whole, page.save)
    except MemoryError:
        raise
    except Exception:  # encoders raise nearly anything on what is odd
        encoding = {name: value for name, value in page.save.items() if name in _ENCODING}
        kept, dropped = dict(encoding), []

        def fits(**more: Any) -> bool:
            try:
                write(small, encoding | more)
            except MemoryError:
                raise
            except Exception:
                return False
            return True

        for name in sorted(page.save.keys() - _ENCODING):
            value, word = page.save[name], _WORDS.get(name, name)
            if isinstance(value, Image.Exif) and not fits(**{name: value}):
                value, odd = _tags_that_fit(value, lambda tags: fits(exif=tags))
                word = f"tags {', '.join(map(str, odd))}"
                dropped += [word] if odd else []
            if fits(**{name: value}):
                kept[name] = value
            elif word not in dropped:
                dropped.append(word)
        content = write(whole, kept)
        page.notes.append(f"its {', '.join(dropped)} cannot be written: it is dropped")
        return content


def _tags_that_fit(tags: Image.Exif, fits: Callable[[Image.Exif], bool]) -> tuple[Image.Exif, list[int]]:
    kept, odd = Image.Exif(), []
    for tag in tags:
        one = Image.Exif()
        tiff.copy_tag(tags, tag, one)
        if fits(one):
            tiff.copy_tag(tags, tag, kept)
        else:
            odd.append(tag)
    return kept, odd
