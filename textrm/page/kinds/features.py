"""What is known of words in numbers, from which their kind is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from textrm.page.finding.mask import Region
from textrm.page.kinds.blocks import Shapes, blocks_of, hulls_of, nearest, shapes_of, twins
from textrm.page.kinds.borders import BORDERS, borders_of
from textrm.page.kinds.grounds import GROUND, grounds_of
from textrm.page.kinds.letters import LETTERS, letters_of
from textrm.page.kinds.text_lines import LINES, lines_of
from textrm.page.kinds.tones import TONES, tones_of

_OWN, _SHAPE, _PLACE, _BLOCK, _PAGE, _NEAR, _USUAL = 7, 6, 11, 6, 7, 2, 5
FEATURES = _OWN + LETTERS + 2 * _SHAPE + 3 * TONES + GROUND + BORDERS + LINES + _PLACE + _BLOCK + _NEAR + _USUAL + _PAGE
_COLOR = 20  # levels in each channel, within which two grounds have one colour
_LARGER = 0.05  # by how much the logarithm of larger letters is higher
_MARGIN = 2  # pixels at the edges of a page that tell its paper


@dataclass(frozen=True, slots=True)
class Known:
    """``rows`` is N x ``FEATURES``; ``block`` (N) the number of each word's block, from 0 on."""

    rows: np.ndarray
    block: np.ndarray


def known_of(image: np.ndarray, ink: np.ndarray, regions: Sequence[Region]) -> Known:
    """The numbers of each word: of itself, of its block and of the page. All are the same at any scale.

    Args:
        image: H W 3 uint8 RGB, lettered.
        ink: H W uint8, 1 = a stroke of lettering, taken out or not.
        regions: all that were found on the page, doubtful ones too.
    """
    if not regions:
        return Known(np.zeros((0, FEATURES)), np.zeros(0, np.int64))
    height, width = image.shape[:2]
    unit = float(min(height, width))
    words = shapes_of([region.polygon for region in regions])
    areas = np.array([float(region.area) for region in regions])
    letters, forms = letters_of(ink, regions)
    tones = tones_of(image, ink, regions, letters)
    block = blocks_of(words.boxes, letters, tones[:, 0])
    hulls = hulls_of(regions, block)
    blocks = shapes_of(hulls)
    members = np.bincount(block).astype(float)
    mean_tones = np.stack([np.bincount(block, tone) / members for tone in tones.T], 1)[block]
    usual = np.bincount(block, np.log(letters)) / members  # of a block's words
    median = float(np.median(np.log(letters)))
    same, alike = twins(words, areas)
    grounds, colors = grounds_of(image, ink, blocks.boxes, np.exp(usual))
    odd = mean_tones - np.average(tones, axis=0, weights=np.sqrt(areas))
    own = [
        np.log2(1 + same) / 4, np.log2(1 + alike) / 4, np.log2(areas / unit**2 + 1e-6) / 8, np.log(letters / unit),
        np.log(letters) - median, np.log2(words.size / letters),
        np.log2(words.length / letters) / 2,
    ]  # fmt: skip
    of_block = np.stack([
        np.log2(members) / 4, usual - np.log(unit), usual - median, np.log2(np.bincount(block, 2 ** forms[:, 0])) / 4,
        np.log2(blocks.size / np.exp(usual)), np.log2(blocks.length / np.exp(usual)) / 2
    ], 1)  # fmt: skip
    page = [
        np.log2(len(regions)) / 6, median - np.log(unit), float((tones[:, 2] > 0.9).mean()), np.log2(height / width),
        float(np.median(tones[:, 7])), np.log2(unit / 1000), float((alike > 2).mean()),
    ]  # fmt: skip
    rows = np.concatenate(
        [
            np.stack(own, 1), forms, _shape(words, unit), _shape(blocks, unit)[block], tones, mean_tones, odd,
            grounds[block], borders_of(image, blocks.boxes, np.exp(usual))[block],
            lines_of(ink, hulls, np.exp(usual))[block],
            _place(blocks, height, width)[block], of_block[block], nearest(blocks.boxes, np.exp(usual))[block],
            _usual(image, colors, usual, np.sqrt(np.bincount(block, areas)))[block],
            np.tile(page, (len(regions), 1)),
        ],
        1,
    )  # fmt: skip
    return Known(rows, block)


def _shape(shapes: Shapes, unit: float) -> np.ndarray:
    """Size, length, how long it is beside its size, and which way it runs."""
    longer = np.log(shapes.length / shapes.size)
    return np.stack(
        [
            np.log(shapes.size / unit), np.log(shapes.length / unit), longer,
            np.abs(np.sin(2 * shapes.angle)) * np.minimum(longer, 1), np.abs(np.sin(shapes.angle)),
            (shapes.boxes[:, 3] - shapes.boxes[:, 1] > shapes.boxes[:, 2] - shapes.boxes[:, 0]).astype(float),
        ],
        1,
    )  # fmt: skip


def _place(shapes: Shapes, height: int, width: int) -> np.ndarray:
    """Where on the page, how near to its edges, and what share of the other blocks stands further out."""
    unit = min(height, width)
    left, top, right, bottom = shapes.boxes.T
    edges = np.stack([left, width - right, top, height - bottom], 1) / unit
    across, down = (left + right) / 2 / width, (top + bottom) / 2 / height
    nearest = edges.min(1, keepdims=True)
    starts, ends = np.sort(top), np.sort(bottom)
    below = 1 - starts.searchsorted(bottom) / len(top)
    above = ends.searchsorted(top) / len(top)
    return np.concatenate(
        [
            np.clip(edges, 0, 0.25) * 4, nearest, np.sqrt(np.clip(nearest, 0, 1)),
            np.stack([across, down, np.abs(across - 0.5), below, above], 1),
        ],
        1,
    )  # fmt: skip


def _usual(image: np.ndarray, colors: np.ndarray, letters: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """How light a block's ground is, how usual its colour is and the size of its letters, and how far from the paper's.

    Args:
        image: H W 3 uint8 RGB.
        colors: N x 3, of the blocks' grounds.
        letters: N, the logarithms of their heights.
        weight: N, above 0: how much the blocks count.
    """
    margins = image[:_MARGIN], image[-_MARGIN:], image[:, :_MARGIN], image[:, -_MARGIN:]
    paper = np.median(np.concatenate([margin.reshape(-1, 3) for margin in margins]), 0)
    found = np.zeros((len(colors), _USUAL))
    for number, color in enumerate(colors):
        alike = np.abs(colors - color).max(1) <= _COLOR
        others = max(weight.sum() - weight[number], 1e-6)
        found[number] = (color.mean() / 255, alike.mean(), (weight[alike].sum() - weight[number]) / others,
                         np.abs(color - paper).max() / 255, (letters < letters[number] - _LARGER).mean())  # fmt: skip
    return found
