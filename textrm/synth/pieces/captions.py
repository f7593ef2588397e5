"""Small and short lettering outside balloons: margin notes and meme captions."""

from __future__ import annotations

from textrm.synth.faces.library import FontLibrary
from textrm.synth.faces.scripts import RIGHT_TO_LEFT, SHAPED, SPACELESS, VERTICAL
from textrm.synth.inks.dresses import dialogue_dress, meme_dress
from textrm.synth.pieces.dialogue import SMALLEST, straight, tags_of
from textrm.synth.pieces.patch import Lettering, colored
from textrm.synth.setting.block import Setting
from textrm.synth.setting.columns import set_columns
from textrm.synth.setting.rows import set_rows
from textrm.synth.setting.warp import turn
from textrm.synth.values import Background, Rng
from textrm.synth.words.text import fit_to, meme_text, note_text, tokens_of


def note(
    rng: Rng, fonts: FontLibrary, width: int, height: int, *, script: str, background: Background = None
) -> Lettering | None:
    """A tiny margin note, aside or page number, 6 to 12 px, sometimes rotated or hand-written."""
    face = fonts.pick(rng, script, {"hand": 0.5, "sans": 0.3, "serif": 0.15, "display": 0.04, "brush": 0.01})
    size = float(rng.uniform(6, 12.5))
    text = fit_to(note_text(rng, script), face.lacks)
    if script == "latin" and rng.random() < 0.4:
        text = fit_to(text.upper(), face.lacks)
    tokens = tokens_of(text, script, 4)
    setting = Setting(
        face, size, leading=rng.uniform(1.0, 1.4), align=float(rng.choice([0.0, 0.5, 1.0])),
        jitter=0.03 if face.style == "hand" and rng.random() < 0.3 else 0.0,
        right_to_left=script in RIGHT_TO_LEFT, shaped=script in SHAPED,
    )  # fmt: skip
    dress = dialogue_dress(rng, size, background, None, True if rng.random() < 0.85 else None)
    angle = float(rng.choice([90, -90, rng.normal(0, 12)])) if rng.random() < 0.25 else 0.0
    room_x, room_y = width - 2 * dress.reach - 4, height - 2 * dress.reach - 4
    along, across = (room_y, room_x) if abs(angle) > 45 else (room_x, room_y)
    lines = min(int(across / (size * setting.leading)), 4)
    if script in VERTICAL and rng.random() < 0.3:
        block = set_columns(rng, tokens, setting, room_y, max(int(room_x / (size * setting.leading)), 1))
        angle, vertical = 0.0, True
    else:
        wide = straight(along * rng.uniform(0.5, 1.0))
        block, vertical = set_rows(rng, tokens, setting, wide, lines, script not in SPACELESS), False
    block = block and turn(block, angle).within(room_x, room_y)
    return None if block is None else colored(block, dress, tags_of("note", script, block, vertical, angle, setting))


def caption_meme(
    rng: Rng, fonts: FontLibrary, width: int, height: int, *, script: str, background: Background = None
) -> Lettering | None:
    """A meme caption: heavy capitals, white with a black outline; plain where ``background`` is known to be light."""
    face = fonts.pick(rng, script, {"display": 0.7, "sans": 0.2, "hand": 0.05, "serif": 0.05})
    lines = int(rng.integers(1, 5))
    size = min(height / (lines * 1.2 + 0.4), width / 3.5, 110.0) * rng.uniform(0.6, 1.0)
    dress = meme_dress(rng, size, background)
    bold = rng.uniform(0.01, 0.05) if face.weight < 600 and rng.random() < 0.6 else 0.0
    capitals = rng.random() < 0.8
    for _ in range(4):
        if size < SMALLEST:
            return None
        room_x, room_y = width - 2 * dress.reach - 4, height - 2 * dress.reach - 4
        setting = Setting(
            face, size, leading=rng.uniform(1.0, 1.25), align=0.5 if rng.random() < 0.9 else 0.0, bold=bold,
            right_to_left=script in RIGHT_TO_LEFT, shaped=script in SHAPED,
        )  # fmt: skip
        text = meme_text(rng, script, int(lines * room_x / size * rng.uniform(0.8, 1.9)))
        text = fit_to(text.upper() if capitals else text, face.lacks)
        tokens = tokens_of(text, script, 3)
        block = set_rows(rng, tokens, setting, straight(room_x), lines, script not in SPACELESS)
        block = block and block.within(room_x, room_y)
        if block is not None:
            return colored(block, dress, tags_of("meme", script, block, False, 0.0, setting))
        size *= 0.8
    return None
