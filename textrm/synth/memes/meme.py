"""A meme from a text-free picture and its captions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from textrm.data.masks import mask_of_drawn_pair
from textrm.data.sample import Sample
from textrm.synth.memes.caption_boxes import CaptionBox, Share, at_edges, in_boxes, light_share, with_band, with_panels
from textrm.synth.memes.faces import CaptionFaces, Choice, covers
from textrm.synth.memes.fitting import fit_caption, words_of
from textrm.synth.memes.manner import FREE, Manner, band, outline, panel
from textrm.synth.pieces.patch import Lettering, paste
from textrm.synth.values import Rng

BAND, PANEL = "band", "black"
# What the memes of the net look like, by counting; the names are those of the column ``style``.
STYLES: Mapping[str, float] = {
    "outline": 0.56, BAND: 0.15, PANEL: 0.11, "plainwhite": 0.06, "colour": 0.05, "shadow": 0.04, "blackwhite": 0.03,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Meme:
    """``sample`` has the picture as ``clean``, with the bands and panels that were added to it.

    ``style`` is one of STYLES and ``font`` the file name of the face without suffix, both "" where nothing is set.
    ``refused`` says of every caption that was not set why, in one line.
    """

    sample: Sample
    style: str
    font: str
    refused: tuple[str, ...]


def letter_meme(
    rng: Rng,
    picture: np.ndarray,
    captions: Sequence[str],
    faces: CaptionFaces,
    *,
    boxes: Sequence[Share] | None = None,
    styles: Mapping[str, float] = STYLES,
    draw_panels: bool = True,
    name: str = "meme",
) -> Meme:
    """Set captions on a picture.

    Args:
        rng: everything that is random comes from it.
        picture: H W 3 uint8 RGB without lettering, at least 64 px a side; it is not changed.
        captions: the texts in reading order; the place of an empty or refused one stays empty.
        faces: what to set them with. A caption with an emoji, or a glyph that no face has, is refused.
        boxes: a place for each caption, empty ones too, as left, top, right, bottom in [0, 1]; dark letters without
            outline where a box is light. Captions beyond the boxes are refused. Without boxes they go to the edges.
        styles: the share of each style, by the names of STYLES; "band" is "outline" where boxes are given.
        draw_panels: whether the style "black" may draw light panels to write on, where no boxes are given and no place
            stays empty.
        name: the sample's id.

    Returns:
        The meme; ``image`` equals ``clean`` wherever no letter, outline or shadow lies, and ``mask`` is 1 where they
        differ visibly, see :func:`textrm.data.masks.mask_of_drawn_pair`.
    """
    kept: list[tuple[int, str]] = []
    refused: list[str] = []
    for number, caption in enumerate(captions):
        if not words_of(caption)[0]:
            continue
        if faces.covering(caption + caption.upper()) is None:
            refused.append(f"{_shown(caption)}: has an emoji or a glyph that no face has")
        elif boxes is not None and number >= len(boxes):
            refused.append(f"{_shown(caption)}: no box is left for it")
        else:
            kept.append((number, caption))
    texts = [text for _, text in kept]
    names = [style for style, share in styles.items() if share > 0]
    weights = np.array([styles[style] for style in names])
    style = names[int(rng.choice(len(names), p=weights / weights.sum()))]
    if not texts:
        return _bare(name, picture, refused)
    if style == BAND and boxes is None:
        centre = (sum(number for number, _ in kept) / len(kept) + 0.5) / len(captions)
        return _on_band(rng, picture, texts, refused, faces, name, centre)
    height, width = picture.shape[:2]
    clean = picture
    if boxes is not None:
        caption_boxes = in_boxes([boxes[number] for number, _ in kept], height, width)
    elif style == PANEL and draw_panels and len(texts) == len(captions):
        clean, caption_boxes = with_panels(rng, picture, len(texts))
    else:
        every = at_edges(rng, len(captions), height, width)
        caption_boxes = [every[number] for number, _ in kept]
    dark = panel(rng, faces, texts)
    light = FREE.get(style, outline)(rng, faces, texts)
    largest = _largest(rng, height, width)
    image = clean.copy()
    words: list[np.ndarray] = []
    used: list[tuple[str, str]] = []
    for text, caption_box in zip(texts, caption_boxes, strict=True):
        lit = light_share(clean, caption_box)
        on_panel = lit > 0.9 and (boxes is not None or style == PANEL)
        manner = _covering(dark if on_panel else light, text, faces)
        seen = PANEL if on_panel else style if style in FREE else "outline"
        if lit > 0.1 and not on_panel and not manner.edge:  # white on white could not be read
            manner, seen = replace(manner, edge=0.06), "outline"
        drawn = fit_caption(rng, text, manner, *caption_box.size, 1.3 * largest if on_panel else largest)
        if drawn is None:
            wide, high = caption_box.size
            refused.append(f"{_shown(text)}: too long for its box of {wide:.0f}x{high:.0f} px")
            continue
        words += _lay(image, drawn, caption_box, manner.align)
        used.append((seen, manner.choice.name))
    if not used:
        return _bare(name, picture, refused)
    return Meme(_sample(name, image, clean, words, clean is not picture), *used[0], tuple(refused))


def _on_band(
    rng: Rng, picture: np.ndarray, texts: Sequence[str], refused: list[str], faces: CaptionFaces, name: str,
    centre: float,
) -> Meme:  # fmt: skip
    """All captions on one band, whose height follows from the text.

    It lies on the side of ``centre``, that of their places (0 = at the top, 1 = at the bottom); where this is the
    middle, above the picture, sometimes below it.
    """
    height, width = picture.shape[:2]
    inverse = rng.random() < 0.1
    manner = band(rng, faces, list(texts))
    if inverse:
        manner = replace(manner, ink=(255, 255, 255))
    largest = width * float(np.exp(rng.uniform(np.log(0.032), np.log(0.1))))
    side, gap = width * rng.uniform(0.01, 0.06), largest * rng.uniform(0.3, 0.9)
    blocks: list[tuple[Lettering, Manner]] = []
    for text in texts:
        own = _covering(manner, text, faces)
        drawn = fit_caption(rng, text, own, width - 2 * side, 0.8 * height / len(texts), max(largest, 11.0))
        if drawn is None:
            refused.append(f"{_shown(text)}: too long for a band of {width} px")
        else:
            blocks.append((drawn, own))
    if not blocks:
        return _bare(name, picture, refused)
    rows = round(sum(drawn.alpha.shape[0] + gap for drawn, _ in blocks) + gap * rng.uniform(0.8, 1.6))
    below = rng.random() < 0.15 if centre == 0.5 else centre > 0.5
    clean = with_band(picture, rows, below, 0 if inverse else 255)
    image = clean.copy()
    words: list[np.ndarray] = []
    top = (height if below else 0) + gap
    for drawn, own in blocks:
        bottom = top + drawn.alpha.shape[0]
        words += _lay(image, drawn, CaptionBox(side, top, width - side, bottom), own.align)
        top = bottom + gap
    return Meme(_sample(name, image, clean, words, True), BAND, blocks[0][1].choice.name, tuple(refused))


def _lay(image: np.ndarray, drawn: Lettering, caption_box: CaptionBox, align: float) -> tuple[np.ndarray, ...]:
    height, width = drawn.alpha.shape
    x = round(caption_box.left + align * (caption_box.size[0] - width))
    y = round(caption_box.top + caption_box.hang * (caption_box.size[1] - height))
    return paste(image, drawn, x, y)


def _covering(manner: Manner, text: str, faces: CaptionFaces) -> Manner:
    """The manner, with another face where its own lacks a glyph of the text."""
    if covers(manner.choice.face, text.upper() if manner.capitals else text):
        return manner
    choice: Choice | None = faces.covering(text + text.upper())
    assert choice is not None, "captions that no face covers are refused before"
    return replace(manner, choice=choice)


def _largest(rng: Rng, height: int, width: int) -> float:
    """Px per em that letters are not above: from 5 % to 20 % of the shorter side, at least 12 px."""
    return max(min(height, width) * float(np.exp(rng.uniform(np.log(0.05), np.log(0.2)))), 12.0)


def _shown(text: str) -> str:
    """The beginning of a caption on one line, with what does not print as its code."""
    short = " ".join(text.split())
    return ascii(short if len(short) <= 40 else f"{short[:39]}…")


def _bare(name: str, picture: np.ndarray, refused: Sequence[str]) -> Meme:
    """The picture with nothing set on it."""
    return Meme(_sample(name, picture, picture.copy(), (), False), "", "", tuple(refused))


def _sample(name: str, image: np.ndarray, clean: np.ndarray, words: Sequence[np.ndarray], added: bool) -> Sample:
    tags = {"meme"} | ({"band"} if added else set())
    return Sample(name, image, mask_of_drawn_pair(image, clean), clean, None, tuple(words),
                  ("caption",) * len(words), frozenset(tags))  # fmt: skip
