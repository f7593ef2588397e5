"""Marks that stand alone and strokes that end a word; see ``vocabulary``."""

from __future__ import annotations

MARKS = {
    "level": (
        "...", "…", "!", "?", "!!", "!?", "?!", "??", "!!!", "???", ". . .", "......", "…!", "…?", "-", "--", "—", "——",
        "~", "~~", "♥", "♡", "♪", "♪♪", "*", "#", "•••", "・・・", "！", "？", "！？", "…っ",
    ),
    "upright": (
        "…", "……", "………", "・・・", "・・・・", "・・・・・・", "！", "？", "！？", "！！", "!?", "!!",
        "っ", "ッ", "っ…", "ーー",
        "――", "～", "～～", "♡", "♥", "♪", "・", "。。。", "あ", "え", "ん", "…？", "…！", "ーっ",
    ),
}  # fmt: skip
# what closes a drawn-out cry: some are drawn again and again
ENDS = {
    "japanese": (
        "ー", "～", "―", "…", "ーっ", "～っ", "ッ", "っ", "ぁ", "ぇ",
        "ー！", "～♪", "～♡", "♡", "♥", "――", "ーーッ", "ぅ",
    ),
    "chinese": ("～", "——", "…", "～！", "！", "～♪", "♡"),
    "korean": ("~", "~!", "-", "...", "ㅋ", "♡", "♪"),
    "latin": ("~", "—", "-", "!", ".", "…", "~♪", "♥", "—!", "~~"),
}  # fmt: skip

CHARACTERS = "".join(sorted(set("".join("".join(marks) for marks in (*MARKS.values(), *ENDS.values()))) - {" "}))
"""Every character of these."""
