"""How studies run their commands: shown, one after another, never twice."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path


def run(command: str) -> None:
    """``python -m <command>``, shown; ends with its status where it fails."""
    print(f"\n$ python -m {command}", flush=True)
    status = subprocess.run([sys.executable, "-m", *shlex.split(command)], check=False).returncode
    if status:
        sys.exit(status)


def train_once(command: str, folder: Path, steps: int) -> None:
    """``textrm.train <command>`` for ``steps`` steps in ``folder``, unless that is done; an interrupted one goes on.

    The file ``finished`` in the folder says that it is, and after how many steps.
    """
    finished = folder / "finished"
    if finished.exists():
        if finished.read_text() != str(steps):
            sys.exit(f"error: {folder} was trained for {finished.read_text()} steps, not {steps}: give another --out")
        return
    resume = " ckpt_path=last" if (folder / "checkpoints" / "last.ckpt").exists() else ""
    run(f"textrm.train {command} run={folder} trainer.max_steps={steps} trainer.max_epochs=-1{resume}")
    finished.write_text(str(steps))
