"""Fonts: where they lie, what they cover, how their glyphs look."""
