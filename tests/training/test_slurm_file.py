"""The file for SLURM trains on several machines: here two processes of an srun that believe to be one each."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from forked_commands import forked_python
from task_contract import SEGMENTATION, SMALL

from textrm.runs.outcome import Outcome, Status

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
SRUN = """#!/bin/bash
shift  # --kill-on-bad-exit=1
export SLURM_STEP_NUM_TASKS=2 SLURM_NTASKS=2 SLURM_LOCALID=0 MASTER_ADDR=127.0.0.1
for rank in 0 1; do
  SLURM_PROCID=$rank SLURM_NODEID=$rank "$@" &
  started+=($!)
done
for one in "${started[@]}"; do wait "$one" || exit 1; done
"""


def submit(folder: Path, *words: str, forked: bool) -> subprocess.CompletedProcess[str]:
    """What sbatch does with the file on two machines of a device each, and a stand-in for srun."""
    tools = folder / "tools"
    tools.mkdir(exist_ok=True)
    for name, text in (("srun", SRUN), ("python", f'#!/bin/bash\nexec {sys.executable} "$@"\n')):
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    job = {"SLURM_JOB_ID": str(20000 + os.getpid() % 9000), "SLURM_JOB_NUM_NODES": "2", "SLURM_NTASKS_PER_NODE": "1",
           "SLURM_JOB_NAME": "textrm", "RUN": str(folder / "run"), "PYTHONPATH": str(ROOT)}  # fmt: skip
    with forked_python(tools) if forked else nullcontext():
        return subprocess.run(
            ["bash", str(ROOT / "docs" / "slurm" / "train.sbatch"), *words],
            env=os.environ | job | {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"},
            capture_output=True, text=True, cwd=folder,
        )  # fmt: skip


def test_the_file_trains_and_goes_on(drawn: Path, tmp_path: Path) -> None:
    words = [*SMALL, *SEGMENTATION, f"data.manifest={drawn}", "test=false"]
    for epochs in (1, 2):
        done = submit(tmp_path, *words, f"trainer.max_epochs={epochs}", forked=True)
        assert done.returncode == 0, done.stderr
    outcome = Outcome.read(tmp_path / "run")
    assert outcome is not None
    assert outcome.status == Status.FINISHED
    with (tmp_path / "run" / "metrics.csv").open() as file:
        assert [row["epoch"] for row in csv.DictReader(file) if row["val/AP"]] == ["1"]


def test_a_sweep_is_refused(tmp_path: Path) -> None:
    done = submit(tmp_path, "-m", *SEGMENTATION, "loss.gamma=0,1", forked=False)
    assert done.returncode == 1
    assert set(done.stderr.splitlines()) == {
        "error: -m was given to 2 processes at once, and each would run the sweep: start it once, without torchrun or "
        "srun; its jobs start their processes themselves"
    }
    assert not (tmp_path / "run").exists()
