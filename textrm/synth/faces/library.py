"""Fonts for synthetic lettering: found in folders, installed packages and the system."""

from __future__ import annotations

import mmap
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import ImageFont

from textrm.errors import UserError
from textrm.synth.faces import files as font_files
from textrm.synth.faces.scripts import PROBES, SCRIPTS, usable_scripts
from textrm.synth.faces.tables import FaceTables, faces_in, read_face
from textrm.synth.values import Rng
from textrm.synth.words.text import repertoire

PACKAGES, SYSTEM = "packages", "system"
_FINDERS = {PACKAGES: font_files.in_packages, SYSTEM: font_files.in_system}

STYLES = ("sans", "serif", "hand", "display", "brush")

# Beginnings of words in a face's name that tell its style; the first group that matches wins.
STYLE_WORDS = {
    "brush": ("brush kouzan aoyagi mouhitsu calligra yuji permanent zhimang liujian mashan gungseo"),
    "hand": (
        "hand comic pen script humor xkcd caveat kalam indie patrick klee yusei seto kiloji purisa tomson"
        " breip dkg ukai kai isabella ecolier marker shadows zeyada gaegu dancing kristi kaushan leckerli satisfy"
        " pacifico lobster yellowtail wenkai delius yoz eunjin nakseo bandal bangwool guseul pilgi"
        " chalk blambot anime gochi architect jua dokdo nanumpen nanumbarunpen konatu neucha marck femkeklaver"
        " dejima abecedario bajaderka chilanka delphine domestic abogado elegante havana junkyard rufscript"
        " kirang yeonsung hanna penguin steve summersby staypuft libris oldania"
    ),
    "display": (
        "impact anton bebas oswald bangers luckiest reggae rampart rocknroll stick dela potta train headline"
        " display poster titan lilita black alfa bungee rowdies russo righteous because jura orbitron title"
        " initials smiley mochiy art decorative narrow condensed gravitas heavy acme viga extrabold cond"
        " sketch cherry lemonada atari wargames engadget ocra ferrite murmure mirage okolaks kaffeesatz dohyeon"
        " euljiro dotgothic hamlet triod graphic"
    ),
    "serif": (
        "mincho ming uming song batang myeongjo times roman garamond libertine gentium amiri norasi kinnari"
        " oldstandard georgia bookman bookletter baskerville merriweather playfair lora crimson slab freeserif"
        " typewriter caslon essays campania emerita museum prociono ptolemy quercus vollkorn courier typist typo"
    ),
}
UNUSABLE_WORDS = (
    "emoji", "symbol", "dingbat", "barcode", "math", "music", "keyboard", "braille", "blank", "lastresort",
    "awesome", "icons", "webdings", "wingdings", "mathjax", "opensymbol", "fallback", "notdef", "quran", "cmex",
    "cmsy", "cmmi", "cmr10", "stmary", "wasy", "msam", "msbm", "rsfs", "esint", "standardsymbols", "d050000l",
    "pautada", "punteada",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FontFace:
    """One usable face. ``scripts`` names what it covers without a missing glyph, ``style`` is one of STYLES."""

    path: str
    index: int
    family: str
    weight: int  # 100 to 900, as the file says
    style: str
    scripts: frozenset[str]
    lacks: frozenset[str] = field(repr=False)  # characters of our texts that the face has no glyph for


class FontLibrary:
    """Faces in a fixed order (family, weight, file name): the same set of fonts gives the same library."""

    def __init__(self, faces: Sequence[FontFace]) -> None:
        self.faces = tuple(sorted(faces, key=lambda f: (f.family, f.weight, Path(f.path).name, f.index)))
        self._families: dict[str, dict[str, dict[str, list[FontFace]]]] = {}
        self._picked: set[str] = set()
        for face in self.faces:
            # "Noto Sans CJK JP" and "Noto Sans CJK KR" count as one family, or big families would crowd out the rest
            family = "YOz" if face.family.startswith("YOz") else " ".join(face.family.split()[:2])
            for script in sorted(face.scripts):
                styles = self._families.setdefault(script, {})
                styles.setdefault(face.style, {}).setdefault(family, []).append(face)

    @property
    def scripts(self) -> tuple[str, ...]:
        """The scripts that at least one face covers, in the order of SCRIPTS."""
        return tuple(script for script in SCRIPTS if script in self._families)

    def pick_script(self, rng: Rng, shares: Mapping[str, float]) -> str:
        """A random script among those of ``shares`` that some face covers, in the shares' proportion.

        Raises UserError where no face covers any of them.
        """
        present = [script for script in shares if script in self._families]
        if not present:
            raise UserError(f"the fonts found cover none of {', '.join(shares)}: install fonts for one of them")
        weights = np.array([shares[script] for script in present])
        return present[rng.choice(len(present), p=weights / weights.sum())]

    def pick(self, rng: Rng, script: str, styles: Mapping[str, float] | None = None) -> FontFace:
        """A random face that covers ``script``: first a style (by weight), then a family, then a face of it."""
        by_style = self._families[script]
        present = [style for style in STYLES if style in by_style]
        weights = np.array([(styles or {}).get(style, 0.05 if styles else 1.0) for style in present])
        families = by_style[present[rng.choice(len(present), p=weights / weights.sum())]]
        faces = list(families.values())[rng.integers(len(families))]
        face = faces[rng.integers(len(faces))]
        self._picked.add(face.family)
        return face

    def picked(self) -> list[str]:
        """The families picked since this was last asked, in order."""
        found, self._picked = sorted(self._picked), set()
        return found


def find_fonts(fonts: str | Path | Sequence[str | Path] | None = PACKAGES) -> FontLibrary:
    """The faces of one place or of several: ``packages``, the font packages of this Python; ``system``; a folder.

    None and an empty text or list mean packages. The same packages give the same pages on every machine.

    Raises UserError where a folder is missing, or no usable font is found.
    """
    sources = [fonts] if isinstance(fonts, str | Path) else fonts or ()
    return _library(tuple(str(source) for source in sources if str(source)) or (PACKAGES,))


@lru_cache(maxsize=8)
def _library(sources: tuple[str, ...]) -> FontLibrary:
    files: list[str] = []
    for source in sources:
        if source not in _FINDERS and not Path(source).exists():
            raise UserError(f"fonts={source}: there is no such folder; give packages, system or a folder with fonts")
        files += _FINDERS[source]() if source in _FINDERS else font_files.in_folders([source])
    faces = [face for path in dict.fromkeys(files) for face in _faces_of(path)]
    if not any("latin" in face.scripts for face in faces):
        raise UserError(
            f"no usable font with Latin letters among {len(files)} font files of fonts={','.join(sources)}: give "
            "fonts=system, or pip install noto-cjk-sans-jp-regular fontpkg-open-sans fontpkg-kalam fontpkg-anton"
        )
    return FontLibrary(faces)


def _faces_of(path: str) -> list[FontFace]:
    """Usable faces of one file; a file that cannot be read or parsed has none."""
    if any(word in Path(path).name.lower().replace("-", "") for word in UNUSABLE_WORDS):
        return []
    try:
        with open(path, "rb") as file:
            # closed when the last array that looks into it goes
            data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        read = [_face(path, index, read_face(data, offset, _CODES)) for index, offset in enumerate(faces_in(data))]
    except (OSError, ValueError, struct.error):
        return []
    return [face for face in read if face]


def _face(path: str, index: int, tables: FaceTables) -> FontFace | None:
    if not tables.outlines or tables.color:
        return None
    scripts = [script for script in usable_scripts() if _covers(tables.glyphs[_PLACES[script]])]
    if not scripts:
        return None
    font = ImageFont.truetype(path, 40, index=index, layout_engine=ImageFont.Layout.BASIC)
    family, style = (name or "" for name in font.getname())
    scripts = [script for script in scripts if _sound_metrics(font, PROBES[script][::7][:12])]
    if not scripts or any(word in family.lower().replace(" ", "") for word in UNUSABLE_WORDS):
        return None
    missing = np.flatnonzero((tables.glyphs == 0) & np.any([_EMITTED[script] for script in scripts], axis=0))
    return FontFace(
        path=path,
        index=index,
        family=family,
        weight=int(np.clip(tables.weight, 100, 900)),
        style=style_of(f"{family} {style} {Path(path).stem}", tables.panose),
        scripts=frozenset(scripts),
        lacks=frozenset(_CHARACTERS[i] for i in missing),
    )


def _covers(glyphs: np.ndarray) -> bool:
    """Whether every character has a glyph, and not all of them the same one (as in fallback fonts)."""
    # caps-only faces map both cases to one glyph, so a third of the glyphs may repeat
    return bool(glyphs.all()) and len(np.unique(glyphs)) > 0.4 * len(glyphs)


def _sound_metrics(font: ImageFont.FreeTypeFont, sample: str) -> bool:
    """Whether a sample set at 40 px has ink, in letters of a believable size, inside a believable line."""
    left, top, right, bottom = font.getbbox(sample)
    return (
        20 <= sum(font.getmetrics()) <= 120
        and 10 <= bottom - top <= 90
        and 3 * len(sample) <= right - left <= 80 * len(sample)
        and font.getmask(sample).getbbox() is not None
    )


def style_of(name: str, panose: bytes = bytes(10)) -> str:
    """One of STYLES by the words of a face's name (family, style, file), else by its PANOSE bytes."""
    # "NanumBarunGothic-Bold" and "Nanum Barun Gothic Bold" read alike
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)
    starts = tuple({*(word.lower() for word in words), *(part.lower() for part in name.split())})
    for style, known in STYLE_WORDS.items():
        if any(start.startswith(tuple(known.split())) for start in starts):
            return style
    if "serif" in starts and "sans" not in starts:
        return "serif"
    return {3: "hand", 4: "display"}.get(panose[0], "sans")


_CHARACTERS = "".join(sorted(set("".join([*PROBES.values(), *map(repertoire, SCRIPTS)])) - {" "}))
_CODES = np.array([ord(character) for character in _CHARACTERS], np.int64)
_PLACES = {
    script: np.array([_CHARACTERS.index(character) for character in sorted(set(probe) - {" "})])
    for script, probe in PROBES.items()
}
_EMITTED = {script: np.isin(list(_CHARACTERS), list(repertoire(script))) for script in SCRIPTS}
