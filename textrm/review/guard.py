"""Lets only the user's own browser in: this machine, this address with its token, no page of another site."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
           "base-uri 'none'; form-action 'none'; frame-ancestors 'none'")  # fmt: skip
_HEADERS = [
    (b"content-security-policy", _POLICY.encode()),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),  # the address has the token
    (b"x-content-type-options", b"nosniff"),
]
_OWN_SITE = (b"same-origin", b"none")  # none: typed, or opened from a terminal


class Guard:
    """Answers 403 to requests of other hosts and origins, 404 to those without the token, else calls ``app``.

    A name that somebody lets point to this machine is another host. ``app`` sees paths without the token.

    Args:
        app: what is guarded.
        token: the first part of every path.
        port: of the address.
    """

    def __init__(self, app: App, token: str, port: int) -> None:
        self.app, self.token = app, token.encode()
        self.hosts = [f"{host}:{port}".encode() for host in ("127.0.0.1", "localhost")]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        assert scope["type"] == "http"

        async def send_with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                own = list(message.get("headers", []))
                kept = [] if any(name == b"cache-control" for name, _ in own) else [(b"cache-control", b"no-store")]
                message = {**message, "headers": own + _HEADERS + kept}
            await send(message)

        reason = self._reason(scope)
        first, slash, rest = scope["path"].removeprefix("/").partition("/")
        if reason:
            await _refuse(send_with_headers, 403, reason)
        elif not slash or not secrets.compare_digest(first.encode(), self.token):
            await _refuse(send_with_headers, 404, "take the whole address that textrm has printed")
        else:
            inner = {**scope, "path": f"/{rest}", "raw_path": f"/{rest}".encode(), "root_path": ""}
            await self.app(inner, receive, send_with_headers)

    def _reason(self, scope: Scope) -> str:
        """Why a request is refused, if so."""
        headers = scope["headers"]
        hosts = [value for name, value in headers if name == b"host"]
        if len(hosts) != 1 or hosts[0] not in self.hosts:
            return "this host is not served"
        origins = [value for name, value in headers if name == b"origin"]
        if any(origin != b"http://" + hosts[0] for origin in origins):
            return "pages of other sites are refused"
        sites = [value for name, value in headers if name == b"sec-fetch-site"]
        return "" if all(site in _OWN_SITE for site in sites) else "pages of other sites are refused"


async def _refuse(send: Send, status: int, reason: str) -> None:
    content = f"{reason}\n".encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
