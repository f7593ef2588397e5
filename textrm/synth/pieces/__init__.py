"""Lettering as patches: dialogue, jottings, effects, marks, signs, notes and meme captions, each with its words.

Every piece is deterministic given ``rng`` and returns None where nothing fits. A patch is never larger than
``width`` x ``height``; the caller chooses where it lies (for a balloon: centre it) and pastes it with ``patch.paste``.

Tags a Lettering can carry: its kind (``dialogue``, ``jotting``, ``sound_effect``, with ``large_effect`` or not,
``single_mark``, ``sign``, ``note``, ``meme``, ``watermark``, ``credit``), its script (``japanese``, ``latin`` ...),
how it is set (``vertical``, ``furigana``, ``rotated``, ``hand``, ``bold``, ``arc``, ``perspective``, ``overlapping``),
what is drawn around it (``underlined``, ``bracketed``, ``ringed``, ``rays``, ``heart``, ``tail``) and those of its
dress (``outlined``, ``shadow``, ``glow``, ``gradient``, ``patterned``, ``hollow``, ``translucent``, ``faint``).
"""
