"""Fonts at a size, and the forms that characters take in vertical lines."""

from __future__ import annotations

from functools import lru_cache

from PIL import ImageFont

from textrm.synth.faces.library import FontFace
from textrm.synth.faces.scripts import HAS_RAQM

Font = ImageFont.FreeTypeFont
EM_ASCENT = 0.88  # top of the ideographic em box above the baseline, in em, by the convention of CJK faces

SMALL_KANA = frozenset("ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ")
CORNER = frozenset("、。，．")  # lie in the top right corner of their cell when set vertically
TURNED = frozenset("ー～〜…‥―—–-−（）()「」『』《》〈〉【】“”[]［］{}｛｝<>=＝：:；;→←~")
_LAYOUT = ImageFont.Layout.RAQM if HAS_RAQM else ImageFont.Layout.BASIC


def load_font(face: FontFace, size: float) -> Font:
    """The face at ``size`` pixels per em, rounded a little so that loaded fonts are met again."""
    step = 0.25 if size < 24 else 1.0 if size < 80 else 4.0
    return _load(face.path, face.index, max(round(size / step) * step, 1.0))


@lru_cache(maxsize=256)
def _load(path: str, index: int, size: float) -> Font:
    return ImageFont.truetype(path, size, index=index, layout_engine=_LAYOUT)


@lru_cache(maxsize=1 << 15)
def has_vertical_form(face: FontFace, character: str) -> bool:
    """Whether the face holds another form of the character for vertical lines (OpenType feature ``vert``)."""
    if not HAS_RAQM:
        return False
    font = _load(face.path, face.index, 24.0)
    plain, plain_at = font.getmask2(character, anchor="ls")
    turned, turned_at = font.getmask2(character, anchor="ls", features=["vert"])
    return plain_at != turned_at or plain.size != turned.size or bytes(plain) != bytes(turned)
