"""Serves a review on this machine until it is stopped."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from textrm.errors import UserError
from textrm.extras import needs_extra
from textrm.review.app import Review, make_app
from textrm.review.book import ReviewedBook, clean_all
from textrm.review.export import Exporting
from textrm.review.guard import Guard

with needs_extra("web", __name__):
    import uvicorn


def bound(port: int) -> socket.socket:
    """A socket of this machine alone; ``port`` 0 stands for any that is free.

    Raises:
        UserError: when the port is taken, or may not be had.
    """
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name == "posix":  # elsewhere it would share the port; here it only does not wait for connections that ended
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
    except OSError as error:
        listening.close()
        raise UserError(
            f"port {port} cannot be had ({error.strerror}): give another one, or leave out --port"
        ) from error
    return listening


def make_server(book: ReviewedBook, listening: socket.socket) -> tuple[uvicorn.Server, str]:
    """What answers the browser once it runs, and the address to open, with a token of its own."""
    token, port = secrets.token_urlsafe(24), listening.getsockname()[1]
    guard = Guard(make_app(Review(book, Exporting(book))), token, port)
    config = uvicorn.Config(guard, log_level="warning", access_log=False, server_header=False, lifespan="off",
                            loop="asyncio", http="h11", ws="none", timeout_graceful_shutdown=1)  # fmt: skip
    listening.listen()  # who comes before it runs waits
    return uvicorn.Server(config), f"http://127.0.0.1:{port}/{token}/"


def serve(book: ReviewedBook, listening: socket.socket, tell: Callable[[str], None]) -> None:
    """Clean the pages and answer the browser, until Ctrl-C or SIGTERM; ``tell`` is given the address."""
    server, address = make_server(book, listening)
    stop = threading.Event()
    try:
        threading.Thread(target=clean_all, args=(book, stop), daemon=True).start()
        with _ending(server):
            tell(address)
            server.run(sockets=[listening])
    finally:
        stop.set()
        book.close()


@contextmanager
def _ending(server: uvicorn.Server) -> Iterator[None]:
    """Ctrl-C and SIGTERM end the server, and are raised after it, not somewhere in the midst of its loop."""
    came: list[int] = []
    stops = (signal.SIGINT, signal.SIGTERM)

    def end(number: int, frame: FrameType | None) -> None:
        came.append(number)
        server.should_exit = True

    before = {number: signal.signal(number, end) for number in stops}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if came:
        signal.raise_signal(came[0])
