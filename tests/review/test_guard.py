"""Who may ask a review for what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from infer_command import make_book
from review_server import Asker, make_reviewed, serving

from textrm.review.app import MAX_BODY


@pytest.fixture(scope="module")
def asker(model_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    home = tmp_path_factory.mktemp("home")
    (home / "secret.txt").write_text("nobody's business")
    with serving(make_reviewed(make_book(home / "book"), home / "out", model_file)) as asker:
        yield asker


def test_the_address_opens_the_page(asker: Asker) -> None:
    answer = asker.get()
    assert answer.status == 200
    assert answer.content.startswith(b"<!DOCTYPE html>")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert "server" not in answer.headers
    assert [page["name"] for page in asker.get("api/book").json["pages"]] == ["1.png", "2.jpg", "two/3.png"]


def test_nothing_is_told_without_the_token(asker: Asker) -> None:
    wrong = asker.token.rstrip("/")[:-1] + ("A" if asker.token[-2] != "A" else "B")
    for path in ("/", "/api/book", "/index.html", f"{wrong}/api/book", asker.token.rstrip("/"), "//api/book"):
        answer = asker.get(path, whole=True)
        assert (answer.status, b"address" in answer.content) == (404, True), path
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert asker.post("/pages/0/strokes", {}, whole=True).status == 404


def test_other_hosts_are_refused(asker: Asker) -> None:
    """Also names that somebody lets point to this machine."""
    for host in ("evil.example", f"evil.example:{asker.port}", "127.0.0.1", f"127.0.0.1:{asker.port + 1}", ""):
        assert asker.get("api/book", Host=host).status == 403, host
    for host in ("127.0.0.1", "localhost"):
        assert asker.get("api/book", Host=f"{host}:{asker.port}").status == 200


def test_pages_of_other_sites_are_refused(asker: Asker) -> None:
    own = f"http://127.0.0.1:{asker.port}"
    for origin in ("http://evil.example", "null", f"https://127.0.0.1:{asker.port}", f"http://localhost:{asker.port}",
                   f"{own}.evil.example", "http://127.0.0.1"):  # fmt: skip
        assert asker.get("api/book", Origin=origin).status == 403, origin
        assert asker.post("pages/0/checked", {"checked": True, "version": 0}, Origin=origin).status == 403
    for site in ("cross-site", "same-site"):
        assert asker.get("api/book", Sec_Fetch_Site=site).status == 403
    assert asker.get("api/book", Origin=own, Sec_Fetch_Site="same-origin").status == 200
    assert asker.get("", Sec_Fetch_Site="none").status == 200
    assert [page["checked"] for page in asker.get("api/book").json["pages"]] == [False] * 3


def test_no_file_can_be_named(asker: Asker) -> None:
    for path in ("../secret.txt", "..%2fsecret.txt", "%2e%2e/secret.txt", "..%5csecret.txt", "/etc/passwd",
                 "%2fetc%2fpasswd", "index.html%00.png", "../app.py", "pages/..%2f..%2fsecret.txt/facts",
                 "pages/0/../../secret.txt", ".review/lock"):  # fmt: skip
        answer = asker.get(path)
        assert answer.status in (404, 422), path
        assert b"business" not in answer.content
    for path in ("pages/3/facts", "pages/99999999999999999999/facts", "pages/0/before/0/9/0.png",
                 "pages/0/before/9/0/0.png", "pages/0/before/99999/0/0.png", "pages/0/other/0/0/0.png"):  # fmt: skip
        answer = asker.get(path)
        assert (answer.status, set(answer.json)) == (422, {"error"}), path
    assert asker.get("pages/-1/facts").status == 404


def test_too_much_is_refused(asker: Asker) -> None:
    assert asker.post("pages/0/strokes", b" " * (MAX_BODY + 1)).status == 413
    many = {"adds": True, "points": [[1, 1, 1]] * 20_001}
    for body, words in (
        ({"strokes": [many]}, "points"),
        ({"strokes": [{"adds": True, "points": [[1, 1, 1]]}] * 65}, "64 strokes"),
        ({"strokes": [{"adds": True, "points": [[1, 1, 100_000]]}]}, "radius"),
        ({"strokes": [{"adds": True, "points": [[1e300, 1, 1]]}]}, "all pages"),
        ({"strokes": [{"adds": True, "points": [[None, 1, 1]]}]}, "stroke"),
        ({"strokes": [{"adds": 1, "points": [[1, 1, 1]]}]}, "stroke"),
        ({"strokes": [[]]}, "stroke"),
        ({"strokes": {}}, "list"),
        ({}, "list"),
    ):
        answer = asker.post("pages/0/strokes", body)
        assert answer.status == 422, body
        assert words in answer.json["error"]
    for body in (b"", b"[]", b"{", b"[" * 100_000, b"\xff", b'{"strokes": [{"adds": true, "points": [[NaN, 1, 1]]}]}'):
        assert asker.post("pages/0/strokes", body).status in (400, 422), body[:20]
    assert asker.post("pages/0/word", {"word": 99, "goes": True, "version": 0}).status == 422
    assert asker.post("pages/0/word", {"goes": True, "version": 0}).status == 422
    assert asker.ask("DELETE", asker.token, None, {}).status == 405
    assert asker.get("pages/0/facts").json["version"] == 0


def test_it_listens_on_this_machine_alone(asker: Asker) -> None:
    assert asker.address.startswith("http://127.0.0.1:")
    assert len(asker.token.strip("/")) == 32  # 192 random bits
