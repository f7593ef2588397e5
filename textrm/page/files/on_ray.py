"""Works through pages in actors of Ray, here or on a cluster; what a machine that dies had in hand is done again.

Actors and not Ray Data, which drops or repeats whole blocks of pages: here it is known of each page what became of it.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

import ray
from ray.exceptions import RayError
from ray.util import list_named_actors

from textrm.errors import UserError
from textrm.page.files.attempt import Attempt, attempt
from textrm.page.files.processes import Opening

T = TypeVar("T")
R = TypeVar("R")

NAMESPACE = "textrm"
_IN_HAND = 2  # pages of an actor: one that it works on, and one that it need not wait for
_TRIES = 3  # times that a page is begun, each time but the first by an actor that has nothing else in hand
_STARTS = 3  # actors one after the other that end while they are starting, before that is told
_ANSWER = 10  # seconds in which is known whether what an ended actor had in hand was done
_PATIENCE = 600  # seconds without an actor, which may be waiting for other work of the cluster


@dataclass(slots=True)
class _Task(Generic[T]):
    path: Path
    item: T
    begun: int = 0
    promise: Any = None


@dataclass(slots=True)
class _Actor(Generic[T]):
    handle: Any
    is_open: bool = False
    in_hand: list[_Task[T]] = field(default_factory=list)


class _Work(Generic[T, R]):
    """What an actor does; it opens what it needs, and then does page after page."""

    def __init__(self, opening: Opening[T, R], threads: int, memory_hint: str) -> None:
        self._opening, self._threads, self._hint = opening, threads, memory_hint

    def open(self) -> str:
        """Returns why it cannot be done, if so."""
        try:
            self._work = self._opening(self._threads)
        except UserError as error:
            return str(error)
        return ""

    def do(self, path: Path, item: T) -> Attempt[R]:
        return attempt(path, partial(self._work, item), self._hint)


def work_on_ray(
    opening: Opening[T, R], pages: Iterable[tuple[Path, T]], jobs: int, threads: int, mark: str, memory_hint: str = ""
) -> Generator[Attempt[R], None, None]:
    """What came of each page, in the order in which they are done, each once; Ray is connected.

    Pages are taken when an actor is free for them, and so are results: no more than two for each actor are under way.
    An actor that ends, with its machine or alone, is replaced, and its pages are given to others. A page that ends
    three of them is given up.

    Args:
        opening: is sent to each actor, and so must be picklable.
        pages: what is worked on, with the path by which it is told of.
        jobs: how many actors.
        threads: of each, which has as many processors for itself.
        mark: a name of what is worked on: no two runs on one cluster have the same.
        memory_hint: as of :func:`~textrm.page.files.attempt.attempt`.

    Raises:
        UserError: what ``opening`` raised, another run has this mark, or no actor can be had.
    """
    pool: _Pool[T, R] = _Pool(opening, threads, mark, memory_hint)
    try:
        for _ in range(jobs):
            pool.start()
        yield from pool.work(iter(pages))
    finally:
        pool.end()


class _Pool(Generic[T, R]):
    def __init__(self, opening: Opening[T, R], threads: int, mark: str, memory_hint: str) -> None:
        if any(entry["name"].startswith(mark) for entry in list_named_actors(all_namespaces=True)):
            raise UserError("another run writes into the same folder on this cluster; expected one at a time: wait for "
                            "it, or choose another folder with -o")  # fmt: skip
        most = max((int(node["Resources"].get("CPU", 0)) for node in ray.nodes() if node["Alive"]), default=0)
        if most < threads:
            raise UserError(f"each process is to have {threads} processors, and no machine of the cluster has more "
                            f"than {most}; give a smaller --threads, or more --jobs")  # fmt: skip
        options = {"num_cpus": threads, "max_restarts": 0, "max_task_retries": 0, "namespace": NAMESPACE}
        self._new = partial(ray.remote(_Work).options, **options)
        self._arguments = ray.put(opening), threads, memory_hint
        self._mark, self._number, self._ended = mark, 0, 0
        self._actors: list[_Actor[T]] = []
        self._under_way: dict[Any, _Actor[T]] = {}  # by what it promised
        self._again: deque[_Task[T]] = deque()

    def start(self) -> None:
        try:
            handle: Any = self._new(name=f"{self._mark}-{self._number}").remote(*self._arguments)
        except ValueError as error:
            raise UserError("another run has begun to write into the same folder on this cluster at this moment; "
                            "expected one at a time") from error  # fmt: skip
        self._number += 1
        actor: _Actor[T] = _Actor(handle)
        self._actors.append(actor)
        self._under_way[handle.open.remote()] = actor

    def end(self) -> None:
        for actor in self._actors:
            ray.kill(actor.handle)

    def work(self, pages: Iterable[tuple[Path, T]]) -> Generator[Attempt[R], None, None]:
        rest = iter(pages)
        seen = time.monotonic()
        while self._hand_out(rest) or any(actor.in_hand for actor in self._actors) or self._again:
            ready, _ = ray.wait([*self._under_way], timeout=1)
            if ready or any(actor.is_open for actor in self._actors):
                seen = time.monotonic()
            elif time.monotonic() - seen > _PATIENCE:
                raise UserError(f"no process could be had of the cluster for {_PATIENCE} s; the same command goes on "
                                "from here")  # fmt: skip
            for promise in ready:
                if promise not in self._under_way:  # of an actor that has just ended
                    continue
                actor = self._under_way.pop(promise)
                try:
                    answer = ray.get(promise)
                except RayError as error:
                    yield from self._lost(actor, error)
                    continue
                if actor.is_open:
                    actor.in_hand = [task for task in actor.in_hand if task.promise != promise]
                    yield answer
                elif answer:
                    raise UserError(answer)
                else:
                    actor.is_open, self._ended = True, 0

    def _hand_out(self, rest: Iterable[tuple[Path, T]]) -> bool:
        """Give each actor what it has room for; returns whether there was more than that."""
        pages = iter(rest)
        for room in range(_IN_HAND):
            for actor in [one for one in self._actors if one.is_open and len(one.in_hand) == room]:
                if any(task.begun > 1 for task in actor.in_hand):
                    continue  # it is to have nothing else
                if self._again:
                    if room:
                        continue
                    task = self._again.popleft()
                else:
                    page = next(pages, None)
                    if page is None:
                        return False
                    task = _Task(*page)
                task.begun += 1
                actor.in_hand.append(task)
                task.promise = actor.handle.do.remote(task.path, task.item)
                self._under_way[task.promise] = actor
        return True

    def _lost(self, actor: _Actor[T], error: RayError) -> Generator[Attempt[R], None, None]:
        """An actor has ended: another one takes its place, and its pages are done by others."""
        first = str(error).strip().partition("\n")[0]
        self._actors.remove(actor)
        self._under_way = {promise: other for promise, other in self._under_way.items() if other is not actor}
        ray.kill(actor.handle)
        while actor.in_hand:
            try:
                answer = ray.get(actor.in_hand[0].promise, timeout=_ANSWER)
            except RayError:
                break
            actor.in_hand.pop(0)
            yield answer  # of what was done before it ended
        self._ended += not actor.is_open
        if self._ended >= _STARTS * max(1, len(self._actors)):
            raise UserError(f"processes of the cluster end while they are starting: {first}")
        for task in actor.in_hand[1:]:  # which only waited behind the first
            task.begun -= 1
        for task in actor.in_hand:
            if task.begun < _TRIES:
                self._again.append(task)
            else:
                yield Attempt(task.path, reason=f"{_TRIES} processes that worked on it were ended, for want of memory "
                              "as a rule")  # fmt: skip
        self.start()
