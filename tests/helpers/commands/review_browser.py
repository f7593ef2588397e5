"""Drives the system's Chromium on a page of a review, as a person does, and looks at its pixels."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, FloatRect, Page

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
"""What the browser may be called on the path."""

_STATE = """async () => {
  const { view, queue } = await import("./main.js");
  const { page, tiles, strokes, scale, x, y, split, width, height } = view;
  const settled = Boolean(page && tiles.settled && queue.idle && !strokes.length && !view.waiting);
  return { settled, number: page?.number, version: page?.version, scale, x, y, split, width, height,
           chosen: view.chosen, words: page?.words.map((word) => word.goes), tiles: tiles?.found.size };
}"""


@dataclass
class Window:
    """A window with a review: ``requests`` and ``errors`` are what it has asked for and what went wrong in it."""

    page: Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @classmethod
    def opened(
        cls,
        browser: Browser,
        address: str,
        scheme: Literal["light", "dark"] = "light",
        settle: bool = True,
        touch: bool = False,
    ) -> Window:
        page = browser.new_page(viewport={"width": 1000, "height": 700}, color_scheme=scheme, has_touch=touch)
        window = cls(page)
        page.on("request", lambda request: window.requests.append(request.url))
        page.on("pageerror", lambda error: window.errors.append(str(error)))
        page.on("console", lambda told: window.errors.append(told.text) if told.type == "error" else None)
        page.goto(address)
        if settle:
            window.settled()
        return window

    def state(self) -> dict:
        return self.page.evaluate(_STATE)

    def settled(self, **wanted: object) -> dict:
        """Wait until all is drawn, and the state has these values; returns it."""
        for _ in range(1200):
            state = self.state()
            if state["settled"] and all(state[name] == value for name, value in wanted.items()):
                return state
            time.sleep(0.05)
        raise AssertionError(f"{state} for {wanted}; {self.errors}; {self.notice()}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A place of the page, on the screen."""
        box, state = self.page.locator("#canvas").bounding_box(), self.state()
        assert box is not None
        return box["x"] + (x - state["x"]) * state["scale"], box["y"] + (y - state["y"]) * state["scale"]

    def paint(self, *places: tuple[float, float]) -> None:
        """With the mouse, from place to place of the page."""
        self.page.mouse.move(*self.at(*places[0]))
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*self.at(*place))
        self.page.mouse.up()

    def shown(self, height: int, width: int, left: int = 0, top: int = 0) -> np.ndarray:
        """What the canvas has of a part of the page that is shown 1:1: H W 3 uint8."""
        x, y = (round(value) for value in self.at(left, top))
        clip: FloatRect = {"x": x, "y": y, "width": width, "height": height}
        shot = self.page.screenshot(clip=clip)
        return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB"))

    def notice(self) -> str:
        notice = self.page.locator("#notice")
        return notice.locator("span").inner_text() if notice.is_visible() else ""

    def told(self, words: str) -> str:
        """Wait for a notice with these words."""
        for _ in range(200):
            if words in self.notice():
                return self.notice()
            time.sleep(0.05)
        raise AssertionError(f"{words!r} is not told, but {self.notice()!r}")
