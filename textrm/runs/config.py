"""The door of every Hydra entry point: mistakes in a configuration end in one line."""

from __future__ import annotations

import difflib
import hashlib
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import ConfigAttributeError, ConfigKeyError, MissingMandatoryValue, OmegaConfBaseException

from textrm.command_line import Mistake, Terminated
from textrm.errors import UserError, told_by_worker
from textrm.files import FULL
from textrm.runs.flags import check_flags
from textrm.runs.given import check_numbers, check_types
from textrm.runs.help import help_page, wants_help
from textrm.runs.overrides import override_key
from textrm.runs.own import import_from_here

_PACKAGE = Path(__file__).resolve().parents[1]
# The wheel carries the configuration inside the package; a checkout keeps it beside the package.
CONFIG_FOLDER = _PACKAGE / "conf" if (_PACKAGE / "conf").is_dir() else _PACKAGE.parent / "conf"


def read_labels(path: str) -> str:
    """The names of tags, separated by spaces: one per line in ``path``, or in ``labels.txt`` beside a manifest.

    A configuration asks for it as ``${labels:<path>}``.

    Raises:
        UserError: when there is no such file, or it holds no names.
    """
    manifest = path.lower().endswith((".csv", ".parquet", ".pq", ".arrow", ".feather"))
    file = Path(path).with_name("labels.txt") if manifest else Path(path)
    try:
        names = file.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file}: no list of tags can be read ({error}): python -m textrm.importers.danbooru and "
                        "textrm.synth write it; or give 'data.labels=${labels:FILE}'") from error  # fmt: skip
    found = [name.strip() for name in names if name.strip()]
    if not found or any(len(name.split()) > 1 for name in found):
        raise UserError(f"{file}: expected one tag per line, without spaces in it, and at least one")
    return " ".join(found)


def job_folder(sweep: str, overrides: Sequence[str], shared: Sequence[str]) -> str:
    """The folder of a job in the folder ``sweep``: its overrides, without the keys ``shared``, and a hash of them
    all.

    Where a folder of the same hash is there already, it is that one: which keys are shared depends on the sweep, a
    job's identity does not, nor on the order of its overrides. A configuration asks for it as
    ``${job_folder:${hydra.sweep.dir},${hydra.overrides.task},${hydra.job.config.override_dirname.exclude_keys}}``.
    """
    code = hashlib.sha1("\0".join(sorted(map(_plain, overrides))).encode()).hexdigest()[:6]
    told = [word for word in overrides if "/" not in word and override_key(word) not in shared]
    # Only characters that need no quotes where the folder is named, on the command line or in an override.
    name = re.sub(r"[^\w.-]", "", "_".join(told).replace("=", "-"), flags=re.ASCII)[:80].strip("_-") or "job"
    return next((path.name for path in sorted(Path(sweep).glob(f"*-{code}"))), f"{name}-{code}")


def _plain(override: str) -> str:
    """The override with its number written in one way: 1, 1.0 and 1e0 are one job; 01 is a text for Hydra."""
    key, _, value = override.partition("=")
    if not re.fullmatch(r"[+-]?((0|[1-9]\d*)(\.\d*)?|\.\d+)(e[+-]?\d+)?", value, re.IGNORECASE):
        return override
    number = float(value)
    return f"{key}={int(number) if number.is_integer() else number}"


def half(steps: int) -> int:
    """Half of a run's steps, 1 at least. A configuration asks for it as ``${half:${trainer.max_steps}}``.

    Raises:
        UserError: where the number of steps is not known.
    """
    if steps < 1:
        raise UserError(f"trainer.max_steps={steps}: this schedule spans the whole run; give the number of its steps")
    return max(1, steps // 2)


def fast_precision(accelerator: str) -> str:
    """``bf16-mixed`` where it is the faster one, else ``32-true``.

    A configuration asks for it as ``${fast_precision:${trainer.accelerator}}``. On a processor without AVX-512 a step
    in bf16 takes some thirty times as long as one in float32: oneDNN has no convolutions of bf16 there and computes
    them one number at a time.
    """
    import torch

    on_gpu = accelerator in ("auto", "gpu", "cuda") and torch.cuda.is_available()
    return "bf16-mixed" if on_gpu or torch.backends.cpu.get_cpu_capability().startswith("AVX512") else "32-true"


OmegaConf.register_new_resolver("fast_precision", fast_precision, replace=True)
OmegaConf.register_new_resolver("half", half, replace=True)
OmegaConf.register_new_resolver("labels", read_labels, replace=True)
OmegaConf.register_new_resolver("job_folder", job_folder, replace=True)


def hydra_entry(
    name: str, bare: bool = False, **optional: type
) -> Callable[[Callable[[DictConfig], Any]], Callable[[], None]]:
    """Turn ``main(config)`` into a command that reads ``conf/<name>.yaml`` and the overrides on the command line.

    A :class:`~textrm.errors.UserError` or a mistake in the configuration prints one line to stderr and exits with
    status 1; Ctrl-C exits with 130. Set ``HYDRA_FULL_ERROR=1`` to see the traceback instead. ``optional`` gives the
    types of those keys at the root whose default is null. Asked for help, or with ``bare`` for nothing, the command
    prints :func:`~textrm.runs.help.help_page`.
    """

    def decorate(main: Callable[[DictConfig], Any]) -> Callable[[], None]:
        @wraps(main)
        def job(config: DictConfig) -> Any:
            # Inside the job, or Hydra logs an error of its own first. A sweep goes on, and tells at its end.
            sweeping = HydraConfig.get().mode == RunMode.MULTIRUN
            with nullcontext() if sweeping else _one_line_errors():
                check_types(config, CONFIG_FOLDER / f"{name}.yaml", optional)
                check_numbers(config, name, {override_key(word): word for word in HydraConfig.get().overrides.task})
                return main(config)

        @wraps(main)
        def entry() -> None:
            if wants_help(sys.argv[1:], bare):
                print(help_page(CONFIG_FOLDER / f"{name}.yaml"))
                return
            import_from_here()
            if os.environ.get("HYDRA_FULL_ERROR") == "1":
                full()
                return
            os.environ["HYDRA_FULL_ERROR"] = "1"  # Hydra would print and exit by itself; we want the exception
            try:
                with _one_line_errors():
                    check_flags(sys.argv[1:])
                    command()
            finally:
                del os.environ["HYDRA_FULL_ERROR"]

        wrap = hydra.main(version_base="1.3", config_path=str(CONFIG_FOLDER), config_name=name)
        full, command = wrap(main), wrap(job)
        return entry

    return decorate


@contextmanager
def _one_line_errors() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt as error:
        sys.exit(143 if isinstance(error, Terminated) else 130)
    except (UserError, HydraException, OmegaConfBaseException) as error:
        _refuse(explain(error))
    except OSError as error:
        if error.errno in FULL:
            _refuse("the disk is full: make room, then give the same command again, for a training with ckpt_path=last")
        if error.filename is None:  # not about a file that the user named
            raise
        # Of two files the second is the user's: the first is our own, on its way to become it.
        hint = "; give a folder" * isinstance(error, FileExistsError | NotADirectoryError)
        _refuse(f"{error.filename2 or error.filename}: {error.strerror}{hint}")


def _refuse(told: str) -> NoReturn:
    Mistake(told).show()  # in one write: each process of several says it, and their lines stay apart
    sys.exit(1)


def at_least(config: DictConfig, **least: float) -> None:
    """Refuse numbers at the root of a configuration that are smaller than ``least``; null passes.

    Raises:
        UserError: naming the key, what it holds and what it should.
    """
    for key, bound in least.items():
        if config[key] is not None and not config[key] >= bound:
            raise UserError(f"{key}={config[key]}: expected {bound} or more")


def explain(error: BaseException) -> str:
    """One line for a user's mistake: the key, what was got, what is allowed."""
    chain = list(causes(error))
    for cause in chain:
        if isinstance(cause, UserError):
            return _one_line(told_by_worker(str(cause)))
    for cause in chain:
        if isinstance(cause, MissingMandatoryValue):
            # One that others refer to is in the message alone: Missing mandatory value: key
            key = cause.full_key or str(cause).splitlines()[0].rpartition(": ")[2]
            return f"{key} has no value: give {key}=… on the command line"
        if isinstance(cause, ConfigAttributeError | ConfigKeyError) and cause.full_key:
            return _unknown_key(cause)
    # An error inside a constructor: the innermost message says what was wrong, the outermost which key it came from.
    key = next((line.split(":", 1)[1].strip() for line in str(error).splitlines() if line.startswith("full_key:")), "")
    return _one_line(f"{key}: {chain[-1]}" if key and chain[-1] is not error else str(error))


def resolved_dict(config: DictConfig) -> dict[str, Any]:
    """The configuration as plain data, every interpolation replaced. Raises OmegaConf's errors for missing values."""
    plain = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    assert isinstance(plain, dict)
    return {str(key): value for key, value in plain.items()}


def _unknown_key(error: ConfigAttributeError | ConfigKeyError) -> str:
    parent = error.parent_node
    allowed = sorted(str(key) for key in parent) if isinstance(parent, DictConfig) else []
    close = difflib.get_close_matches(str(error.key), allowed, n=1)
    hint = f"did you mean {close[0]}? " if close else ""
    return f"unknown key {error.full_key}: {hint}allowed here: {', '.join(allowed) or 'nothing'}"


def causes(error: BaseException) -> Iterator[BaseException]:
    """The error, and what led to it, back to the first."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _one_line(text: str) -> str:
    lines = [line.strip() for line in text.split("Config search path")[0].splitlines()]
    return " ".join(line for line in lines if line and not line.startswith("full_key"))
