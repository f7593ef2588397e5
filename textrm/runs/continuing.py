"""Going on in the folder of a run: from which checkpoint, whether that is meant, and what is kept."""

from __future__ import annotations

import logging
from itertools import count
from pathlib import Path
from zipfile import is_zipfile

from textrm.errors import UserError
from textrm.files import sweep_below, write_whole

log = logging.getLogger(__name__)


def find_checkpoint(ckpt_path: str | None, run: Path) -> Path | None:
    """The checkpoint to go on from: None, the ``last`` or ``best`` one of the run folder, or a file.

    Raises:
        UserError: when there is no such file, and when the folder holds a run that is not the checkpoint's.
    """
    path = None if ckpt_path is None else _named(ckpt_path, run)
    if (run / "checkpoints").exists() and (path is None or run.resolve() not in path.resolve().parents):
        raise UserError(f"{run} holds a run already: give ckpt_path=last to go on with it, or another run=<folder>")
    return path


def whole_checkpoint(run: Path) -> str | None:
    """``last``, else ``best``, whichever the run folder holds whole: a file that was cut short lost its end's table."""
    return next((name for name in ("last", "best") if is_zipfile(run / "checkpoints" / f"{name}.ckpt")), None)


def open_run(run: Path, resolved: str) -> None:
    """Make the run folder ready for a training whose configuration is ``resolved``, YAML without interpolations."""
    run.mkdir(parents=True, exist_ok=True)
    sweep_below(run)
    keep_metrics(run)
    write_whole(run / "resolved.yaml", resolved.encode())
    log.info("run folder: %s", run)


def keep_metrics(run: Path) -> None:
    """Move an earlier ``metrics.csv`` to ``metrics.<n>.csv``: the logger would delete it when a run goes on."""
    metrics = run / "metrics.csv"
    if metrics.exists():
        free = next(path for n in count(1) if not (path := run / f"metrics.{n}.csv").exists())
        metrics.rename(free)


def _named(ckpt_path: str, run: Path) -> Path:
    path = run / "checkpoints" / f"{ckpt_path}.ckpt" if ckpt_path in ("last", "best") else Path(ckpt_path)
    if not path.is_file():
        raise UserError(f"ckpt_path={ckpt_path}: there is no file {path}; give run=<folder of the run to continue>")
    if path.suffix == ".onnx":
        raise UserError(f"ckpt_path={ckpt_path}: an ONNX file has no optimizer to go on with; give weights={ckpt_path}")
    return path
