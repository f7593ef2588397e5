"""Lettering as patches: dialogue, jottings, effects, marks, signs, notes and meme captions, each with its words.

Every function is deterministic given ``rng`` and returns None where nothing fits. A patch is never larger than
``width`` x ``height``; the caller chooses where it lies (for a balloon: centre it) and pastes it with ``paste``.

Tags a Lettering can carry: its kind (``dialogue``, ``jotting``, ``sound_effect``, with ``large_effect`` or not,
``single_mark``, ``sign``, ``note``, ``meme``, ``watermark``, ``credit``), its script (``japanese``, ``latin`` ...),
how it is set (``vertical``, ``furigana``, ``rotated``, ``hand``, ``bold``, ``arc``, ``perspective``, ``overlapping``),
what is drawn around it (``underlined``, ``bracketed``, ``ringed``, ``rays``, ``heart``, ``tail``) and those of its look
(``outlined``, ``shadow``, ``glow``, ``gradient``, ``patterned``, ``hollow``, ``translucent``, ``faint``).
"""

from __future__ import annotations

from textrm.data.synth.captions import caption_meme, note
from textrm.data.synth.dialogue import dialogue
from textrm.data.synth.jottings import jotting
from textrm.data.synth.large import large_effect
from textrm.data.synth.marks import mark
from textrm.data.synth.patch import Lettering, paste
from textrm.data.synth.signs import sign
from textrm.data.synth.sound import sound_effect

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
