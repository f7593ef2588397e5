"""Actors of Ray do what processes do; what happens to one of them costs no page but the one that does it."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pyarrow.parquet
import pytest
import ray
from infer_command import check_reasons, files, run

from textrm.errors import UserError
from textrm.page.files import connected as connecting
from textrm.page.files import on_ray
from textrm.page.files.connected import cluster_jobs, connected
from textrm.page.files.on_ray import work_on_ray

pytestmark = pytest.mark.slow
ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])  # actors do not find modules of tests


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    """Ray with two processors."""
    before = signal.getsignal(signal.SIGTERM)
    with connected(None, 2):
        assert signal.getsignal(signal.SIGTERM) is before
        yield


def opening(threads: int, folder: Path, kind: str = "") -> Callable[[int], str]:
    if kind == "unusable":
        raise UserError("the model is missing")
    return partial(work, folder, threads)


def work(folder: Path, threads: int, number: int) -> str:
    with (folder / f"{number}").open("a") as begun:
        begun.write("x")
    if number == 3:
        raise UserError("a bad page")
    if number == 5 or (number == 7 and (folder / "7").stat().st_size == 1):
        os.kill(os.getpid(), signal.SIGKILL)
    return f"{number} with {threads}"


def test_every_page_is_done_once_whatever_ends_actors(
    cluster: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_ray, "_TRIES", 2)
    pages = [(Path(f"{number}.png"), number) for number in range(12)]
    running = work_on_ray(partial(opening, folder=tmp_path), pages, 2, 1, "textrm-a")
    attempts = [next(running)]
    with pytest.raises(UserError, match="another run writes into the same folder on this cluster"):
        next(work_on_ray(partial(opening, folder=tmp_path), pages, 1, 1, "textrm-a"))
    attempts += running
    assert sorted(one.path.stem for one in attempts) == sorted(str(number) for number in range(12))
    assert {one.value for one in attempts if one.value} == {f"{n} with 1" for n in range(12) if n not in (3, 5)}
    reasons = {one.path.stem: one.reason for one in attempts if one.reason}
    assert reasons == {"3": "a bad page", "5": "2 processes that worked on it were ended, for want of memory as a rule"}
    # Once more where it was begun before it was known that the page before it was done.
    assert (tmp_path / "5").read_text() in ("xx", "xxx")
    with pytest.raises(UserError, match="no machine of the cluster has more than 2"):
        list(work_on_ray(partial(opening, folder=tmp_path), pages, 1, 3, "textrm-b"))
    with pytest.raises(UserError, match="the model is missing"):
        list(work_on_ray(partial(opening, folder=tmp_path, kind="unusable"), pages, 1, 1, "textrm-b"))
    assert cluster_jobs(ray, 1) >= 1


def test_the_command_cleans_on_ray_and_keeps_a_record(
    cluster: None, model_file: Path, book: Path, tmp_path: Path
) -> None:
    (book / "bad.png").write_bytes(b"no picture")
    out, record = tmp_path / "out", tmp_path / "record.parquet"
    arguments = (book, "-o", out, "--engine", "ray", "--jobs", 1, "--record", record)
    result = run(model_file, *arguments)
    assert result.exit_code == 1
    assert result.output.splitlines()[-1] == "3 pages cleaned, 1 failed"
    check_reasons(result.output.splitlines(), {"bad.png": "not a picture"})
    assert files(out) == ["1.png", "2.jpg", "two/3.png"]
    rows = {Path(row["page"]).name: row for row in pyarrow.parquet.read_table(record).to_pylist()}
    assert {name: (row["outcome"], row["words"]) for name, row in rows.items()} == {
        "1.png": ("cleaned", 1), "2.jpg": ("cleaned", 1), "3.png": ("cleaned", 1), "bad.png": ("failed", None)
    }  # fmt: skip
    assert rows["3.png"]["result"] == str(out / "two" / "3.png")
    assert rows["3.png"]["seconds"] > 0
    (book / "bad.png").unlink()
    (book / "1.png").touch()
    again = run(model_file, *arguments)
    assert "1 page cleaned, 2 were done already" in again.output  # the touched one
    assert pyarrow.parquet.read_table(record).num_rows == 4
    told = run(model_file, book, "-o", book, "--overwrite", "--engine", "ray", "--jobs", 1)
    assert "which --engine ray does not do" in told.output


def test_ray_that_is_started_here_serves_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    # Ray 2.60 listens on all addresses, also where it is told 127.0.0.1; it refuses who does not know the token.
    monkeypatch.delitem(sys.modules, "ray")
    for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    told = {}

    def imported(extra: str, name: str) -> object:
        told.update({name: os.environ[name] for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN")})
        raise UserError("seen")

    monkeypatch.setattr(connecting, "import_extra", imported)
    with pytest.raises(UserError, match="seen"), connected(None, 1):
        pass
    assert told["RAY_AUTH_MODE"] == "token"
    assert len(told["RAY_AUTH_TOKEN"]) == 64


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nowhere", "ray://127.0.0.1:1"])
def test_an_address_that_nobody_answers(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.setattr(connecting, "_PATIENCE", 1)
    with pytest.raises(UserError, match=f"--address {address}: no Ray cluster answers there"), connected(address, 1):
        pass


def test_where_ray_does_not_start_it_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(**options: object) -> None:
        raise Exception("The current node timed out during startup.\nIt is a long story.")

    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.setattr(ray, "init", failing)
    monkeypatch.setattr(ray, "shutdown", lambda: None)  # that of the other tests goes on
    expected = "Ray did not start here: The current node timed out during startup.; try again when the machine is less "
    with pytest.raises(UserError, match=f"^{expected}"), connected(None, 1):
        pass
