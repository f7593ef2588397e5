"""How the captions of one meme are set: face, case and colours, with every length in em."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from textrm.synth.inks.effects import Dress
from textrm.synth.memes.faces import CaptionFaces, Choice
from textrm.synth.values import BLACK, WHITE, Color, Rng

BRIGHT: tuple[Color, ...] = (
    (255, 255, 0), (255, 220, 40), (255, 70, 70), (80, 220, 255), (90, 255, 90), (255, 120, 220), (255, 150, 30),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Manner:
    """``edge`` and ``shadow`` are in em; ``gap`` is what parts two lines, ``align`` 0 = flush left, 0.5 = centred."""

    choice: Choice
    ink: Color = WHITE
    edge: float = 0.0
    edge_color: Color = BLACK
    shadow: tuple[float, float, float] | None = None  # distance, blur, opacity
    capitals: bool = True
    gap: float = 0.25
    align: float = 0.5
    balanced: bool = True

    def dress(self, size: float) -> Dress:
        """Its colours at ``size`` px per em; an outline is at least a pixel wide."""
        outlines = ((max(self.edge * size, 1.0), self.edge_color),) if self.edge else ()
        cast = None
        if self.shadow:
            distance, blur, opacity = self.shadow
            step = max(distance * size, 1.0)
            cast = (step, step, blur * size, opacity, self.edge_color)
        return Dress(self.ink, outlines=outlines, shadow=cast)


def outline(rng: Rng, faces: CaptionFaces, texts: list[str]) -> Manner:
    """White capitals with a black outline, the classic; now and then with a soft shadow as well."""
    manner = _classic(rng, faces, texts)
    shadow = (float(rng.uniform(0.02, 0.06)), float(rng.uniform(0, 0.06)), 0.8) if rng.random() < 0.08 else None
    return replace(manner, edge=float(rng.uniform(0.03, 0.1)), shadow=shadow)


def plain_white(rng: Rng, faces: CaptionFaces, texts: list[str]) -> Manner:
    """White without outline."""
    return _classic(rng, faces, texts)


def cast_shadow(rng: Rng, faces: CaptionFaces, texts: list[str]) -> Manner:
    """White with a black shadow, hard or soft."""
    blur = 0.0 if rng.random() < 0.4 else float(rng.uniform(0.02, 0.08))
    shadow = (float(rng.uniform(0.03, 0.08)), blur, float(rng.uniform(0.7, 1.0)))
    return replace(_classic(rng, faces, texts), shadow=shadow)


def colored(rng: Rng, faces: CaptionFaces, texts: list[str]) -> Manner:
    """A bright colour with a black outline."""
    ink = BRIGHT[int(rng.integers(len(BRIGHT)))]
    manner = _classic(rng, faces, texts)
    if rng.random() < 0.3:
        manner = replace(manner, choice=faces.pick(rng, faces.playful, texts), gap=0.4)
    return replace(manner, ink=ink, edge=float(rng.uniform(0.03, 0.1)))


def black_white(rng: Rng, faces: CaptionFaces, texts: list[str]) -> Manner:
    """Black with a white outline."""
    return replace(_classic(rng, faces, texts), ink=BLACK, edge=float(rng.uniform(0.04, 0.1)), edge_color=WHITE)


def panel(rng: Rng, faces: CaptionFaces, texts: list[str]) -> Manner:
    """Black or dark without outline, for light panels and balloons; capitals or as written."""
    manner = _plain(rng, faces, texts)
    return replace(manner, align=0.5 if rng.random() < 0.85 else 0.0, capitals=rng.random() < 0.45)


def band(rng: Rng, faces: CaptionFaces, texts: list[str]) -> Manner:
    """Black as written, flush left or centred, for a white band."""
    manner = _plain(rng, faces, texts)
    return replace(
        manner, align=float(rng.choice([0.0, 0.5])), capitals=rng.random() < 0.15, balanced=rng.random() < 0.4
    )


# By their names in the column ``style`` of a manifest; what is not set on a panel or band can lie on any picture.
FREE: dict[str, Callable[[Rng, CaptionFaces, list[str]], Manner]] = {
    "outline": outline,
    "plainwhite": plain_white,
    "shadow": cast_shadow,
    "colour": colored,
    "blackwhite": black_white,
}


def _classic(rng: Rng, faces: CaptionFaces, texts: list[str]) -> Manner:
    pool = faces.classic if rng.random() < 0.85 else faces.heavy
    capitals = rng.random() < 0.85
    return Manner(
        faces.pick(rng, pool, texts), capitals=capitals, gap=float(rng.uniform(0.16, 0.4)),
        balanced=rng.random() < 0.6,
    )  # fmt: skip


def _plain(rng: Rng, faces: CaptionFaces, texts: list[str]) -> Manner:
    draw = rng.random()
    pool = faces.plain if draw < 0.55 else faces.classic if draw < 0.92 else faces.playful
    choice = faces.pick(rng, pool, texts)
    if pool is faces.plain and rng.random() < 0.7:
        choice = replace(choice, bold=0.0)
    grey = 0 if rng.random() < 0.75 else int(rng.integers(10, 60))
    return Manner(choice, ink=(grey, grey, grey), gap=float(rng.uniform(0.3, 0.6)))
