"""Lines of lettering that go whole."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from textrm.page.finding.completing.text_lines import rest_of_lines

TEXT = ("AND THEN ON THE RADAR", "HE PICKS UP THE FAINT", "SIGNAL OF A BATTLE")
INK = (30, 25, 40)
END = 40 + cv2.getTextSize(TEXT[1], cv2.FONT_HERSHEY_SIMPLEX, 0.55, 2)[0][0]  # of the middle line


def paper(height: int = 110, width: int = 420) -> np.ndarray:
    """A caption's ground of old print: red dots on yellow."""
    page = np.full((height, width, 3), (244, 226, 140), np.uint8)
    page[::4, ::4] = page[2::4, 2::4] = (238, 170, 110)
    return page


def lettered(page: np.ndarray, color: tuple[int, int, int] = INK, scale: float = 0.55) -> np.ndarray:
    """Writes the text on a page, and gives its ink."""
    ink = np.zeros(page.shape[:2], np.uint8)
    for number, line in enumerate(TEXT):
        cv2.putText(ink, line, (40, 30 + 28 * number), cv2.FONT_HERSHEY_SIMPLEX, scale, 1, 2)
    page[ink > 0] = color
    return ink > 0


def completed(page: np.ndarray, strokes: np.ndarray, looked_at: bool = True) -> np.ndarray:
    """What goes beside the strokes of one word."""
    ys, xs = np.nonzero(strokes)
    more = np.zeros(strokes.shape, bool)
    word = np.zeros(len(ys), np.int64)
    more[rest_of_lines(page, (ys, xs, word), np.array([True]), np.array([looked_at]))[:2]] = True
    return more


def found_in_the_middle(ink: np.ndarray, left: int = 100, right: int = 190) -> np.ndarray:
    strokes = found(ink)
    strokes[:, :left] = strokes[:, right:] = False
    return strokes


def found(ink: np.ndarray) -> np.ndarray:
    """The strokes that a look would see of some ink: a little wider than it is."""
    return cv2.dilate(ink.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0


def test_the_ends_of_lines_of_which_the_middle_was_found_go():
    page = paper()
    ink = lettered(page)
    strokes = found_in_the_middle(ink)
    more = completed(page, strokes)
    assert np.count_nonzero(ink & strokes) < 0.6 * np.count_nonzero(ink)
    assert np.array_equal(more, ink & ~strokes)


def test_lines_are_completed_only_where_they_are_looked_at():
    page = paper()
    strokes = found_in_the_middle(lettered(page))
    assert not completed(page, strokes, looked_at=False).any()


def test_a_few_letters_say_too_little():
    page = paper()
    ink = lettered(page)
    strokes = found_in_the_middle(ink)
    strokes[40:] = False
    assert not completed(page, strokes).any()


def test_a_word_of_which_hardly_anything_was_found_stays_as_it_is():
    page = np.concatenate([paper()] * 4, 1)
    ink = np.zeros(page.shape[:2], np.uint8)
    for number, line in enumerate(TEXT):
        cv2.putText(ink, " ".join([line] * 5), (40, 30 + 28 * number), cv2.FONT_HERSHEY_SIMPLEX, 0.55, 1, 2)
    page[ink > 0] = INK
    assert not completed(page, found_in_the_middle(ink > 0, 170, 230)).any()


def with_a(thing: str, page: np.ndarray) -> np.ndarray:
    """Draws something right of the middle line, level with its letters; gives its pixels."""
    ink = np.zeros(page.shape[:2], np.uint8)
    if thing == "larger drawing":
        cv2.circle(ink, (END + 26, 52), 22, 1, 2)
    elif thing == "thin line":
        cv2.line(ink, (END + 6, 44), (END + 16, 58), 1, 1)
    elif thing == "thick spot":
        cv2.circle(ink, (END + 12, 52), 6, 1, -1)
    elif thing == "frame":
        cv2.rectangle(ink, (20, 5), (END + 8, 104), 1, 2)
    elif thing == "letter far away":
        cv2.putText(ink, "E", (END + 30, 58), cv2.FONT_HERSHEY_SIMPLEX, 0.55, 1, 2)
    else:
        cv2.putText(ink, "E", (END + 6, 58), cv2.FONT_HERSHEY_SIMPLEX, 0.55, 1, 2)
        if thing == "letter on other ground":
            page[38:66, END + 1 : END + 40] = (120, 190, 230)
    page[ink > 0] = (200, 40, 40) if thing == "letter of other colour" else INK
    return ink > 0


@pytest.mark.parametrize("thing", ["larger drawing", "thin line", "thick spot", "frame", "letter far away",
                                   "letter of other colour", "letter on other ground"])  # fmt: skip
def test_what_is_no_letter_of_the_line_stays(thing: str):
    page = paper()
    ink = lettered(page)
    drawn = with_a(thing, page)
    more = completed(page, found(ink))
    assert drawn.any()
    assert not (more & drawn).any()


def test_a_letter_that_stands_in_the_line_goes():
    page = paper()
    ink = lettered(page)
    drawn = with_a("letter", page)
    assert np.array_equal(completed(page, found(ink)), drawn)


def test_words_on_a_photograph_are_left_as_they_are():
    noise = np.random.default_rng(0).integers(0, 256, (14, 53, 3), dtype=np.uint8)
    page = cv2.resize(noise, (420, 110), interpolation=cv2.INTER_CUBIC)
    ink = lettered(page, (255, 255, 255))
    assert not completed(page, found_in_the_middle(ink)).any()


@pytest.mark.parametrize(("lines", "goes"), [(20, 0.9), (5, 0.0)])
def test_a_hundred_letters_tell_of_more_than_was_found(lines: int, goes: float) -> None:
    page, ink = np.full((600, 420, 3), 255, np.uint8), np.zeros((600, 420), np.uint8)
    for number in range(lines):
        cv2.putText(ink, "HEPACKEDUPTHEFAXTHENUSA", (10, 24 + 28 * number), cv2.FONT_HERSHEY_SIMPLEX, 0.55, 1, 2)
    page[ink > 0] = INK
    strokes = ink > 0
    strokes[:, np.arange(420) % 60 > 19] = False  # a letter or so, and two more not
    assert completed(page, strokes)[(ink > 0) & ~strokes].mean() == pytest.approx(goes, abs=0.1)
