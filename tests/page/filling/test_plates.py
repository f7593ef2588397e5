"""Ink is filled plate by plate, and a plate without lettering keeps its values."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from textrm.page import InpaintingModel
from textrm.page.filling.fill import FILLS
from textrm.page.filling.plates import fill_plates

SIZE = 140, 300
Y, X = np.mgrid[: SIZE[0], : SIZE[1]]
CYAN, MAGENTA, YELLOW, BLACK = range(4)


def word(left: int = 30, text: str = "Hello") -> np.ndarray:
    """How much of each pixel a word covers, in [0, 1]."""
    drawn = np.zeros((2 * SIZE[0], 2 * SIZE[1]), np.uint8)
    cv2.putText(drawn, text, (2 * left, 180), cv2.FONT_HERSHEY_SIMPLEX, 2.4, 255, 9, cv2.LINE_AA)
    return cv2.resize(drawn, SIZE[::-1], interpolation=cv2.INTER_AREA) / 255


def plain(*ink: int) -> np.ndarray:
    return np.full((*SIZE, 4), ink, np.uint8)


def cloudy(seed: int, sigma: float = 4, low: int = 20, high: int = 180) -> np.ndarray:
    noise = cv2.GaussianBlur(np.random.default_rng(seed).normal(size=SIZE), (0, 0), sigma)
    return low + (high - low) * (noise - noise.min()) / np.ptp(noise)


def drawing() -> np.ndarray:
    """Cyan, magenta and yellow that change all over, and no black."""
    return np.stack([cloudy(1), 40 + X * 0.4, 200 - Y * 0.5, 0 * X], 2).astype(np.uint8)


def printed(clean: np.ndarray, covered: np.ndarray, *ink: int | None) -> np.ndarray:
    """``clean`` with a word in these inks; None leaves what is beneath, which black ink overprints."""
    page = clean.astype(float)
    for number, amount in enumerate(ink):
        if amount is not None:
            page[..., number] += covered * (amount - page[..., number])
    return page.round().astype(np.uint8)


def filled(
    page: np.ndarray, covered: np.ndarray, model: InpaintingModel, fill: str = "auto"
) -> tuple[np.ndarray, np.ndarray]:
    """The page afterwards, and where it may have been changed."""
    result = page.copy()
    hole, _ = fill_plates(result, (covered > 0.4).astype(np.uint8), 2, 2, fill, model)
    assert np.array_equal(result[hole == 0], page[hole == 0])
    return result, hole


def test_black_lettering_leaves_the_other_plates_bit_identical(inpainter: InpaintingModel) -> None:
    for clean in (plain(0, 0, 0, 0), plain(100, 60, 20, 0), drawing()):
        result, _ = filled(printed(clean, word(), None, None, None, 255), word(), inpainter)
        assert np.array_equal(result, clean)


def test_the_edge_of_a_drawing_at_the_word_is_no_lettering(inpainter: InpaintingModel) -> None:
    balloon = np.zeros(SIZE, np.uint8)
    cv2.ellipse(balloon, (90, 80), (78, 24), 0, 0, 360, 1, -1)
    clean = drawing() * (1 - balloon)[..., None]
    result, _ = filled(printed(clean, word(), None, None, None, 255), word(), inpainter)
    assert np.array_equal(result, clean)


@pytest.mark.parametrize("ink", [(150, 120, 120, 255), (0, 0, 0, 255), (0, 0, 0, 0), (None, 200, None, None)])
def test_every_plate_that_bears_the_word_loses_it(ink: tuple[int | None, ...], inpainter: InpaintingModel) -> None:
    clean = plain(101, 61, 23, 0)
    result, _ = filled(printed(clean, word(), *ink), word(), inpainter)
    assert np.array_equal(result, clean)


def test_a_plate_is_decided_word_by_word(inpainter: InpaintingModel) -> None:
    clean = drawing()
    clean[:, 160:, :3] = 90, 70, 50
    page = printed(printed(clean, word(), None, None, None, 255), word(190), 180, 0, 200, 230)
    result, _ = filled(page, np.maximum(word(), word(190)), inpainter)
    assert np.array_equal(result, clean)


def test_lettering_in_the_mean_ink_of_a_drawing_hides_it(inpainter: InpaintingModel) -> None:
    clean = np.stack([cloudy(1, 3), cloudy(2, 3), cloudy(3, 3), 0 * X], 2).astype(np.uint8)
    mean = [int(np.median(clean[..., number])) for number in range(3)]
    page = printed(clean, word(), mean[0], None, mean[2], 250)
    result, _ = filled(page, word(), inpainter, "telea")
    core = word() > 0.99
    assert np.array_equal(result[..., MAGENTA], clean[..., MAGENTA])
    assert (result[..., CYAN] != page[..., CYAN])[core].mean() > 0.9
    assert (result[..., YELLOW] != page[..., YELLOW])[core].mean() > 0.9
    assert not result[..., BLACK].any()


def test_where_no_plate_stands_out_the_best_is_filled(inpainter: InpaintingModel) -> None:
    clean = np.stack([cloudy(1, 1, 0, 255), 0 * X, 0 * X, cloudy(2, 1, 0, 160)], 2).astype(np.uint8)
    page = printed(clean, 0.2 * word(), None, None, None, 255)
    result, hole = filled(page, word(), inpainter)
    assert np.array_equal(result[..., :3], clean[..., :3])
    assert (result[..., BLACK] != page[..., BLACK])[hole != 0].mean() > 0.9


@pytest.mark.parametrize("fill", FILLS)
def test_every_fill_works_on_ink(fill: str, inpainter: InpaintingModel) -> None:
    clean = plain(101, 61, 23, 0)
    result, hole = filled(printed(clean, word(), None, None, None, 255), word(), inpainter, fill)
    if fill == "white":
        assert not result[hole != 0].any()  # paper, whatever was printed
    else:
        assert np.array_equal(result, clean)


def test_traces_of_compression_go_from_the_plate_of_the_lettering_alone(inpainter: InpaintingModel) -> None:
    clean = plain(101, 61, 23, 0)
    page = printed(clean, word(), None, None, None, 255)
    coded = cv2.imencode(".jpg", page[..., BLACK], [cv2.IMWRITE_JPEG_QUALITY, 80])[1]
    page[..., BLACK] = cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE)
    page[..., CYAN] += np.random.default_rng(0).integers(0, 3, SIZE, dtype=np.uint8)
    result, hole = filled(page, word(), inpainter)
    assert np.array_equal(result[..., :3], page[..., :3])
    assert result[..., BLACK].max() <= 1
    assert page[..., BLACK][(hole != 0) & (cv2.dilate(word(), np.ones((7, 7))) < 0.4)].max() > 1


def test_pages_of_nothing_but_a_hole_stay(inpainter: InpaintingModel) -> None:
    ink, hole = np.full((9, 7, 4), 40, np.uint8), np.ones((9, 7), np.uint8)
    assert fill_plates(ink, hole, 2, 2, "auto", inpainter)[0].all()
    assert (ink == 40).all()
    assert not fill_plates(ink, np.zeros_like(hole), 2, 2, "auto", inpainter)[0].any()
    assert (ink == 40).all()
