"""What stands in a balloon goes whole: what the looks overlooked of it is told from the ground that closes around."""

from __future__ import annotations

import cv2
import numpy as np

from textrm.page.finding.ground import ClosedGround, Grounds

_CONVEX = 0.4  # of -1 to 1: balloons and captions are; hair, clothes and limbs are not
_PLAIN = 0.9  # of a ground's pixels that must have its colour: a wall in the light is no balloon
_SHARE = 0.6  # of a word's surroundings that its ground must be
_FOUND = 0.5  # of the ink in a balloon: so much must be strokes of words that go
_PART = 0.35  # of the ink in a hole with strokes: where less of it is theirs, they belong to a drawing
_LARGER = 1.3  # times the largest hole of a word that goes: a larger one is a drawing
_INK = 40  # levels; what differs less from the ground in every channel is ground

Pixels = tuple[np.ndarray, np.ndarray, np.ndarray]
"""y, x and the word of some pixels."""


def overlooked(image: np.ndarray, strokes: Pixels, grounds: Grounds, kept: np.ndarray) -> Pixels:
    """The ink that goes with the words in a balloon beside their strokes; each pixel with the word it goes with.

    Where words that go make up most of what interrupts a closed, convex ground of one colour, as they do in a balloon,
    all of it goes that is no larger than they are: last dots, thin dashes, what is missing of a letter. Larger things
    are drawings, and a balloon that holds more drawing than lettering stays as it is.

    Args:
        image: H W 3 uint8 RGB, the page.
        strokes: the pixels of all words.
        grounds: what the words stand on.
        kept: N bool, which words go.
    """
    ys, xs, word = strokes
    found: list[Pixels] = []
    standing = kept & in_balloons(grounds)
    for region in np.unique(grounds.of_word[standing]).tolist():
        own = standing[word] & (grounds.of_word[word] == region)
        found.append(_of_balloon(image, (ys[own], xs[own], word[own]), grounds.closed[region], grounds.step))
    if not found:
        return ys[:0], xs[:0], word[:0]
    more_ys, more_xs, more_words = (np.concatenate(part) for part in zip(*found, strict=True))
    return more_ys, more_xs, more_words


def in_balloons(grounds: Grounds) -> np.ndarray:
    """N bool: which words stand on a closed, convex ground of one colour."""
    balloons = [number for number, ground in grounds.closed.items()
                if ground.convex >= _CONVEX and ground.plain >= _PLAIN]  # fmt: skip
    return (grounds.share >= _SHARE) & np.isin(grounds.of_word, balloons)


def _of_balloon(image: np.ndarray, own: Pixels, ground: ClosedGround, step: int) -> Pixels:
    """The same for the pixels of the words that go of one balloon."""
    ys, xs, word = own
    count, labels, boxes, centres = cv2.connectedComponentsWithStats(ground.holes, connectivity=8, ltype=cv2.CV_32S)
    scale = 1 << step
    above, beside = ground.slices
    pixels = image[above.start * scale : above.stop * scale, beside.start * scale : beside.stop * scale]
    top, left = above.start * scale, beside.start * scale
    hole = labels.repeat(scale, 0).repeat(scale, 1)[: pixels.shape[0], : pixels.shape[1]]
    rows, columns = ys - top, xs - left
    inside = (rows >= 0) & (rows < hole.shape[0]) & (columns >= 0) & (columns < hole.shape[1])
    rows, columns, word = rows[inside], columns[inside], word[inside]
    low, high = np.maximum(ground.color - _INK, 0), np.minimum(ground.color + _INK, 255)
    ink = cv2.inRange(pixels, low, high) == 0
    ink[rows, columns] = True
    inked = np.bincount(hole[ink], minlength=count)
    found = np.bincount(hole[rows, columns], minlength=count)
    owned = found >= np.maximum(_PART * inked, 1)
    owned[0] = False
    if found[owned].sum() < max(_FOUND * inked[1:].sum(), 1):
        return ys[:0], xs[:0], word[:0]
    owner = np.zeros(count, np.int64)
    owner[hole[rows, columns]] = word
    sizes = np.sqrt(boxes[:, cv2.CC_STAT_WIDTH].astype(np.float64) * boxes[:, cv2.CC_STAT_HEIGHT])
    goes = owned | ((found == 0) & (sizes <= _LARGER * sizes[owned].max()))
    goes[0] = False
    distance = np.linalg.norm(centres[:, None] - centres[None, owned], axis=2)
    owner = np.where(owned, owner, owner[owned][distance.argmin(1)])
    new = goes[hole] & ink
    new[rows, columns] = False
    rows, columns = np.nonzero(new)
    return rows + top, columns + left, owner[hole[rows, columns]]
