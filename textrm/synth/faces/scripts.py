"""The writing systems that the generator knows: which characters each needs and how it is laid out."""

from __future__ import annotations

from PIL import features

from textrm.synth.words import vocabulary as v
from textrm.synth.words import vocabulary_cjk as cjk

SCRIPTS = (
    "japanese", "kana", "chinese", "korean", "latin", "cyrillic", "greek", "hebrew", "arabic", "thai", "devanagari",
)  # fmt: skip
VERTICAL = frozenset({"japanese", "kana", "chinese"})  # may run top to bottom, columns from right to left
SPACELESS = VERTICAL  # a line may break between any two characters
SHAPED = frozenset({"hebrew", "arabic", "thai", "devanagari"})  # right only with the Raqm layout engine
RIGHT_TO_LEFT = frozenset({"hebrew", "arabic"})

HAS_RAQM = bool(features.check("raqm"))

# One face must hold every one of these to count as a face of the script.
PROBES = {
    "japanese": cjk.HIRAGANA + cjk.KATAKANA + cjk.JAPANESE_PUNCTUATION + cjk.KANJI[:440],
    "kana": cjk.HIRAGANA + cjk.KATAKANA,
    "chinese": cjk.HANZI[:480] + "，。！？",
    "korean": "".join(cjk.KOREAN_WORDS + cjk.KOREAN_EFFECTS),
    "latin": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,!?'-",
    "cyrillic": "абвгдежзийклмнопрстуфхцчшщъыьэюяАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ.,!?",
    "greek": "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ.,!?",
    "hebrew": "אבגדהוזחטיכלמנסעפצקרשתךםןףץ",
    "arabic": "".join(sorted(set("".join(v.ARABIC_WORDS)))),
    "thai": "".join(sorted(set("".join(v.THAI_WORDS)))),
    "devanagari": "".join(sorted(set("".join(v.DEVANAGARI_WORDS)))),
}


def usable_scripts() -> tuple[str, ...]:
    """The scripts that Pillow can lay out here: all with Raqm, else those that need no shaping."""
    return SCRIPTS if HAS_RAQM else tuple(script for script in SCRIPTS if script not in SHAPED)


def page_shares(color: bool) -> dict[str, float]:
    """How often a page is in each script: mostly Japanese on grey pages, Japanese or Latin on coloured ones."""
    shares = {"latin": 0.3, "chinese": 0.07, "korean": 0.07, "cyrillic": 0.04, "kana": 0.03}
    shares["japanese"] = 0.44 if color else 0.79
    return {script: shares.get(script, 0.01) for script in SCRIPTS}
