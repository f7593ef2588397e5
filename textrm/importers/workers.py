"""Shares work among processes, in order and with a bounded number of items under way; the option ``--workers``."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from typing import Any, TypeVar

import click
import cv2
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from textrm.errors import UserError

Item = TypeVar("Item")
Result = TypeVar("Result")


def workers_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--workers`` to a command, which receives at least 1."""
    return click.option("--workers", default=0, show_default=True, type=click.IntRange(0), callback=_processes,
                        help="How many processes to use; 0 = one for each CPU.")(command)  # fmt: skip


def in_order(function: Callable[[Item], Result], items: Iterable[Item], workers: int) -> Iterator[tuple[Item, Result]]:
    """Each item with ``function`` of it, in the order of the items, which are taken as they are needed.

    Raises:
        UserError: a worker process was killed.
    """
    if workers == 1:
        yield from ((item, function(item)) for item in items)
        return
    under_way: deque[tuple[Item, Future[Result]]] = deque()
    # spawn: a forked process would inherit OpenCV's threads in whatever state they are.
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _start)
    try:
        for item in items:
            with _interrupt_held():
                under_way.append((item, pool.submit(function, item)))
            if len(under_way) > 2 * workers:
                first, future = under_way.popleft()
                yield first, future.result()
        while under_way:
            first, future = under_way.popleft()
            yield first, future.result()
    except BrokenProcessPool as error:
        raise UserError(
            f"one of {workers} worker processes was killed, perhaps for want of memory: give the "
            "same command again, with fewer --workers"
        ) from error
    finally:
        # The pool cancels what waits itself: its thread raises where it meets a future that was cancelled for it.
        pool.shutdown(cancel_futures=True)


@contextmanager
def progress_bar(description: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, nothing elsewhere; the function given takes how much of ``total`` is done."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(description, total=total)
        yield lambda done: progress.update(task, completed=done)


def _processes(context: click.Context, parameter: click.Parameter, number: int) -> int:
    return number or os.cpu_count() or 1


@contextmanager
def _interrupt_held() -> Iterator[None]:
    """Ctrl-C waits until the end of the block, and for ever in a process that is started in it; SIGTERM waits too.

    Workers are started as work is submitted; until :func:`_start` runs in them, Ctrl-C would end them with a traceback,
    and so would a parent that leaves before it has told them what they are. A mask alone holds no signal: the system
    gives it to a thread of a library, and Python then to the main one.
    """
    if not hasattr(signal, "pthread_sigmask") or threading.current_thread() is not threading.main_thread():
        yield  # Windows has no masks; other threads get no signal
        return
    held: list[int] = []
    masked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    before = {number: signal.signal(number, lambda number, _: held.append(number))
              for number in (signal.SIGINT, signal.SIGTERM)}  # fmt: skip
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, masked)
    if held:
        signal.raise_signal(held[0])


def _start() -> None:
    cv2.setNumThreads(1)  # the processes share the work; threads inside them would only compete
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the parent lets the workers end
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A killed parent tells nobody; its workers would wait for work for ever."""
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
