"""Works through pages in several processes, which open their own models; any start method of processes will do."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import islice
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Generic, TypeVar

from textrm.errors import UserError
from textrm.page.files.attempt import Attempt, attempt

T = TypeVar("T")
R = TypeVar("R")
Opening = Callable[[int], Callable[[T], R]]  # opens what a process needs on so many threads; returns what does a page

_PATIENCE = 10  # seconds that a process has to end in when it is told to


def work_in_processes(
    opening: Opening[T, R], pages: Iterable[tuple[Path, T]], threads: Sequence[int], memory_hint: str = ""
) -> Generator[Attempt[R], None, None]:
    """What came of each page, in the order in which they are done.

    A process that is killed costs the page that it had in hand, and another one takes its place. When the iterator is
    closed, or Ctrl-C comes, all processes end; files that they were writing are whole or not there.

    Args:
        opening: is sent to each process, and so must be picklable.
        pages: what is worked on, with the path by which it is told of; each is taken when a process is free for it.
        threads: of each process, which says how many there are.
        memory_hint: as of :func:`~textrm.page.files.attempt.attempt`.

    Raises:
        UserError: what ``opening`` raised, or a process ended while it was starting.
    """
    rest = iter(pages)
    waiting = deque(islice(rest, len(threads)))
    workers = [_Worker(opening, count, memory_hint) for count in threads[: len(waiting)]]
    try:
        while workers:
            ready = wait([worker.connection for worker in workers])
            for worker in [worker for worker in workers if worker.connection in ready]:
                done = worker.receive()
                if done is not None:
                    yield done
                waiting.extend(islice(rest, not waiting))
                if not waiting:
                    workers.remove(worker)
                    worker.end()
                    continue
                if not worker.process.is_alive():
                    workers[workers.index(worker)] = _Worker(opening, worker.threads, memory_hint)
                    worker.end()
                    continue
                worker.give(*waiting.popleft())
    finally:
        for worker in workers:
            worker.stop()
        for worker in workers:
            worker.end()


class _Worker(Generic[T, R]):
    """A process as its parent sees it: ``page`` is what it has in hand."""

    def __init__(self, opening: Opening[T, R], threads: int, memory_hint: str) -> None:
        context = multiprocessing.get_context("spawn")
        self.threads, self._is_open = threads, False
        self.page: Path | None = None
        self.connection, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(
            target=_serve, args=(theirs, opening, threads, memory_hint), daemon=True
        )
        with _no_interrupt():
            self.process.start()
        theirs.close()

    def give(self, path: Path, item: T) -> None:
        self.page = path
        with suppress(OSError):  # it has just died: receiving will tell
            self.connection.send((path, item))

    def receive(self) -> Attempt[R] | None:
        """What came of its page; None once it is open."""
        try:
            message: Any = self.connection.recv()
        except (EOFError, OSError):
            self.process.join(_PATIENCE)
            status = self.process.exitcode
            if not self._is_open:
                raise UserError(f"a process ended while it was starting (status {status}); give --jobs 1") from None
            assert self.page is not None
            return Attempt(self.page, reason=f"the process that worked on it was ended (status {status}), for want of "
                           "memory as a rule; give --jobs 1")  # fmt: skip
        if isinstance(message, UserError):
            raise message
        self._is_open = True
        return message

    def stop(self) -> None:
        """Interrupt what it does."""
        self.process.terminate()

    def end(self) -> None:
        """Wait until it has ended; it does when its connection is closed."""
        self.connection.close()
        self.process.join(_PATIENCE)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def _serve(connection: Connection, opening: Opening[T, R], threads: int, memory_hint: str) -> None:
    """The life of a process: it is open, then page after page, until its parent closes the connection."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all processes; the parent decides
    signal.signal(signal.SIGTERM, _interrupted)
    with suppress(EOFError, OSError, KeyboardInterrupt):
        try:
            work = opening(threads)
        except UserError as error:
            connection.send(error)
            return
        connection.send(None)
        while True:
            path, item = connection.recv()
            connection.send(attempt(path, partial(work, item), memory_hint))


def _interrupted(number: int, frame: object) -> None:
    raise KeyboardInterrupt  # so that a file that is being written is taken away


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Processes that start within this do not heed Ctrl-C, from their first moment."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
