"""Joins a Ray cluster, or starts Ray on this machine."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from textrm.errors import UserError
from textrm.extras import import_extra

_PATIENCE = 8  # seconds that a cluster has to answer in
_STORE = 80 << 20  # bytes, the least that Ray takes: pages do not go through it
# Ray waits for minutes, within its own code: another process is asked to try, and ended.
_PROBE = """
import os, sys, ray
print("loaded", flush=True)
ray.init(address=sys.argv[1], log_to_driver=False, logging_level="CRITICAL")
print("answered", flush=True)
os._exit(0)
"""


@contextmanager
def connected(address: str | None, cores: int) -> Iterator[Any]:
    """The module ``ray``, connected to the cluster at ``address``: HOST:PORT, or ``auto`` for one that is told by
    RAY_ADDRESS or runs on this machine. Without one, Ray is started here on so many ``cores``, for this process alone,
    and ended.

    A connection that is there already is used, and left.

    Raises:
        UserError: when the extra is not installed, nobody answers, or Ray does not start.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is told to anybody
    os.environ.setdefault("RAY_worker_niceness", "0")  # else what Ray starts here yields to all other processes
    if address is None:
        guard()
    ray = import_extra("ray", "ray")
    if ray.is_initialized():
        yield ray
        return
    quiet = {"log_to_driver": False, "logging_level": "ERROR"}
    with _own_signals():
        if address is None:
            here = {"num_cpus": cores, "include_dashboard": False, "object_store_memory": _STORE}
            try:
                ray.init(address="local", **here, **quiet)
            except Exception as error:  # Ray raises just that where one of its processes does not come up
                ray.shutdown()
                first = str(error).strip().partition("\n")[0]
                raise UserError(f"Ray did not start here: {first}; try again when the machine is less busy, or leave "
                                "out --engine ray") from error  # fmt: skip
        else:
            _check(address)
            ray.init(address=address, **quiet)
    try:
        yield ray
    finally:
        ray.shutdown()


def guard() -> None:
    """Before Ray is started here: only this process and what it starts may use it.

    It listens on all addresses of this machine, and would run whatever anybody there asks for.
    """
    if "ray" not in sys.modules:  # it reads this when it is imported
        os.environ.setdefault("RAY_AUTH_MODE", "token")
        os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))


def cluster_jobs(ray: Any, each: int) -> int:
    """How many processes with ``each`` so many threads a cluster has room for, a GB for each; at least 1."""
    resources = ray.cluster_resources()
    return max(1, min(int(resources.get("CPU", 1)) // each, int(resources.get("memory", 0) // 1_000_000_000)))


def _check(address: str) -> None:
    refused = UserError(f"--address {address}: no Ray cluster answers there; expected auto or the HOST:PORT that ray "
                        "start --head has told")  # fmt: skip
    if "://" in address or (address != "auto" and not address.rpartition(":")[2].isdigit()):
        raise refused
    probe = subprocess.Popen([sys.executable, "-c", _PROBE, address], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert probe.stdout is not None
        probe.stdout.readline()
        told, _ = probe.communicate(timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        raise refused from None
    finally:
        probe.kill()
        probe.wait()
    if b"answered" not in told:
        raise refused


@contextmanager
def _own_signals() -> Iterator[None]:
    """What Ray does with SIGTERM is undone: it is ours."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        with suppress(TypeError):
            signal.signal(signal.SIGTERM, before)
