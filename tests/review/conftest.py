"""The browser of the tests in this folder, and a review that it shows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from review_server import Asker, make_reviewed, serving
from reviewed_pages import drawing

from textrm.review.book import ReviewedBook

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from review_browser import Window


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium; tests that need it are skipped where there is none.

    Of a module: while Playwright runs, no other test could run a loop of asyncio's.
    """
    from playwright.sync_api import sync_playwright
    from review_browser import CHROMIUM

    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        pytest.skip("no chromium: the page in the browser is not tried")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found)
        yield browser
        browser.close()


@pytest.fixture
def reviewed(model_file: Path, tmp_path: Path) -> ReviewedBook:
    (tmp_path / "book").mkdir()
    for number in range(3):
        Image.fromarray(drawing(number)).save(tmp_path / "book" / f"{number}.png")
    book = make_reviewed(tmp_path / "book", tmp_path / "out", model_file)
    for number in range(3):
        book.look_at(number)
    return book


@pytest.fixture
def asker(reviewed: ReviewedBook) -> Iterator[Asker]:
    with serving(reviewed) as asker:
        yield asker


@pytest.fixture
def window(browser: Browser, asker: Asker) -> Iterator[Window]:
    from review_browser import Window

    window = Window.opened(browser, asker.address)
    yield window
    window.page.close()
    assert window.errors == []
    assert [url for url in window.requests if not url.startswith(asker.address)] == []  # nothing from elsewhere
