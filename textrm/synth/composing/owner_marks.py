"""Watermarks, credits and page numbers put on a page that is otherwise done."""

from __future__ import annotations

import numpy as np

from textrm.synth.composing.additions import add_sign
from textrm.synth.composing.letterer import Letterer
from textrm.synth.pieces.ownership import credit, imprint, page_number, watermark
from textrm.synth.pieces.patch import Lettering, faded, turned
from textrm.synth.values import Box, Rng

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
        letterer.place(text, float(at[0]), float(at[1]), "watermark")
        return True
    step_x, step_y = wide * rng.uniform(1.15, 2.2), max(tall, 0.4 * wide) * rng.uniform(1.15, 2.5)
    left, top = -rng.uniform(0, step_x), -rng.uniform(0, step_y)
    shift = step_x / 2 if rng.random() < 0.6 else 0.0
    for row in range(min(int((height - top) / step_y) + 1, 12)):
        for column in range(min(int((width - left) / step_x) + 2, 8)):
            letterer.place(text, left + column * step_x - shift * (row % 2), top + row * step_y,
                           "watermark")  # fmt: skip
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
    letterer.place(text, x, y, "credit")
    return True


def add_marks(letterer: Letterer, rng: Rng, share: float) -> None:
    """With probability ``share`` each a page number and a credit, often in a margin; half as often a watermark.

    And signs and notes: so many of the former, twice as many of the latter.
    """
    letterer.rng = letterer.room.rng = rng
    whole = (0.0, 0.0, float(letterer.width), float(letterer.height))
    panels = letterer.panels or [whole]
    for _ in range(rng.poisson(share)):
        add_sign(letterer, panels[rng.integers(len(panels))])
    for _ in range(rng.poisson(2 * share)):
        panel = panels[rng.integers(len(panels))]
        letterer.note(_foot(letterer, panel) if rng.random() < 0.4 else panel)
    if rng.random() < 0.5:
        _lay_margin(letterer)
    if rng.random() < share:
        add_page_number(letterer)
    if rng.random() < share:
        ways = add_imprint, add_credits_on_art, add_credit
        ways[rng.choice(3, p=[0.4, 0.3, 0.3])](letterer)
    if rng.random() < share / 2:
        add_watermark(letterer)


def add_page_number(letterer: Letterer) -> bool:
    """A number at the lower edge, seldom at the upper one: in the middle or at a side."""
    rng, short = letterer.rng, min(letterer.height, letterer.width)
    size = max(short * float(rng.uniform(0.012, 0.026)), 8.0)
    text = page_number(rng, letterer.fonts, size, background=_edge_color(letterer, size), monochrome=not letterer.color)
    across = float(rng.choice([0.0, 0.5, 1.0, 0.03], p=[0.3, 0.35, 0.3, 0.05]))
    return _put_at_edge(letterer, text, across, 1.0 if rng.random() < 0.82 else 0.0, "page_number")


def add_imprint(letterer: Letterer) -> bool:
    """Lines that say who made the page, along its lower or upper edge or, upright, along a side."""
    rng, short = letterer.rng, min(letterer.height, letterer.width)
    size = max(short * float(rng.uniform(0.01, 0.019)), 7.0)
    upright = rng.random() < 0.12
    along = letterer.height if upright else letterer.width
    text = imprint(
        rng, letterer.fonts, int(along * rng.uniform(0.3, 0.95)), size, background=_edge_color(letterer, size),
        monochrome=not letterer.color,
    )  # fmt: skip
    if text is not None and upright:
        text = turned(text, float(rng.choice([90.0, -90.0])))
        return _put_at_edge(letterer, text, float(rng.integers(2)), float(rng.uniform(0.1, 0.9)), "credit")
    across = float(rng.choice([0.0, 0.5, 1.0]))
    return _put_at_edge(letterer, text, across, 1.0 if rng.random() < 0.85 else 0.0, "credit")


def add_credits_on_art(letterer: Letterer) -> bool:
    """Lines that say who made the page at the foot of its last panel, on the art: small, pale or translucent."""
    rng, short = letterer.rng, min(letterer.height, letterer.width)
    left, _, right, low = letterer.panels[-1] if letterer.panels else (0.0, 0.0, letterer.width, letterer.height)
    size = max(short * float(rng.uniform(0.01, 0.017)), 7.0)
    text = imprint(
        rng, letterer.fonts, int((right - left) * rng.uniform(0.5, 0.98)), size,
        background=letterer.under((left, low - 2 * size, right, low)), monochrome=not letterer.color,
        ending=0.45, align=0.5 if rng.random() < 0.7 else None,
    )  # fmt: skip
    if text is None:
        return False
    text = faded(text, float(rng.uniform(0.5, 0.9))) if rng.random() < 0.5 else text
    tall, wide = text.alpha.shape
    pad = float(rng.uniform(0.1, 1.2)) * size
    x = left + pad + float(rng.choice([0.0, 0.5, 1.0], p=[0.25, 0.5, 0.25])) * (right - left - 2 * pad - wide)
    y = low - tall - pad
    if min(x, y) < 0 or not letterer.room.take((x, y, x + wide, y + tall)):
        return False
    letterer.place(text, x, y, "credit")
    return True


def _foot(letterer: Letterer, panel: Box) -> Box:
    """Where a footnote stands: at the lower edge of a panel, or between it and what is below."""
    low = min(panel[3] + float(letterer.rng.choice([0.0, 0.02])) * letterer.height, letterer.height)
    return panel[0], max(low - 16.0, 0.0), panel[2], low


def _put_at_edge(letterer: Letterer, text: Lettering | None, across: float, down: float, kind: str) -> bool:
    """Put a patch near an edge of the page, 0 to 1 from left and from above; False where something is there."""
    if text is None:
        return False
    tall, wide = text.alpha.shape
    edge = letterer.rng.uniform(0.004, letterer.rng.choice([0.03, 0.07]), 2) * min(letterer.height, letterer.width)
    x = edge[0] + across * (letterer.width - wide - 2 * edge[0])
    y = edge[1] + down * (letterer.height - tall - 2 * edge[1])
    if min(x, y) < 0 or not letterer.room.take((x, y, x + wide, y + tall)):
        return False
    letterer.place(text, x, y, kind)
    return True


def _edge_color(letterer: Letterer, size: float) -> np.ndarray | None:
    high = letterer.height
    return letterer.under((0, high - 2 * size, letterer.width, high))


def _lay_margin(letterer: Letterer) -> None:
    """Paper instead of the art along the lower edge, and as often along the sides, where no word stands."""
    rng, short = letterer.rng, min(letterer.height, letterer.width)
    paper = (255, 255, 255) if rng.random() < 0.8 else letterer.clean[0, 0]
    high, wide = (int(short * rng.uniform(0.03, 0.075)) for _ in range(2))
    low = max((word[:, 1].max() for word in letterer.words), default=0.0)
    right = max((word[:, 0].max() for word in letterer.words), default=0.0)
    left = min((word[:, 0].min() for word in letterer.words), default=letterer.width)
    for picture in (letterer.clean, letterer.image):
        if low < letterer.height - high - 2:
            picture[letterer.height - high :] = paper
        if high % 2 and left > wide + 2 and right < letterer.width - wide - 2:
            picture[:, :wide] = picture[:, letterer.width - wide :] = paper
