"""The face that names of tags are drawn with: Pillow's own for ASCII, a face of the system for other scripts."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

# Faces with many scripts that systems bring, by file: Pillow looks for them in the system's folders.
_OF_SYSTEMS = (
    "DejaVuSans.ttf", "NotoSansCJK-Regular.ttc", "NotoSansCJKjp-Regular.otf", "NotoSans-Regular.ttf", "arial.ttf",
    "Arial Unicode.ttf", "YuGothM.ttc", "msgothic.ttc", "Hiragino Sans GB.ttc",
)  # fmt: skip
_NO_CHARACTER = "\uffff"  # every face draws its box for it


def face_for(texts: Iterable[str], size: int) -> Font:
    """A face of ``size`` pixels for all of ``texts``; where no face holds them all, what is missing shows as boxes."""
    own = ImageFont.load_default(size)
    beyond = "".join(sorted({character for text in texts for character in text if not character.isascii()}))
    if not beyond:
        return own
    faces = [face for name in _OF_SYSTEMS if (face := _of_system(name, size)) is not None]
    return max(faces, key=lambda face: _held(face, beyond), default=own)


@lru_cache(maxsize=64)
def _of_system(name: str, size: int) -> ImageFont.FreeTypeFont | None:
    with suppress(OSError):
        return ImageFont.truetype(name, size)
    return None


def _held(face: ImageFont.FreeTypeFont, characters: str) -> int:
    missing = bytes(face.getmask(_NO_CHARACTER))
    return sum(bytes(face.getmask(character)) != missing for character in characters)
