"""The faces that memes are lettered with, and whether one has every glyph of a caption."""

from __future__ import annotations

import mmap
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from textrm.synth.faces.library import FontFace, FontLibrary, find_fonts
from textrm.synth.faces.scripts import HAS_RAQM
from textrm.synth.faces.tables import faces_in, read_face
from textrm.synth.values import Rng

NARROW = (
    "condensed", "condbold", "cond-", "narrow", "impact", "anton", "bebas", "oswald", "league", "title", "heavy",
    "fjalla",
)  # fmt: skip
ALREADY_HEAVY = ("impact", "anton", "bebas", "league", "fjalla", "heavy")  # in one weight, called regular
LIKE_IMPACT = ("impact", "anton")  # what most memes are set in
ODD = ("italic", "oblique", "slanted", "light", "thin", "serif", "mono", "coding", "typewriter", "lobster")
WIDE = frozenset({"japanese", "kana", "korean", "chinese", "thai"})  # their Latin letters are not what memes have
BOLD = 600
STROKE = 0.025  # em; what makes a regular weight bold
# Faces that draw emoji as outlines do not look like the coloured ones of memes. Of the basic plane: those that are
# coloured unless a selector says otherwise, the heart, and what joins emoji or makes a character one.
EMOJI = re.compile(
    "[\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab\u26bd\u26be"
    "\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c\u274e\u2753-\u2755\u2757\u2764"
    "\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55\u200d\ufe0f\u20e3\U0001f000-\U0001faff]"
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A face and the extra stroke, in em, that it is set with."""

    face: FontFace
    bold: float = 0.0

    @property
    def name(self) -> str:
        """The file's name without suffix."""
        return Path(self.face.path).stem


class CaptionFaces:
    """Faces by what they are for: ``classic`` heavy and narrow, ``plain`` sans, ``playful`` hand-written."""

    def __init__(self, fonts: FontLibrary) -> None:
        upright = [face for face in fonts.faces if not any(word in _name(face) for word in ODD)] or [*fonts.faces]
        narrow = [face for face in upright if any(word in _name(face) for word in NARROW) and face.weight >= 400]
        western = [face for face in upright if "latin" in face.scripts and not WIDE & face.scripts] or upright
        sans = [face for face in western if face.style == "sans"] or western
        heavy = [face for face in sans if face.weight >= BOLD]
        without_stroke = [face for face in narrow if not _stroke(face)]
        self.classic = _by_family(without_stroke or narrow or heavy or sans)
        self.heavy = _by_family([*heavy, *narrow]) or self.classic
        self.plain = _by_family([face for face in sans if face.weight >= 400]) or self.classic
        self.playful = _by_family(f for f in western if f.style == "hand" and f.weight >= BOLD) or self.classic
        order = ("sans", "display", "hand", "brush", "serif")
        self._all = sorted(upright, key=lambda face: (face.weight < BOLD, order.index(face.style)))

    def pick(self, rng: Rng, pool: Mapping[str, Sequence[FontFace]], texts: Sequence[str]) -> Choice:
        """A face of the pool that covers most of the texts: a random one among equals.

        Families are equally likely, but for those like Impact, which are four times as likely.
        Pools are the attributes of this class; a text that the face does not cover needs :meth:`covering`.
        """
        weights = np.array([4.0 if any(word in family.lower() for word in LIKE_IMPACT) else 1.0 for family in pool])
        families = list(pool.values())
        shuffled = rng.choice(len(families), len(families), replace=False, p=weights / weights.sum())
        order = [families[i][int(rng.integers(len(families[i])))] for i in shuffled]
        best = max(order, key=lambda face: sum(covers(face, text) for text in texts))
        return Choice(best, _stroke(best))

    def covering(self, text: str) -> Choice | None:
        """The first face that has every glyph of ``text``, bold sans before others; None where there is none."""
        found = next((face for face in self._all if covers(face, text)), None)
        return None if found is None else Choice(found, _stroke(found))


@lru_cache(maxsize=1)
def find_caption_faces(folders: tuple[str, ...]) -> CaptionFaces:
    """The faces of the given places, see :func:`~textrm.synth.faces.library.find_fonts`; made once for each process.

    Raises:
        UserError: no usable font is found.
    """
    return CaptionFaces(find_fonts(folders))


def covers(face: FontFace, text: str) -> bool:
    """Whether the face has a glyph of its own for every character but white space; emoji count as lacking."""
    return all(_has(face.path, face.index, character) for character in set(text) if not character.isspace())


@lru_cache(maxsize=1 << 16)
def _has(path: str, index: int, character: str) -> bool:
    shaped = unicodedata.bidirectional(character) in ("R", "AL", "NSM")
    if EMOJI.match(character) or (shaped and not HAS_RAQM):
        return False
    data = _content(path)
    return bool(read_face(data, faces_in(data)[index], np.array([ord(character)], np.int64)).glyphs[0])


@lru_cache(maxsize=64)
def _content(path: str) -> memoryview:
    with open(path, "rb") as file:
        # closed when the last array that looks into it goes
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _name(face: FontFace) -> str:
    return f"{face.family} {Path(face.path).stem}".lower()


def _stroke(face: FontFace) -> float:
    heavy = face.weight >= BOLD or any(word in _name(face) for word in ALREADY_HEAVY)
    return 0.0 if heavy else STROKE


def _by_family(faces: Iterable[FontFace]) -> dict[str, list[FontFace]]:
    families: dict[str, list[FontFace]] = {}
    for face in faces:
        families.setdefault(face.family, []).append(face)
    return families
