"""Random text of each script: dialogue, onomatopoeia, notes and meme captions, composed from ``vocabulary``.

Text is not meant to make sense. It has the glyphs, word lengths, punctuation and habits of comics; a share of it is
random characters, so that every glyph shape is seen.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from textrm.synth.faces.scripts import SPACELESS
from textrm.synth.values import Rng
from textrm.synth.words import vocabulary as v
from textrm.synth.words import vocabulary_cjk as cjk
from textrm.synth.words import vocabulary_marks

# Syllables of the parts that every Korean face holds: 19 leading consonants, 21 vowels, common final consonants.
_HANGUL = [chr(0xAC00 + (lead * 21 + vowel) * 28 + tail) for lead in range(19) for vowel in (0, 4, 8, 13, 18, 20, 1, 5)
           for tail in (0, 4, 8, 16, 21)]  # fmt: skip
_SPACED = {
    "korean": (cjk.KOREAN_WORDS, cjk.KOREAN_EFFECTS),
    "cyrillic": (v.CYRILLIC_WORDS, v.CYRILLIC_EFFECTS),
    "greek": (v.GREEK_WORDS, v.GREEK_EFFECTS),
    "hebrew": (v.HEBREW_WORDS, v.HEBREW_WORDS),
    "arabic": (v.ARABIC_WORDS, v.ARABIC_WORDS),
    "thai": (v.THAI_WORDS, v.THAI_WORDS),
    "devanagari": (v.DEVANAGARI_WORDS, v.DEVANAGARI_WORDS),
}
_LANGUAGES = {language: words.split() for language, words in v.LATIN_WORDS.items()}
_STOPS = (".", ".", "!", "!", "!!", "?", "?!", "...", "…", "!?", ",", "")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece that stays together on a line, with the reading set beside it in small kana (furigana), if any."""

    text: str
    ruby: str = ""


@cache
def repertoire(script: str) -> str:
    """Every character that this module may give for ``script``, sorted, without the space."""
    # numbers, prices, addresses and loan words may stand in any script
    parts = ["".join(map(chr, range(33, 127))), "€£©", vocabulary_marks.CHARACTERS]
    if script in ("japanese", "kana"):
        parts += [cjk.HIRAGANA, cjk.KATAKANA, cjk.JAPANESE_PUNCTUATION, cjk.JAPANESE_OPTIONAL]
        if script == "japanese":
            parts += [cjk.KANJI, *map("".join, cjk.JAPANESE_NOUNS), *cjk.JAPANESE_VERBS, *cjk.JAPANESE_SHORT]
    elif script == "chinese":
        parts += [cjk.HANZI, *cjk.CHINESE_WORDS, *cjk.CHINESE_EFFECTS, cjk.CHINESE_PUNCTUATION]
    elif script == "latin":
        latin = " ".join([*v.LATIN_WORDS.values(), v.LATIN_SHORT, *v.LATIN_EFFECTS, *v.MEME_TOP])
        # a capital that lower case lacks, such as the German sharp s, becomes two letters: both are plain letters
        parts += [latin, latin.upper(), "§¿¡«»—–…"]
    else:
        words, effects = _SPACED[script]
        parts += [*words, *effects, *(word.upper() for word in words), "…"]
        if script == "korean":
            parts.extend(_HANGUL)
    return "".join(sorted(set("".join(parts)) - {" "}))


def dialogue_tokens(rng: Rng, script: str, length: int, ruby: float = 0.0) -> list[Token]:
    """About ``length`` characters of speech, at least one token. ruby: share of Japanese nouns that carry a reading.

    Scripts written with spaces give one token per word; Japanese and Chinese give phrases without spaces.
    """
    tokens: list[Token] = []
    count = 0
    while count < length:
        if script in ("japanese", "kana"):
            phrase = _japanese_phrase(rng, length - count, ruby) if script == "japanese" else [Token(_kana(rng))]
        elif script == "chinese":
            phrase = _chinese_phrase(rng, length - count)
        elif script == "latin":
            phrase = _latin_phrase(rng, length - count)
        else:
            phrase = _spaced_phrase(rng, script)
        tokens += phrase
        count += sum(len(token.text) + (script not in SPACELESS) for token in phrase)
    return tokens


def effect_text(rng: Rng, script: str) -> str:
    """One onomatopoeia, sometimes with a drawn-out letter or punctuation."""
    if script in ("japanese", "kana"):
        text = _choose(rng, cjk.JAPANESE_EFFECTS) if rng.random() < 0.8 else _kana(rng)
        if rng.random() < 0.2:
            text = text.translate(_TO_HIRAGANA)
        return text + _choose(rng, ("", "", "", "ッ", "ー", "!!", "！", "…"))
    if script == "chinese":
        return _choose(rng, cjk.CHINESE_EFFECTS) + _choose(rng, ("", "", "！", "!!", "…"))
    words = v.LATIN_EFFECTS if script == "latin" else _SPACED[script][1]
    text = _choose(rng, words)
    if script in ("latin", "cyrillic", "greek"):
        if rng.random() < 0.25:
            at = int(rng.integers(len(text)))
            text = text[:at] + text[at] * int(rng.integers(1, 4)) + text[at:]
        if rng.random() < 0.15:
            text = text.lower() if rng.random() < 0.5 else text.capitalize()
    return text + _choose(rng, ("", "", "", "!", "!!", "!?", "..."))


def note_text(rng: Rng, script: str) -> str:
    """A short aside, now and then one that a star refers to, a price, an address or a time."""
    draw = rng.random()
    if draw < 0.15:
        return _choose(rng, (_price(rng), _address(rng), f"{rng.integers(24):02d}:{rng.integers(60):02d}"))
    tokens = dialogue_tokens(rng, script, int(rng.integers(3, 22)))
    said = ("" if script in SPACELESS else " ").join(token.text for token in tokens)
    return f"*{said}" if draw > 0.8 else said


def meme_text(rng: Rng, script: str, length: int) -> str:
    """Words of a caption, about ``length`` characters."""
    words = [token.text for token in dialogue_tokens(rng, script, length)]
    if script == "latin" and rng.random() < 0.5:
        words.insert(0, _choose(rng, v.MEME_TOP))
    return ("" if script in SPACELESS else " ").join(words)


def tokens_of(text: str, script: str, length: int) -> list[Token]:
    """The words of a text, or pieces of ``length`` characters where its script has no spaces."""
    pieces = [text[i : i + length] for i in range(0, len(text), length)] if script in SPACELESS else text.split()
    return [Token(piece) for piece in pieces]


def fit_to(text: str, lacks: frozenset[str]) -> str:
    """``text`` with characters that a face lacks replaced by their base letter, or left out."""
    if not lacks or lacks.isdisjoint(text):
        return text
    fitted = []
    for character in text:
        if character in lacks:
            character = "..." if character == "…" else unicodedata.normalize("NFKD", character)[0]
        fitted.append(character if lacks.isdisjoint(character) else "")
    return "".join(fitted)


def worded(tokens: Sequence[Token], capitals: bool, lacks: frozenset[str]) -> list[Token]:
    """The tokens as a face that ``lacks`` some characters can show them, without those of which nothing is left."""
    fitted = [replace(token, text=fit_to(token.text.upper() if capitals else token.text, lacks)) for token in tokens]
    return [token for token in fitted if token.text]


_TO_HIRAGANA = {ord(character): ord(character) - 0x60 for character in cjk.KATAKANA if character not in "ーヴ"}


def _choose(rng: Rng, items: Sequence[str]) -> str:
    return items[int(rng.integers(len(items)))]


def _characters(rng: Rng, alphabet: Sequence[str], low: int, high: int) -> str:
    return "".join(_choose(rng, alphabet) for _ in range(int(rng.integers(low, high))))


def _kana(rng: Rng) -> str:
    return _characters(rng, cjk.KATAKANA if rng.random() < 0.6 else cjk.HIRAGANA, 2, 6)


def _japanese_phrase(rng: Rng, room: int, ruby: float) -> list[Token]:
    draw = rng.random()
    if draw < 0.15 or room < 4:
        return [Token(_choose(rng, cjk.JAPANESE_SHORT))]
    if draw < 0.25:
        return [Token(_characters(rng, cjk.KANJI, 1, 4) + _choose(rng, cjk.JAPANESE_PARTICLES)), Token(_kana(rng))]
    if draw < 0.29:
        number = str(rng.integers(1, 100))
        return [Token(number), Token(_choose(rng, ("年前", "人", "時間", "回", "円", "日", "％", "歳")))]
    if draw < 0.31:
        return [Token(_choose(rng, ("OK", "NO", "TV", "SNS", "DVD", "Hello", "AI", "CM")))]
    tokens = []
    for _ in range(int(rng.integers(1, 3))):
        if rng.random() < 0.3:
            tokens.append(Token(_choose(rng, cjk.JAPANESE_KANA_NOUNS)))
        else:
            base, reading = cjk.JAPANESE_NOUNS[int(rng.integers(len(cjk.JAPANESE_NOUNS)))]
            tokens.append(Token(base, reading if rng.random() < ruby else ""))
        tokens.append(Token(_choose(rng, cjk.JAPANESE_PARTICLES) + ("、" if rng.random() < 0.15 else "")))
    tokens.append(Token(_choose(rng, cjk.JAPANESE_VERBS)))
    if rng.random() < 0.08:
        tokens = [Token("「"), *tokens, Token("」")]
    elif rng.random() < 0.8:
        tokens.append(Token(_choose(rng, cjk.JAPANESE_ENDINGS)))
    return tokens


def _chinese_phrase(rng: Rng, room: int) -> list[Token]:
    words = [_choose(rng, cjk.CHINESE_WORDS) if rng.random() < 0.7 else _characters(rng, cjk.HANZI, 1, 4)
             for _ in range(int(rng.integers(1, 6 if room > 5 else 2)))]  # fmt: skip
    return [*map(Token, words), Token(_choose(rng, ("，", "。", "！", "？", "……", "！！", "、", "")))]


def _latin_phrase(rng: Rng, room: int) -> list[Token]:
    draw = rng.random()
    if draw < 0.12:
        short = v.LATIN_SHORT.split()
        return [Token(_choose(rng, short))]
    if draw < 0.16:
        numbers = _price(rng), str(rng.integers(10_000)), f"#{rng.integers(100)}", f"{rng.integers(100)}%"
        return [Token(_choose(rng, numbers))]
    names = list(_LANGUAGES)
    words = _LANGUAGES["english" if rng.random() < 0.5 else _choose(rng, names)]
    chosen = [_choose(rng, words) for _ in range(int(rng.integers(2, 8 if room > 15 else 3)))]
    if rng.random() < 0.15:
        letters = repertoire("latin") if rng.random() < 0.2 else "abcdefghijklmnopqrstuvwxyz"
        chosen.append(_characters(rng, letters, 2, 9))
    if rng.random() < 0.06:
        chosen[-1] = f'"{chosen[-1]}"'
    chosen[0] = chosen[0][:1].upper() + chosen[0][1:]
    chosen[-1] += _choose(rng, _STOPS)
    return [Token(word) for word in chosen]


def _spaced_phrase(rng: Rng, script: str) -> list[Token]:
    words = [_choose(rng, _SPACED[script][0]) for _ in range(int(rng.integers(1, 6)))]
    if rng.random() < 0.15 and script in ("korean", "cyrillic", "greek"):
        words.append(_characters(rng, _HANGUL if script == "korean" else sorted(set("".join(words))), 2, 6))
    if script in ("cyrillic", "greek"):
        words[0] = words[0].capitalize()
    if script not in ("thai", "devanagari"):
        words[-1] += _choose(rng, _STOPS)
    return [Token(word) for word in words]


def _price(rng: Rng) -> str:
    return f"{_choose(rng, ('$', '€', '£', ''))}{rng.integers(1, 1000)}.{rng.integers(100):02d}"


def _address(rng: Rng) -> str:
    name = _choose(rng, _LANGUAGES["english"]).strip("'").lower()
    forms = f"www.{name}.com", f"{name}.net/{rng.integers(100)}", f"@{name}{rng.integers(100)}", f"#{name}"
    return _choose(rng, forms)
