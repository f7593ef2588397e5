"""Lettering as patches: dialogue, jottings, effects, marks, signs, notes and meme captions, each with its words.

Every function is deterministic given ``rng`` and returns None where nothing fits. A patch is never larger than
``width`` x ``height``; the caller chooses where it lies (for a balloon: centre it) and pastes it with ``paste``.

Tags a Lettering can carry: its kind (``dialogue``, ``jotting``, ``sound_effect``, with ``large_effect`` or not,
``single_mark``, ``sign``, ``note``, ``meme``, ``watermark``, ``credit``), its script (``japanese``, ``latin`` ...),
how it is set (``vertical``, ``furigana``, ``rotated``, ``hand``, ``bold``, ``arc``, ``perspective``, ``overlapping``),
what is drawn around it (``underlined``, ``bracketed``, ``ringed``, ``rays``, ``heart``, ``tail``) and those of its
dress (``outlined``, ``shadow``, ``glow``, ``gradient``, ``patterned``, ``hollow``, ``translucent``, ``faint``).
"""

from __future__ import annotations

from textrm.synth.pieces.captions import caption_meme, note
from textrm.synth.pieces.dialogue import dialogue
from textrm.synth.pieces.jottings import jotting
from textrm.synth.pieces.large import large_effect
from textrm.synth.pieces.marks import mark
from textrm.synth.pieces.patch import Lettering, paste
from textrm.synth.pieces.signs import sign
from textrm.synth.pieces.sound import sound_effect

__all__ = [
    "Lettering",
    "caption_meme",
    "dialogue",
    "jotting",
    "large_effect",
    "mark",
    "note",
    "paste",
    "sign",
    "sound_effect",
]
