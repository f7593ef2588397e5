"""What a training says at its end: its score, its best checkpoint, its time, and the commands that come next."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from textrm.runs.outcome import Outcome
from textrm.runs.own import can_be_trusted, package_of
from textrm.runs.walk import entries


def last_words(run: Path, outcome: Outcome, best: str | None) -> str:
    """``val/AP 0.8312, best checkpoint runs/x/checkpoints/best.ckpt, 3 min 20 s``."""
    score = f"{outcome.monitor} {outcome.score:.4f}" if outcome.score is not None else "no score"
    kept = f"best checkpoint {best}" if best else f"run folder {run}"
    return f"{score}, {kept}, {duration(outcome.seconds)}"


def next_commands(run: Path, config: Mapping[str, Any]) -> list[str]:
    """Three commands for a run that is finished: export, use, and report."""
    name = str(config.get("name") or run.name)
    packages = {
        package_of(str(value)) for path, value in entries(config.get("net") or {}) if path[-1:] == ("_target_",)
    }
    own = sorted(filter(can_be_trusted, packages))
    trust = [f"trust=[{','.join(own)}]"] if own else []
    task, model = str((config.get("task") or {}).get("_target_")), f"{name}.onnx"
    use = ["textrm", "clean", "pages/", "-o", "clean/", "--model", model]
    if "tagging" in task or "multilabel" in task:
        use = ["textrm", "tag", "pages/", "--model", model]
    if "inpainting" in task:
        use = ["textrm", "clean", "pages/", "-o", "clean/", "--fill-model", model]
    commands = (["textrm", "export", f"run={run}", f"out={model}", *trust], use, ["textrm", "report", str(run)])
    return [shlex.join(command) for command in commands]


def duration(seconds: float) -> str:
    """``2 h 05 min``, ``3 min 20 s`` or ``12 s``."""
    whole = round(seconds)
    if whole >= 3600:
        return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
    return f"{whole // 60} min {whole % 60:02d} s" if whole >= 60 else f"{whole} s"
