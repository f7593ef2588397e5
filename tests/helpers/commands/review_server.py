"""Serves a small book for review in a thread, and asks it as a browser or somebody else would."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from textrm.page.segment_and_fill import SegmentAndFill
from textrm.review.begin import WORK, begin
from textrm.review.book import ReviewedBook
from textrm.review.serve import bound, make_server


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)


@dataclass
class Asker:
    """Asks a server below its ``address``, unless told otherwise."""

    address: str

    @property
    def port(self) -> int:
        return urlsplit(self.address).port or 0

    @property
    def token(self) -> str:
        return urlsplit(self.address).path

    def get(self, path: str = "", whole: bool = False, **headers: str) -> Answer:
        return self.ask("GET", path if whole else self.token + path, None, headers)

    def post(self, path: str, body: Any, whole: bool = False, **headers: str) -> Answer:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.ask("POST", path if whole else self.token + path, content, headers)

    def ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()


def make_reviewed(path: Path, out: Path, model: Path, fill: str = "flat") -> ReviewedBook:
    """The book of a folder or a file, without a thread that cleans it."""
    (out / WORK).mkdir(parents=True, exist_ok=True)
    return begin(path, out, SegmentAndFill.opened(model, None, 1, fill=fill), 10_000_000)[0]


@contextmanager
def serving(book: ReviewedBook) -> Iterator[Asker]:
    """The book, served."""
    with bound(0) as listening:
        server, address = make_server(book, listening)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            yield Asker(address)
        finally:
            server.should_exit = True
            thread.join()


def line(x0: float, y0: float, x1: float, y1: float, radius: float = 3, adds: bool = True) -> dict[str, Any]:
    """A straight stroke, as a browser sends it."""
    return {"adds": adds, "points": [[x0, y0, radius], [x1, y1, radius]]}
