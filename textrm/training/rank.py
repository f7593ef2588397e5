"""One of the processes that :mod:`textrm.training.launch` starts: ``python -m textrm.training.rank ORDER``."""

from __future__ import annotations

import json
import logging
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any

import torch.distributed as dist
from hydra.core.hydra_config import HydraConfig
from hydra.core.utils import configure_log, setup_globals
from hydra.errors import HydraException
from omegaconf.errors import OmegaConfBaseException

from textrm.errors import UserError
from textrm.runs.config import explain
from textrm.runs.ranks import place
from textrm.train import train
from textrm.training.launch import Order


def main() -> None:
    """Train as the order says; an error goes into a file beside it, for the process that started this one to tell."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have started all this deaf to it
    threading.Thread(target=_end_with_parent, daemon=True).start()
    order = Path(sys.argv[1])
    setup_globals()  # resolvers of Hydra, which the configuration may use
    given: Order = pickle.loads(order.read_bytes())
    _listen(given.hydra)
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
        train(given.config, given.run, given.outcome)
    except KeyboardInterrupt:
        os._exit(130)  # others may be waited for at an ordinary end
    except Exception as error:
        mistake = isinstance(error, UserError | HydraException | OmegaConfBaseException)
        told = {"time": time.time_ns(), "mistake": mistake, "error": explain(error) if mistake else _trace(error)}
        order.with_name(f"{place().rank}.json").write_text(json.dumps(told))
        os._exit(1)
    _end()


def _end() -> None:
    """An ordinary end, which leaves out the interpreter's: threads of torch's C++ abort there now and then."""
    if dist.is_initialized():
        dist.destroy_process_group()
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _listen(hydra: Any) -> None:
    """The first process logs what one alone would, the others what went wrong."""
    if hydra is not None:
        HydraConfig.instance().set_config(hydra)
        if place().first:
            configure_log(hydra.hydra.job_logging, hydra.hydra.verbose)
    if not place().first:
        logging.basicConfig(level=logging.WARNING, format=f"[process {place().rank}] %(message)s", force=True)


def _trace(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


def _end_with_parent() -> None:
    os.read(0, 1)  # not sys.stdin, whose lock an ordinary end would wait for
    os._exit(1)


if __name__ == "__main__":
    main()
