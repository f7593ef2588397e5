"""The page of a review in a real browser: what it shows, pixel by pixel, and what hands and keys do.

Longer than other files, so that one browser is started for all of it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from review_server import Asker, line, make_reviewed, serving
from reviewed_pages import HEIGHT, WIDTH, drawing, image_of, whole

from textrm.page.finding import find as finding
from textrm.review.book import ReviewedBook

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from review_browser import Window

pytestmark = pytest.mark.slow


def test_before_and_after_are_shown_pixel_by_pixel(window: Window, reviewed: ReviewedBook) -> None:
    window.press("1", "w")
    state = window.settled(number=0, scale=1)
    window.page.keyboard.down("b")
    window.settled()
    assert (whole(window) == drawing()).all()
    window.page.keyboard.up("b")
    middle = round(state["x"] + state["split"] * state["width"])  # of the page, where the slider stands
    window.settled()
    both = whole(window)
    assert (both[:200, : middle - 12] == drawing()[:200, : middle - 12]).all()
    assert (both[:200, middle + 12 :] == image_of(reviewed)[:200, middle + 12 :]).all()
    assert (both[20:32, 16:24] == 0).all()
    window.press("p")
    window.settled()
    assert (whole(window) == image_of(reviewed)).all()
    assert (whole(window)[20:32, 16:24] == 255).all()


def test_the_slider_follows_the_mouse_and_the_keys(window: Window, reviewed: ReviewedBook) -> None:
    window.press("1", "w")
    window.settled(scale=1)
    slider = window.page.locator("#slider").bounding_box()
    assert slider is not None
    window.page.mouse.move(slider["x"] + 11, slider["y"] + 40)
    window.page.mouse.down()
    window.page.mouse.move(slider["x"] - 300, slider["y"] + 40)
    window.page.mouse.up()
    window.settled()
    assert (whole(window) == image_of(reviewed)).all()
    window.press(*["."] * 50)
    assert window.settled(split=1)
    assert (whole(window)[:200] == drawing()[:200]).all()


def test_a_stroke_is_filled_and_undone(window: Window, reviewed: ReviewedBook) -> None:
    window.press("1", "w", "p")
    window.settled(scale=1)
    before = whole(window)
    window.press(*["]"] * 2)  # 12, 13, 15
    window.paint((145, 110), (155, 110), (165, 110), (175, 110))
    window.page.mouse.move(5, 300)
    window.settled(version=1)
    after = whole(window)
    assert (after == image_of(reviewed)).all()
    assert (after[98:122, 148:172] == 255).all()
    assert (before[100:120, 150:170] == (200, 130, 120)).all()
    for keys, picture in (
        ("Control+z", before),
        ("Control+y", after),
        ("Control+z", before),
        ("Control+Shift+z", after),
    ):
        version = window.state()["version"]
        window.press(keys)
        window.settled(version=version + 1)
        assert (whole(window) == picture).all()


def test_a_stroke_is_undone_after_a_restart(browser: Browser, reviewed: ReviewedBook, tmp_path: Path) -> None:
    from review_browser import Window

    pictures = []
    for keys in ([], ["Control+z"], ["Control+y"]):
        with serving(make_reviewed(tmp_path / "book", tmp_path / "out", reviewed.desk.cleaning.model.path)) as asker:
            window = Window.opened(browser, asker.address)
            window.press("1", "w", "p")
            window.settled(scale=1)
            if not keys:
                pictures.append(whole(window))
                window.paint((145, 110), (160, 110), (175, 110))
                window.page.mouse.move(5, 300)
            window.press(*keys)
            window.settled(version=1)
            pictures.append(whole(window))
            assert window.errors == []
            window.page.close()
    before, painted, undone, again = pictures
    assert (before != painted).any()
    assert (undone == before).all()
    assert (again == painted).all()


def test_the_eraser_brings_the_page_back(window: Window, reviewed: ReviewedBook) -> None:
    window.press("1", "w", "e")
    window.settled(scale=1)
    window.paint((14, 26), (26, 26), (38, 26), (46, 26))
    window.page.mouse.move(5, 300)
    window.settled(version=1, words=[False])
    assert (whole(window) == drawing()).all()


def test_strokes_in_a_row_are_all_done(window: Window, reviewed: ReviewedBook) -> None:
    window.press("1", "p", *["["] * 6)
    window.settled(scale=1)
    for number in range(8):
        window.paint((100 + 20 * number, 200), (110 + 20 * number, 210))
    window.settled()
    for number in range(8):
        assert reviewed.opened(0).mask[205, 105 + 20 * number] == 1


def test_checking_goes_on_to_what_is_left(window: Window, reviewed: ReviewedBook) -> None:
    window.press("j")
    window.settled(number=1)
    window.press("c")
    window.settled(number=2)
    window.press("c")  # none is below
    window.settled(number=0)
    window.press("c")  # none is left
    window.settled(number=0)
    window.page.get_by_text("3 checked").wait_for()
    assert all(entry.checked for entry in reviewed.entries)


def test_everything_goes_by_keys(window: Window, reviewed: ReviewedBook) -> None:
    window.press("1", "n", "x")
    window.settled(words=[False], chosen=0)
    assert (image_of(reviewed) == drawing()).all()
    window.press("Enter")
    window.settled(words=[True])
    window.press("p", "Space", *["ArrowRight"] * 4, "Space")  # from the middle of the page
    window.settled(version=3)
    page = reviewed.opened(0)
    assert page.mask[HEIGHT // 2, WIDTH // 2 : WIDTH // 2 + 24].all()
    assert not page.mask[HEIGHT // 2, : WIDTH // 2 - 20].any()
    window.press("c")
    window.settled(number=1)
    window.press("j")
    window.settled(number=2)
    window.press("k")
    window.settled(number=1)
    window.press("c")
    window.settled(number=2)
    assert [entry.checked for entry in reviewed.entries] == [True, True, False]
    window.press("o")
    window.page.get_by_role("button", name="Clean pages").focus()
    window.press("Enter")
    window.page.get_by_text(f"2 pages written to {reviewed.desk.out}").wait_for()
    assert (np.asarray(Image.open(reviewed.desk.out / "0.png")) == image_of(reviewed)).all()
    assert not (reviewed.desk.out / "2.png").exists()
    window.press("Escape", "?")
    assert window.page.get_by_text("the page as it was").is_visible()


def test_a_click_lets_a_word_stay(window: Window, reviewed: ReviewedBook) -> None:
    window.page.mouse.click(*window.at(20, 26))
    window.settled(words=[False])
    window.page.mouse.click(*window.at(20, 26))
    window.settled(words=[True])
    window.page.mouse.click(*window.at(200, 200))
    assert window.settled()["version"] == 2


def test_words_of_a_kind_are_chosen_together(
    browser: Browser, model_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from review_browser import Window

    monkeypatch.setattr(finding, "with_kinds", lambda image, ink, regions: [
        replace(one, kind="sign" if one.box[0] < 150 else "note", goes_as="sign") for one in regions])  # fmt: skip
    page = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    for top, left in ((20, 20), (100, 60), (180, 250)):
        page[top : top + 12, left : left + 8] = 0
    Image.fromarray(page).save(tmp_path / "page.png")
    book = make_reviewed(tmp_path / "page.png", tmp_path / "out", model_file)
    with serving(book) as asker:
        window = Window.opened(browser, asker.address)
        said = window.page.locator("#status")
        window.press("1", "w", "p", "n")
        window.settled(scale=1, chosen=0)
        window.press("Shift+X")
        window.settled(words=[False, False, True])
        assert said.inner_text() == "all words of kind sign stay on this page: changed and saved"
        assert (whole(window)[:, :200] == page[:, :200]).all()
        assert (whole(window)[:, 200:] == 255).all()
        window.press("Control+z")
        window.settled(words=[True, True, True])
        window.press("v")
        for goes, told in ((False, "stay"), (True, "go")):
            window.page.keyboard.down("Shift")
            window.page.mouse.click(*window.at(64, 106))
            window.page.keyboard.up("Shift")
            window.settled(words=[goes, goes, True], chosen=1)
            assert said.inner_text().startswith(f"all words of kind sign {told} on this page")
        window.press("?")
        assert window.page.get_by_text("all words of its kind on this page").is_visible()
        assert window.errors == []
        window.page.close()


def test_a_pen_that_is_pressed_harder_paints_wider(window: Window, reviewed: ReviewedBook) -> None:
    window.press("1", "p")
    window.settled(scale=1)
    session = window.page.context.new_cdp_session(window.page)
    for row, force in ((60, 0.25), (160, 1.0)):
        for kind, x in (("mousePressed", 100), ("mouseMoved", 150), ("mouseMoved", 200), ("mouseReleased", 200)):
            place = dict(zip("xy", window.at(x, row), strict=True))
            more = {"button": "left", "buttons": int(kind != "mouseReleased"), "pointerType": "pen", "force": force}
            session.send("Input.dispatchMouseEvent", {"type": kind, "clickCount": 1, **place, **more})
    window.settled()
    mask = reviewed.opened(0).mask
    assert mask[160 - 12 : 160 + 12, 150].sum() >= 22
    assert 7 <= mask[40:80, 150].sum() <= 12  # (0.2 + 0.8 x 0.25) of 24


def test_two_fingers_make_the_page_larger_around_their_middle(browser: Browser, asker: Asker) -> None:
    from review_browser import Window

    window = Window.opened(browser, asker.address, touch=True)
    window.press("1")
    before = window.settled(scale=1)
    x, y = (round(value) for value in window.at(100, 120))
    fingers = window.page.context.new_cdp_session(window.page)
    for kind, apart in (("touchStart", 20), ("touchMove", 30), ("touchMove", 40), ("touchEnd", None)):
        points = [] if apart is None else [{"x": x - apart, "y": y, "id": 1}, {"x": x + apart, "y": y, "id": 2}]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    state = window.settled()
    assert state["scale"] == pytest.approx(2, rel=0.02)
    assert window.at(100, 120) == pytest.approx((x, y), abs=2)
    assert state["words"] == before["words"]  # which no finger has clicked
    assert window.errors == []
    window.page.close()


def test_strips_are_shown_in_tiles(browser: Browser, model_file: Path, tmp_path: Path) -> None:
    from review_browser import Window

    strip = np.full((10_000, 400, 3), 255, np.uint8)
    strip[:, 200:] = np.arange(10_000, dtype=np.uint16)[:, None, None] % 97 + 130
    strip[9_800:9_812, 40:48] = 0
    Image.fromarray(strip).save(tmp_path / "strip.png")
    with serving(make_reviewed(tmp_path / "strip.png", tmp_path / "out", model_file)) as asker:
        window = Window.opened(browser, asker.address)
        window.press("1", "w", "p")
        assert window.settled(scale=1)["tiles"] < 12
        assert (window.shown(400, 400, top=20) == strip[20:420]).all()
        window.page.mouse.move(500, 400)
        window.page.mouse.wheel(0, 20_000)
        state = window.settled()
        assert state["y"] + state["height"] > 9_990
        window.page.mouse.move(5, 300)
        clean = strip.copy()
        clean[9_800:9_812, 40:48] = 255
        assert (window.shown(120, 400, top=9_740) == clean[9_740:9_860]).all()
        window.press("0")
        assert window.settled()["tiles"] < 40
        window.press(*["-"] * 6)
        assert window.settled()["scale"] < 0.3
        window.page.close()


def test_two_windows_show_the_same(window: Window, browser: Browser, asker: Asker, reviewed: ReviewedBook) -> None:
    from review_browser import Window

    other = Window.opened(browser, asker.address)
    window.press("1", "w", "p")
    other.press("1", "w", "p")
    other.settled(scale=1)
    other.paint((150, 110), (170, 110))
    other.page.mouse.move(5, 300)
    other.settled(version=1)
    window.settled(version=1)
    assert (whole(window) == whole(other)).all()
    assert (whole(window) == image_of(reviewed)).all()
    other.page.close()


def test_a_line_of_the_helper_is_what_the_browser_sends(window: Window, asker: Asker) -> None:
    window.press("1", "p")
    window.settled(scale=1)
    sent: list[str] = []
    window.page.on(
        "request", lambda request: sent.append(request.post_data or "") if request.method == "POST" else None
    )
    window.paint((100, 200), (120, 200))
    window.settled(version=1)
    assert asker.post("pages/1/strokes", {"strokes": [line(100, 200, 120, 200, 12)]}).json["box"]
    assert '"adds":true' in sent[0]
    assert "[100,200,12]" in sent[0].replace(".0", "")
