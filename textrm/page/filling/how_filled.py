"""Counts by what the holes of a page were filled, so that a person knows what to look at first."""

from __future__ import annotations

from dataclasses import dataclass

from textrm.page.group import Box, Slices

COUNTS = ("flat", "screen", "texture", "network", "strokes", "doubtful")


@dataclass(slots=True)
class HowFilled:
    """Pixels of holes by what filled them; of a page of ink those of all plates.

    ``flat``: one colour or a plane; ``screen``: a screen continued in phase; ``texture``: copies of what repeats around
    the hole, where they match, over the net's; ``network``: the net alone; ``strokes``: those of them that strokes of
    the drawing were drawn over. ``doubtful``: those on what looks like a screen and was filled otherwise, since it was
    not certain. ``largest`` is the largest hole that is neither flat nor a screen, ``pixels`` what it has.
    """

    flat: int = 0
    screen: int = 0
    texture: int = 0
    network: int = 0
    strokes: int = 0
    doubtful: int = 0
    largest: Box | None = None
    pixels: int = 0

    def add(self, other: HowFilled) -> None:
        """Count what ``other`` counts, too."""
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        if other.pixels > self.pixels:
            self.largest, self.pixels = other.largest, other.pixels

    def see(self, slices: Slices, pixels: int) -> None:
        """A hole in the rows and columns ``slices`` that is neither flat nor a screen."""
        if pixels > self.pixels:
            rows, columns = slices
            self.largest, self.pixels = (columns.start, rows.start, columns.stop, rows.stop), pixels

    def facts(self) -> dict[str, object]:
        """The same by name, for JSON."""
        return {name: getattr(self, name) for name in (*COUNTS, "largest")}

    def __str__(self) -> str:
        parts = {"flat": self.flat, "on screens": self.screen, "by texture": self.texture, "by the net": self.network}
        whole = sum(parts.values())
        if not whole:
            return "nothing was filled"
        said = ", ".join(f"{100 * count / whole:.0f} % {name}" for name, count in parts.items() if count)
        if self.doubtful:
            said += f"; {100 * self.doubtful / whole:.0f} % on what may be a screen"
        if self.largest is not None:
            left, top, right, bottom = self.largest
            said += f"; the largest by net or texture {right - left} x {bottom - top} px at x {left}, y {top}"
        return f"filled {said}"
