"""How studies run their commands: shown, one after another, never twice."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from textrm.runs.config import fast_precision

Command = TypeVar("Command", bound=Callable[..., Any])
FAST_PRECISION = f"trainer.precision={fast_precision('auto')}"  # bf16 where it is the faster one


def options_of(what: str, names: Iterable[str], out: str) -> Callable[[Command], Command]:
    """The options --threads, --only and --out of a study that trains ``what``: these ``names``."""

    def added(command: Command) -> Command:
        command = click.option("--out", default=out, show_default=True, type=click.Path(path_type=Path))(command)
        command = click.option("--only", help=f"{what}, separated by commas: {', '.join(names)}.  [all]")(command)
        return click.option("--threads", default=2, show_default=True, help="Processor threads.")(command)

    return added


def chosen(only: str | None, names: Iterable[str]) -> list[str]:
    """Those of ``names`` that ``--only`` lists, separated by commas, or all; ends where it lists another."""
    known = list(names)
    listed = known if only is None else only.split(",")
    if unknown := set(listed) - set(known):
        sys.exit(f"error: --only {', '.join(sorted(unknown))}: expected some of {', '.join(known)}")
    return listed


def run(command: str, allowed: Sequence[int] = (0,)) -> int:
    """The status of ``python -m <command>``, which is shown; ends with it where it is not ``allowed``."""
    print(f"\n$ python -m {command}", flush=True)
    status = subprocess.run([sys.executable, "-m", *shlex.split(command)], check=False).returncode
    if status not in allowed:
        sys.exit(status)
    return status


def once(command: str, folder: Path, resume: str = "", allowed: Sequence[int] = (0,),
         whole: Callable[[], bool] = lambda: True) -> bool:  # fmt: skip
    """Run ``command``, which makes ``folder``, unless that is done; with ``resume`` where it was interrupted.

    The folder holds the command and, at the end, where it is ``whole``, the file ``finished``; another command for it
    is refused. Returns whether it is finished.
    """
    record, finished = folder / "command", folder / "finished"
    if record.exists() and record.read_text() != command:
        sys.exit(f"error: {folder} was made by: {record.read_text()}; give another --out, or remove it")
    if finished.exists():
        return True
    folder.mkdir(parents=True, exist_ok=True)
    record.write_text(command)
    run(command + resume, allowed)
    if not whole():
        return False
    finished.touch()
    return True


def train_once(command: str, folder: Path, steps: int, seconds: float | None = None) -> bool:
    """``textrm.train <command>`` for ``steps`` steps in ``folder``; an interrupted run goes on.

    It stops after ``seconds``, if that is sooner; another call goes on. Returns whether it has made all steps.
    """
    given = f"textrm.train {command} run={folder} trainer.max_steps={steps} trainer.max_epochs=-1"
    if seconds is None:
        return once(given, folder, resuming(folder))
    until = max(1, round(_trained(folder)[1] + seconds))  # Lightning counts what was trained before, too
    clock = f"00:{until // 3600:02}:{until // 60 % 60:02}:{until % 60:02}"
    return once(
        given, folder, f"{resuming(folder)} trainer.max_time={clock}", whole=lambda: _trained(folder)[0] >= steps
    )


def _trained(run: Path) -> tuple[int, float]:
    """How many steps a training has made, and in how many seconds where these were limited."""
    path = run / "checkpoints" / "last.ckpt"
    if not path.exists():
        return 0, 0.0
    import torch  # here, since most studies need it in their commands alone

    state = torch.load(path, map_location="cpu", weights_only=True)
    seconds = state["callbacks"].get("Timer", {}).get("time_elapsed", {}).get("train", 0.0)
    return state["global_step"], seconds


def resuming(run: Path) -> str:
    """What is added to the command of a training so that one that was interrupted goes on."""
    return " ckpt_path=last" if (run / "checkpoints" / "last.ckpt").exists() else ""
