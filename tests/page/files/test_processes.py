"""Several processes do what one does; what happens to one of them costs its page and no other."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from textrm.errors import UserError
from textrm.page.files.processes import work_in_processes
from textrm.page.files.sharing import free_memory, shared, suitable_jobs


def opening(threads: int, kind: str = "") -> Callable[[int], str]:
    """What a process of the tests does: it stands at the top of a module, so that another process finds it."""
    if kind == "unusable":
        raise UserError("the model is missing")
    if kind == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    return partial(work, threads)


def work(threads: int, number: int) -> str:
    if number == 3:
        raise UserError("a bad page")
    if number == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    if number == 7:
        raise MemoryError
    return f"{number} with {threads}"


def pages(*numbers: int) -> list[tuple[Path, int]]:
    return [(Path(f"{number}.png"), number) for number in numbers]


def test_every_page_is_done_once_and_bad_ones_cost_no_other() -> None:
    attempts = list(work_in_processes(opening, pages(*range(10)), [2, 2], "; a hint"))
    assert sorted(one.value for one in attempts if one.value) == [f"{n} with 2" for n in (0, 1, 2, 4, 6, 8, 9)]
    reasons = {one.path.name: one.reason for one in attempts if one.reason}
    assert reasons.pop("3.png") == "a bad page"
    assert reasons.pop("7.png") == "there is not enough memory; a hint"
    assert reasons.pop("5.png").startswith("the process that worked on it was ended (status -9), for want of memory")
    assert reasons == {}


@pytest.mark.parametrize(("kind", "words"), [("unusable", "the model is missing"), ("killed", "status -9")])
def test_a_process_that_cannot_begin_ends_the_work(kind: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        list(work_in_processes(partial(opening, kind=kind), pages(1, 2), [1, 1]))


def slow(threads: int, folder: Path) -> Callable[[int], None]:
    return partial(write_slowly, folder)


def write_slowly(folder: Path, number: int) -> None:
    try:
        (folder / f"{number}").touch()
        time.sleep(3600)
    except BaseException:
        (folder / f"{number}").unlink()
        raise


def test_processes_end_with_the_work_and_clear_up(tmp_path: Path) -> None:
    begun = closing(work_in_processes(partial(slow, folder=tmp_path), pages(1, 2), [1, 1]))
    with begun as attempts, pytest.raises(KeyboardInterrupt):
        interrupt_when(lambda: len(list(tmp_path.iterdir())) == 2, lambda: next(attempts))
    assert list(tmp_path.iterdir()) == []


def interrupt_when(happened: Callable[[], bool], do: Callable[[], object]) -> None:
    """Send this process Ctrl-C as soon as something has happened, while it does something."""

    def look(number: int, frame: object) -> None:
        if happened():
            signal.setitimer(signal.ITIMER_REAL, 0)
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
    try:
        do()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_the_machine_is_shared_out(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shared(8, 3) == [3, 3, 2]
    assert shared(2, 4) == [1, 1, 1, 1]
    free = free_memory()
    assert free is None or free > 0
    for memory, jobs in ((10**10, 4), (900_000_000, 2), (10_000_000, 1), (None, 4)):
        monkeypatch.setattr("textrm.page.files.sharing.free_memory", lambda memory=memory: memory)
        assert suitable_jobs(pages=100, cores=4) == jobs
    assert suitable_jobs(pages=2, cores=4) == 2
    assert suitable_jobs(pages=0, cores=4) == 1
