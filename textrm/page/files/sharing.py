"""Shares a machine out among processes."""

from __future__ import annotations

from pathlib import Path

_EACH = 400_000_000  # bytes that a process needs for pages of the usual size
_UNKNOWN = 4  # processes, at most, where nothing tells how much memory is free


def suitable_jobs(pages: int, cores: int) -> int:
    """How many processes suit so many pages on so many cores: none idle, and each with its memory; at least 1."""
    free = free_memory()
    room = _UNKNOWN if free is None else free // _EACH
    return max(1, min(pages, cores, room))


def shared(cores: int, jobs: int) -> list[int]:
    """The threads of each process, at least one."""
    return [max(1, cores // jobs + (number < cores % jobs)) for number in range(jobs)]


def free_memory() -> int | None:
    """Bytes that this process and those it starts may take, as far as Linux tells; None elsewhere."""
    try:
        told = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
        free = int(told["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return None
    group = Path("/sys/fs/cgroup")  # of a container
    try:
        limit, taken = (int((group / name).read_text()) for name in ("memory.max", "memory.current"))
        cache = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
        free = min(free, limit - taken + int(cache["inactive_file"]))
    except (OSError, KeyError, ValueError):  # none, or without a limit
        pass
    return max(free, 0)
