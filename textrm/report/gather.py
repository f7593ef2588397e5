"""Finds the runs below a folder and reads what became of them."""

from __future__ import annotations

import json
import math
import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from textrm.errors import UserError
from textrm.report.history import History, final_figures, read_history, steps_trained
from textrm.runs.outcome import Status
from textrm.runs.overrides import split_override
from textrm.runs.written import read_config

# A folder with one of them is a run's; earlier versions left the last one.
MARKS = ("resolved.yaml", "outcome.json", ".hydra/overrides.yaml")
UNFINISHED = "unfinished"  # running, killed or stopped: the status that reports add to those of outcome.json
DEFAULT = "default"  # the value of a key that a run was not given, where its configuration does not tell
MEASURED = ("pictures_per_second", "parameters", "gmac_per_megapixel", "cpu_seconds_per_megapixel")
# Keys that say where a run lies, or which trial of a search it is, and not what it does.
PLACES = ("run", "ckpt_path", "callbacks.pruning.trial")


@dataclass
class Run:
    """One training. ``name`` is its folder below the report's, ``reason`` says why it is not finished."""

    folder: Path
    name: str
    status: str
    reason: str
    overrides: dict[str, str]
    seed: str
    commit: str = ""
    started: str = ""
    seconds: float = math.nan
    peak_megabytes: float = math.nan
    costs: dict[str, float] = field(default_factory=dict)  # of the net, and pictures per second
    cpu_threads: int | None = None
    monitor: str | None = None
    history: History = field(default_factory=dict)
    config: DictConfig = field(default_factory=lambda: OmegaConf.create({}))
    repeat: int = 1  # counts the runs with the same overrides, from 1

    @cached_property
    def figures(self) -> dict[str, float]:
        """The final figures, with seconds, steps and memory."""
        costs = {"steps": float(self.steps or math.nan), "seconds": self.seconds, "peak_megabytes": self.peak_megabytes}
        return final_figures(self.history, self.monitor) | costs | self.costs

    @property
    def steps(self) -> int:
        """Steps trained."""
        return steps_trained(self.history)

    def value(self, key: str) -> str:
        """The value of an override key as text, from the configuration where the run was not given it."""
        if key == "seed":
            return self.seed
        if key in self.overrides:
            return self.overrides[key]
        try:
            value = OmegaConf.select(self.config, key, default=DEFAULT)
        except OmegaConfBaseException:  # a key such as encoder@net.encoder
            return DEFAULT
        if value is None:
            return "null"
        if isinstance(value, bool):
            return str(value).lower()
        return str(value) if isinstance(value, str | int | float) else DEFAULT


def find_runs(root: Path, out: Path) -> list[Run]:
    """All runs in ``root`` and below it, in the order of their folders; ``out`` is passed over.

    Raises:
        UserError: there is no such folder, or no run in it.
    """
    if not root.is_dir():
        raise UserError(f"{root}: no such folder; expected one of runs, such as multirun/<name>")
    found = []
    for visited, folders, _ in os.walk(root):
        folder = Path(visited)
        folders[:] = [
            name for name in folders
            if not name.startswith(".") and name != "checkpoints" and (folder / name).resolve() != out.resolve()
        ]  # fmt: skip
        if any((folder / mark).is_file() for mark in MARKS):
            found.append(folder)
    if not found:
        raise UserError(f"{root}: has no run; looked for folders with {', '.join(MARKS[:-1])} or {MARKS[-1]}: train "
                        "one with python -m textrm.train, or give the folder of a sweep")  # fmt: skip
    return [read_run(folder, str(folder.relative_to(root))) for folder in sorted(found)]


def read_run(folder: Path, name: str) -> Run:
    """Read one run; what cannot be read counts as not there."""
    outcome = _outcome(folder / "outcome.json")
    config = read_config(folder / "resolved.yaml")
    given = outcome.get("overrides")
    overrides = split_overrides(given if isinstance(given, list) else _listed(folder / ".hydra" / "overrides.yaml"))
    history = read_history(folder)
    monitor = outcome.get("monitor") or OmegaConf.select(config, "callbacks.checkpoint.monitor")
    status, reason = _status(outcome, history)
    seed = next(
        (seed for seed in (outcome.get("seed"), config.get("seed"), overrides.get("seed")) if seed is not None), ""
    )
    return Run(
        folder, name, status, reason, overrides, str(seed), str(outcome.get("commit") or ""),
        str(outcome.get("started") or ""), _number(outcome.get("seconds")), _number(outcome.get("peak_megabytes")),
        {name: _number(outcome.get(name)) for name in MEASURED}, outcome.get("cpu_threads"),
        None if monitor is None else str(monitor), history, config,
    )  # fmt: skip


def split_overrides(words: list[Any]) -> dict[str, str]:
    """Key and value of every override of Hydra's, less PLACES."""
    found = {}
    for word in map(str, words):
        key, value = split_override(word)
        if key not in PLACES and not key.startswith(("hydra.", "hydra/")):
            found[key] = value
    return found


def _status(outcome: dict[str, Any], history: History) -> tuple[str, str]:
    """The status and, of a run that is not finished, the reason in a line."""
    status, error = outcome.get("status"), " ".join(str(outcome.get("error") or "").split())
    so_far = f", {steps} steps logged" if (steps := steps_trained(history)) else ", nothing logged"
    if status == Status.FINISHED and not any(name.startswith(("val/", "test/")) for name in history):
        return Status.FAILED, "no figures: metrics.csv is missing, or has neither val/ nor test/ columns"
    if status == Status.FINISHED:
        return Status.FINISHED, ""
    if status == Status.FAILED:
        return Status.FAILED, error or "no reason recorded"
    if status == Status.PRUNED:
        return Status.PRUNED, "ended by the search" + so_far
    if status == Status.STOPPED:
        return (UNFINISHED if history else Status.FAILED), "stopped" + so_far
    if status == Status.RUNNING:
        return UNFINISHED, "still running, or killed" + so_far
    return (UNFINISHED if history else Status.FAILED), "no outcome.json that can be read" + so_far


def _outcome(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _listed(path: Path) -> list[Any]:
    try:
        found = yaml.safe_load(path.read_text())
    except (OSError, ValueError, TypeError, RecursionError, yaml.YAMLError):
        return []
    return found if isinstance(found, list) else []


def _number(value: Any) -> float:
    try:
        return float(value) if isinstance(value, int | float) else math.nan
    except OverflowError:
        return math.inf
