"""Commands ``python -m …`` of a shell script, forked from a process that has imported what they need."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from multiprocessing.reduction import DupFd
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from forked_ranks import forking

# Says what it was asked for, hands over its files, and ends as the forked process does.
ASKING = """
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as here:
    here.connect({address!r})
    told = json.dumps([sys.argv[1:], dict(os.environ), os.getcwd()]).encode()
    sent = socket.send_fds(here, [told], [0, 1, 2])
    here.sendall(told[sent:])
    here.shutdown(socket.SHUT_WR)
    sys.exit(int(here.recv(8)))
"""


@contextmanager
def forked_python(folder: Path) -> Iterator[None]:
    """Within this, ``folder/python -m MODULE WORDS`` runs ``main()`` of the module so, and ends as it does."""
    forking()
    with TemporaryDirectory() as short, socket.socket(socket.AF_UNIX) as listening:  # addresses have 108 bytes
        address, asking = f"{short}/socket", folder / "asking.py"
        asking.write_text(ASKING.format(address=address))
        (folder / "python").write_text(f'#!/bin/bash\nexec {sys.executable} -IS {asking} "$@"\n')
        (folder / "python").chmod(0o755)
        listening.bind(address)
        listening.listen()
        threading.Thread(target=_answer, args=(listening,), daemon=True).start()
        yield
        listening.shutdown(socket.SHUT_RDWR)


def _answer(listening: socket.socket) -> None:
    while True:
        try:
            asking, _ = listening.accept()
        except OSError:  # it is over
            return
        threading.Thread(target=_run_for, args=(asking,), daemon=True).start()


def _run_for(asking: socket.socket) -> None:
    with asking:
        told, files, _, _ = socket.recv_fds(asking, 1 << 16, 3)
        while more := asking.recv(1 << 16):
            told += more
        process = forking().Process(target=_run, args=(*json.loads(told), [DupFd(file) for file in files]))
        process.start()
        process.join()
        for file in files:
            os.close(file)
        asking.sendall(str(process.exitcode).encode())


def _run(words: list[str], environment: dict[str, str], folder: str, files: list[Any]) -> None:
    for number, file in enumerate(files):
        os.dup2(file.detach(), number)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    option, module, *rest = words
    assert option == "-m"
    sys.argv = [module, *rest]
    from pytorch_lightning.utilities import rank_zero_only

    from textrm.runs.ranks import place

    rank_zero_only.rank = place().rank  # found out when Lightning is imported
    import_module(module).main()
