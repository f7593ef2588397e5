"""What the browser can ask for."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from importlib.resources import files
from typing import Any

from textrm.errors import UserError
from textrm.extras import needs_extra
from textrm.page.group import Box
from textrm.printable import printable
from textrm.review.book import ReviewedBook
from textrm.review.export import KINDS, Exporting
from textrm.review.opened import OpenPage
from textrm.review.strokes import read_strokes
from textrm.review.tiles import LEVELS, SIDE, tile

with needs_extra("web", __name__):
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.exceptions import HTTPException
    from starlette.requests import Request
    from starlette.responses import JSONResponse, Response
    from starlette.routing import Route

MAX_BODY = 2_000_000  # bytes of a request
_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_KEPT = {"cache-control": "private, max-age=86400, immutable"}  # its address has its version


class Review:
    """The answers to a browser about one book; each method below is one address."""

    def __init__(self, book: ReviewedBook, exporting: Exporting) -> None:
        self.book, self.exporting = book, exporting
        # All files that are served, read once: no address is ever made a path.
        served = [file for file in files("textrm.review").joinpath("web").iterdir() if file.is_file()]
        self.files = {file.name: file.read_bytes() for file in served}

    def routes(self) -> list[Route]:
        """The addresses, without the token."""
        page = "/pages/{page:int}"
        posts: dict[str, Callable[[Request], Any]] = {
            "strokes": self.strokes, "undo": partial(self.move, back=True), "redo": partial(self.move, back=False),
            "word": self.word, "kind": self.kind, "checked": self.checked, "save": self.save,
        }  # fmt: skip
        return [
            Route("/", self.file),
            Route("/{name}", self.file),
            Route("/api/book", self.list),
            Route("/api/export", self.export, methods=["POST"]),
            Route(f"{page}/facts", self.facts),
            Route(f"{page}/small.jpg", self.small),
            Route(page + "/{kind}/{level:int}/{column:int}/{row:int}.png", self.tile),
            *(Route(f"{page}/{name}", answer, methods=["POST"]) for name, answer in posts.items()),
        ]

    async def file(self, request: Request) -> Response:
        """The page itself, its style and its scripts."""
        name = request.path_params.get("name", "index.html")
        if name not in self.files:
            raise HTTPException(404, f"there is no {name}")
        kind = _TYPES.get(f".{name.rpartition('.')[2]}", "application/octet-stream")
        return Response(self.files[name], media_type=kind)

    async def list(self, request: Request) -> Response:
        """The book; empty where nothing has changed since ``?seen=``."""
        changes = self.book.changes + self.exporting.changes
        if request.query_params.get("seen") == str(changes):
            return Response(status_code=204)
        facts = self.book.facts() | {"changes": changes, "export": self.exporting.facts(), "tile": SIDE,
                                     "levels": LEVELS, "exports": list(KINDS)}  # fmt: skip
        return JSONResponse(facts)

    async def facts(self, request: Request) -> Response:
        """A page with its words."""
        number = request.path_params["page"]
        page = await run_in_threadpool(self.book.opened, number)
        return self._answer(number, page, None)

    async def small(self, request: Request) -> Response:
        """Its picture in the list."""
        content = await run_in_threadpool(self.book.picture_of, request.path_params["page"])
        return Response(content, media_type="image/jpeg", headers=_KEPT)

    async def tile(self, request: Request) -> Response:
        """A part of it."""
        given = request.path_params
        place = given["level"], given["column"], given["row"]

        def drawn() -> bytes:
            return tile(self.book.opened(given["page"]), given["kind"], *place)

        return Response(await run_in_threadpool(drawn), media_type="image/png", headers=_KEPT)

    async def strokes(self, request: Request) -> Response:
        """Paint: ``{"strokes": […]}`` as :func:`~textrm.review.strokes.read_strokes` takes them."""
        number, given = request.path_params["page"], await _json(request)
        asked = self.book.ask(number, read_strokes(given.get("strokes")))
        box = await run_in_threadpool(self.book.paint, number, asked)
        return await self._changed(number, box)

    async def move(self, request: Request, back: bool) -> Response:
        """Undo or do again, ``{"version": …}`` of the page that the user sees."""
        return await self._change(request, lambda page, given: page.move(back))

    async def word(self, request: Request) -> Response:
        """Let a word go or stay: ``{"word": number, "goes": true, "version": …}``."""
        return await self._change(request, lambda page, given: page.take(int(given["word"]), bool(given["goes"])))

    async def kind(self, request: Request) -> Response:
        """Let all words of the kind of one go or stay, as :meth:`word`."""
        return await self._change(request, lambda page, given: page.take_kind(int(given["word"]), bool(given["goes"])))

    async def checked(self, request: Request) -> Response:
        """Call a page checked, or not: ``{"checked": true, "version": …}``."""

        def check(page: OpenPage, given: dict[str, Any]) -> None:
            page.checked = bool(given["checked"])

        return await self._change(request, check)

    async def save(self, request: Request) -> Response:
        """Write the work on a page once more, after the disk was full."""
        number = request.path_params["page"]
        return await self._changed(number, await run_in_threadpool(self.book.change, number, lambda page: None))

    async def export(self, request: Request) -> Response:
        """Begin to write what is checked, or all: ``{"kind": …, "every": true}``."""
        given = await _json(request)
        self.exporting.start(str(given.get("kind")), given.get("every") is True)
        return JSONResponse(self.exporting.facts())

    async def _change(self, request: Request, how: Callable[[OpenPage, dict[str, Any]], Box | None]) -> Response:
        number, given = request.path_params["page"], await _json(request)

        def on_what_is_seen(page: OpenPage) -> Box | None:
            if given.get("version") != page.version:
                raise Elsewhere
            try:
                return how(page, given)
            except (KeyError, TypeError, ValueError) as error:
                raise UserError(f"the request lacks {error}") from error

        return await self._changed(number, await run_in_threadpool(self.book.change, number, on_what_is_seen))

    async def _changed(self, number: int, box: Box | None) -> Response:
        page = await run_in_threadpool(self.book.opened, number)
        return self._answer(number, page, box, self.book.desk.take_news())

    def _answer(self, number: int, page: OpenPage, box: Box | None, news: str = "") -> Response:
        words = [word.facts() for word in page.words]
        steps = {"undo": len(page.history.done), "redo": len(page.history.undone)}
        facts = {"number": number, **self.book.entry(number).facts(), "version": page.version}
        return JSONResponse({**facts, "words": words, "box": box, "news": printable(news), **steps})


class Elsewhere(Exception):
    """The page was changed in another window."""


def make_app(review: Review) -> Starlette:
    """The application, without its guard."""
    handlers: dict[Any, Any] = {
        UserError: _told(422), OSError: _told(500), HTTPException: _status,
        Elsewhere: lambda request, error: _error(409, "another window has changed this page: it is shown anew"),
    }  # fmt: skip
    app = Starlette(routes=review.routes(), exception_handlers=handlers)
    app.router.redirect_slashes = False
    return app


async def _json(request: Request) -> dict[str, Any]:
    """The body, of no more than ``MAX_BODY`` bytes."""
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > MAX_BODY:
            raise HTTPException(413, f"more than {MAX_BODY} bytes")
    try:
        given = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "expected JSON") from error
    if not isinstance(given, dict):
        raise HTTPException(400, "expected a JSON object")
    return given


def _told(status: int) -> Callable[[Request, Exception], Response]:
    return lambda request, error: _error(status, str(error))


def _status(request: Request, error: HTTPException) -> Response:
    return _error(error.status_code, error.detail)


def _error(status: int, reason: str) -> Response:
    return JSONResponse({"error": printable(reason)}, status)
