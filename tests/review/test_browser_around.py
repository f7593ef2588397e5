"""The window of a review around its pages: its colours and sizes, and what goes wrong."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import cv2
import numpy as np
import pytest
from review_server import Asker, make_reviewed, serving

from textrm.review import kept
from textrm.review.book import ReviewedBook
from textrm.review.held import Held

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from review_browser import Window

pytestmark = pytest.mark.slow

AROUND = """() => {
  const { data } = document.getElementById("canvas").getContext("2d").getImageData(1, 1, 1, 1);
  return data[0] + data[1] + data[2];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_light_or_dark_as_the_system_is(scheme: Literal["light", "dark"], browser: Browser, asker: Asker) -> None:
    from review_browser import Window

    window = Window.opened(browser, asker.address, scheme)
    picture = window.page.screenshot(path=None)
    levels = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)
    header = levels[2:50]
    assert (np.median(header) < 60) == (scheme == "dark")
    assert np.abs(header.astype(int) - int(np.median(header))).max() > 120  # what is written there can be read
    window.page.close()


def test_it_becomes_dark_with_the_system(window: Window) -> None:
    light = window.page.evaluate(AROUND)
    window.page.emulate_media(color_scheme="dark")
    for _ in range(100):
        dark = window.page.evaluate(AROUND)
        if dark < light - 450:
            return
        window.page.wait_for_timeout(50)
    raise AssertionError(f"{dark} after {light}")


def test_a_smaller_window_tells_its_scale(window: Window) -> None:
    window.page.set_viewport_size({"width": 500, "height": 400})
    for _ in range(100):
        scale = window.settled()["scale"]
        if window.page.locator("#where").inner_text() == f"{round(100 * scale)} %" and scale < 1:
            return
    raise AssertionError(f"{scale} is told as {window.page.locator('#where').inner_text()}")


def test_a_word_too_small_to_be_judged_is_enlarged(window: Window) -> None:
    window.page.set_viewport_size({"width": 500, "height": 300})
    window.press("0")
    for _ in range(100):
        if window.settled()["scale"] < 0.7:
            break
    window.press("n")
    assert window.settled(chosen=0, scale=1)["x"] < 20  # where it stands


def test_what_goes_wrong_is_told_on_the_page(
    browser: Browser, reviewed: ReviewedBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from review_browser import Window

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with serving(reviewed) as asker:
        window = Window.opened(browser, asker.address)
        with monkeypatch.context() as without_room:
            without_room.setattr(kept, "write_whole", full)
            window.press("p")
            window.paint((100, 200), (120, 200))
            window.told("not saved: the disk is full")
        window.press("s")
        window.settled()
        assert window.notice() == ""
        assert (
            make_reviewed(tmp_path / "book", tmp_path / "out", reviewed.desk.cleaning.model.path).opened(0).mask.any()
        )
        for entry in reviewed.entries[1:]:
            entry.state = "waiting"
        shutil.rmtree(tmp_path / "book")
        window.press("j")
        window.told("1.png: cannot be read: No such file or directory")
        assert window.state()["number"] is None
        window.press("p")
        window.paint((100, 150), (120, 150))
        window.press("c", "Enter", "Control+z")
        assert window.page.get_by_text("this page cannot be checked: it has no picture").is_visible()
        window.press("k")
        window.settled(number=0, version=1)  # which none of that has changed
        assert window.notice() == ""
        window.paint((100, 150), (120, 150))
        window.settled(version=2)
    window.told("textrm does not answer")
    window.page.close()


def test_a_folder_that_was_moved_is_told_until_that_is_read(
    window: Window, reviewed: ReviewedBook, tmp_path: Path
) -> None:
    reviewed.desk.held = Held(reviewed.desk.work)
    (tmp_path / "out").rename(tmp_path / "gone")
    window.press("1", "p")
    window.paint((100, 200), (120, 200))
    window.settled(version=1)
    assert "out/.review was moved or deleted" in window.told("moved or deleted")
    window.paint((100, 150), (120, 150))
    window.settled(version=2)
    assert "moved or deleted" in window.notice()
    window.page.get_by_role("button", name="Close").first.click()
    window.paint((100, 100), (120, 100))
    window.settled(version=3)
    assert window.notice() == ""
    reviewed.desk.held.close()
