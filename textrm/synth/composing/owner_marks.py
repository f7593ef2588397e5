"""Watermarks and credits put on a page that is otherwise done."""

from __future__ import annotations

from textrm.synth.composing.letterer import Letterer
from textrm.synth.pieces.ownership import credit, watermark

WATERMARK, CREDIT = 0.05, 0.12  # shares of pictures


def add_ownership(letterer: Letterer) -> None:
    """A watermark, a credit, or mostly neither; both lie over everything else."""
    if letterer.rng.random() < WATERMARK:
        add_watermark(letterer)
    if letterer.rng.random() < CREDIT:
        add_credit(letterer)


def add_watermark(letterer: Letterer) -> bool:
    """A watermark over the whole picture: once, or again and again in rows."""
    rng, width, height = letterer.rng, letterer.width, letterer.height
    text = watermark(
        rng, letterer.fonts, width, height,
        background=letterer.under((0, 0, width, height)), monochrome=not letterer.color,
    )  # fmt: skip
    if text is None:
        return False
    tall, wide = text.alpha.shape
    if wide > 0.5 * width or rng.random() < 0.5:
        at = rng.normal(0.5, 0.2, 2).clip(0, 1) * (width - wide, height - tall)
        letterer.place(text, *at.tolist())
        return True
    step_x, step_y = wide * rng.uniform(1.15, 2.2), max(tall, 0.4 * wide) * rng.uniform(1.15, 2.5)
    left, top = -rng.uniform(0, step_x), -rng.uniform(0, step_y)
    shift = step_x / 2 if rng.random() < 0.6 else 0.0
    for row in range(min(int((height - top) / step_y) + 1, 12)):
        for column in range(min(int((width - left) / step_x) + 2, 8)):
            letterer.place(text, left + column * step_x - shift * (row % 2), top + row * step_y)
    return True


def add_credit(letterer: Letterer) -> bool:
    """A credit or signature in a corner, or at the middle of the lower edge."""
    rng, width, height = letterer.rng, letterer.width, letterer.height
    edge = rng.uniform(1, 14, 2)
    across = float(rng.choice([0.0, 1.0, 0.5], p=[0.4, 0.45, 0.15]))
    down = 1.0 if rng.random() < 0.8 else 0.0
    room = min(0.5 * width, 240.0), min(0.3 * height, 120.0)
    x0, y0 = edge[0] + across * (width - room[0] - 2 * edge[0]), edge[1] + down * (height - room[1] - 2 * edge[1])
    text = credit(
        rng, letterer.fonts, int(room[0]), int(room[1]),
        background=letterer.under((x0, y0, x0 + room[0], y0 + room[1])), monochrome=not letterer.color,
    )  # fmt: skip
    if text is None:
        return False
    tall, wide = text.alpha.shape
    x, y = edge[0] + across * (width - wide - 2 * edge[0]), edge[1] + down * (height - tall - 2 * edge[1])
    if not letterer.room.take((x, y, x + wide, y + tall)):
        return False
    letterer.place(text, x, y)
    return True
