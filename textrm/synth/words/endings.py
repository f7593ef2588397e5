"""Long strokes, waves, dashes, small kana and hearts at the end of words."""

from __future__ import annotations

from dataclasses import replace

from textrm.synth.values import Rng
from textrm.synth.words.text import Token
from textrm.synth.words.vocabulary_marks import ENDS

_STOPS = "!?.,…。！？、"
_AGAIN = "ー～―~—-.♥"  # drawn again and again


def drawn_out(rng: Rng, tokens: list[Token], script: str, share: float) -> list[Token]:
    """The tokens, of which about ``share`` end in a stroke of one to five members, or in another of ENDS.

    They are the same tokens where the script has no such habit; a word's stop may follow the stroke.
    """
    ends = ENDS.get("japanese" if script == "kana" else script)
    if ends is None:
        return tokens
    return [
        replace(token, text=_with_end(rng, token.text, ends)) if not token.ruby and rng.random() < share else token
        for token in tokens
    ]


def _with_end(rng: Rng, text: str, ends: tuple[str, ...]) -> str:
    end = ends[int(rng.integers(len(ends)))]
    if end[0] in _AGAIN and rng.random() < 0.7:
        end = end[0] * int(rng.integers(1, 6)) + end[1:]
    stem = text.rstrip(_STOPS)
    return stem + end + (text[len(stem) :] if rng.random() < 0.6 else "")
