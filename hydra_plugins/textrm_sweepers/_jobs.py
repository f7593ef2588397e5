"""What the sweepers share: jobs, each with a folder that follows from its overrides, and how they are launched."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra.core.override_parser.types import Override, Quote, QuotedString
from hydra.core.plugins import Plugins
from hydra.core.singleton import Singleton
from hydra.core.utils import JobReturn, JobStatus, run_job, setup_globals
from hydra.errors import HydraException
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf, open_dict
from omegaconf.errors import OmegaConfBaseException

from textrm.errors import UserError
from textrm.runs.config import explain
from textrm.runs.moved import with_names_of_today
from textrm.runs.outcome import ENDED, Outcome, Status
from textrm.runs.overrides import override_key
from textrm.runs.own import import_from_here
from textrm.runs.written import read_config

log = logging.getLogger(__name__)

TRAINED = ("task", "data", "trainer")  # what training makes; other keys matter only where these refer to them


@dataclass(frozen=True, slots=True)
class Job:
    """One set of overrides, and the folder that they lead to."""

    overrides: tuple[str, ...]
    folder: Path


@dataclass(frozen=True, slots=True)
class Ending:
    """How a job ended: ``error`` is the line that it failed with, or None; ``pruned``: a search stopped it."""

    job: Job
    score: float | None = None
    error: str | None = None
    pruned: bool = False


def open_launcher(context: HydraContext, task_function: TaskFunction, config: DictConfig) -> Launcher:
    """The launcher that the configuration chose.

    Raises:
        UserError: when its package is not installed.
    """
    try:
        return Plugins.instance().instantiate_launcher(context, task_function, config)
    except (ImportError, RuntimeError) as error:  # Hydra's, when it knows no such class
        raise UserError(f"hydra/launcher={config.hydra.runtime.choices['hydra/launcher']}: {explain(error)}: "
                        "pip install 'textrm[sweeps]'") from error  # fmt: skip


def refuse_empty(context: HydraContext, overrides: Iterable[Override]) -> None:
    """Refuse an axis that has no choice, such as ``net=glob(z*)``.

    Raises:
        UserError: naming the first such axis.
    """
    for item in overrides:
        if item.is_discrete_sweep() and next(item.sweep_string_iterator(), None) is None:
            options = context.config_loader.get_group_options(item.key_or_group)
            raise UserError(f"{item.input_line}: no choice fits; expected {', '.join(options) or 'one at least'}")


def settle_folders(config: DictConfig, overrides: Iterable[Override]) -> None:
    """Keep all jobs in the sweep folder of ``config``, whatever they are called, each named by what varies alone."""
    last = {item.get_key_element(): item for item in overrides}
    axes = {override_key(key) for key, item in last.items() if item.is_sweep_override()}
    shared = sorted({override_key(key) for key in last} - axes)
    folder = QuotedString(str(config.hydra.sweep.dir), Quote.single).with_quotes()
    with open_dict(config):
        config.hydra.overrides.hydra += [
            f"hydra.job.config.override_dirname.exclude_keys=[{','.join(shared)}]", f"hydra.sweep.dir={folder}",
        ]  # fmt: skip


def compose(context: HydraContext, config: DictConfig, sets: Iterable[Sequence[str]]) -> list[Job]:
    """The jobs of these sets of overrides, each once, in their order.

    Raises:
        HydraException, OmegaConfBaseException: for an axis that no configuration has, and for an unknown choice.
        UserError: when two different jobs would share a folder, and as :func:`refuse_changed` does.
    """
    jobs: dict[Path, Job] = {}
    for overrides in sets:
        composed = context.config_loader.load_sweep_config(config, list(overrides))
        try:
            folder = Path(composed.hydra.sweep.dir, composed.hydra.sweep.subdir)
        except OmegaConfBaseException as error:
            raise UserError(f"hydra.sweep.subdir cannot be told before the jobs run ({explain(error)}): leave it as it "
                            "is, for a sweep goes on by its folders") from error  # fmt: skip
        refuse_changed(composed, folder)
        job = Job(tuple(overrides), folder)
        if jobs.setdefault(folder, job).overrides != job.overrides:
            raise UserError(f"two jobs have the folder {folder}: give each value once, and leave hydra.sweep.subdir as "
                            "it is")  # fmt: skip
    return list(jobs.values())


def refuse_changed(config: DictConfig, folder: Path) -> None:
    """Refuse to go on in a folder whose run was made when the configuration's files, or their defaults, said otherwise.

    One that failed is made anew, with what was mended.

    Raises:
        UserError: naming up to three keys that differ.
    """
    outcome, kept = Outcome.read(folder), read_config(folder / "resolved.yaml")
    if outcome is None or outcome.status == Status.FAILED or not kept:
        return
    plain = (
        {part: OmegaConf.to_container(found[part], resolve=True) for part in TRAINED if part in found}
        for found in (kept, config)
    )
    before, now = (dict(leaves(with_names_of_today(found))) for found in plain)
    changed = [key for key in before | now if before.get(key) != now.get(key)]
    if changed:
        told = ", ".join(f"{key} {before.get(key, 'unset')}, now {now.get(key, 'unset')}" for key in changed[:3])
        raise UserError(f"{folder} was trained with {told}{', …' if len(changed) > 3 else ''}: its figures cannot be "
                        "compared; give another name=…, or remove that folder")  # fmt: skip


def leaves(node: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of nested mappings with its dotted key; a list is one value."""
    for key, value in node.items():
        if isinstance(value, Mapping):
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def launch(launcher: Launcher, jobs: Sequence[Job]) -> list[Ending]:
    """Run jobs with the launcher and tell how each ended; one that fails does not end the others."""
    try:
        results = launcher.launch([job.overrides for job in jobs], initial_job_idx=0)
    except Exception as error:  # one of its processes was killed; the jobs' folders know which of them ended before
        log.exception("the launcher failed")
        return [_ending_on_disk(job, _short(error)) for job in jobs]
    endings = []
    for job, result in zip(jobs, results, strict=True):
        value = result._return_value  # the property prints, and raises where the job failed
        if result.status == JobStatus.COMPLETED:
            outcome = Outcome.read(job.folder)
            endings.append(Ending(job, value, pruned=outcome is not None and outcome.status == Status.PRUNED))
            continue
        if not isinstance(value, UserError | HydraException | OmegaConfBaseException):
            log.error("failed: %s", " ".join(job.overrides), exc_info=value)
        endings.append(Ending(job, error=_short(value)))
    return endings


def refuse_failures(endings: Sequence[Ending], jobs: Sequence[Job], advice: str) -> None:
    """Raise one line about the jobs that failed, out of all ``jobs`` of the sweep, that ends with ``advice``.

    Raises:
        UserError: when one did.
    """
    failed = [ending for ending in endings if ending.error]
    if not failed:
        return
    common = set.intersection(*(set(job.overrides) for job in jobs)) if len(jobs) > 1 else set()
    told = [
        f"{' '.join(word for word in ending.job.overrides if word not in common)} ({ending.error})"
        for ending in failed[:5]
    ]
    more = f"; and {len(failed) - 5} more" if len(failed) > 5 else ""
    raise UserError(f"{len(failed)} of {len(jobs)} jobs failed: {'; '.join(told)}{more}: {advice}")


class RemoteJob:
    """What a launcher sends to another process: everything that a job needs but its overrides.

    The process works in the folder that the command was given in, for paths may be relative to it.

    Raises:
        HydraException, OmegaConfBaseException: when called with overrides that no configuration has.
    """

    def __init__(self, context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        self.context = context
        self.task_function = task_function
        self.config = config
        self.state = Singleton.get_state()
        self.folder_before = Path.cwd()

    def __call__(self, overrides: Sequence[str], number: int) -> JobReturn:
        """Run one job; its exception is in what is returned."""
        os.chdir(self.folder_before)
        import_from_here()
        Singleton.set_state(self.state)
        setup_globals()
        config = self.context.config_loader.load_sweep_config(self.config, list(overrides))
        with open_dict(config):
            config.hydra.job.id = str(number)
            config.hydra.job.num = number
        return run_job(
            hydra_context=self.context, task_function=self.task_function, config=config,
            job_dir_key="hydra.sweep.dir", job_subdir_key="hydra.sweep.subdir",
        )  # fmt: skip

    def checkpoint(self, *arguments: Any) -> Any:
        """Called by submitit when the time is up: handed in again, the job goes on in its folder."""
        from submitit.helpers import DelayedSubmission

        return DelayedSubmission(self, *arguments)


def gather(waits: Iterable[Callable[[], JobReturn]]) -> list[JobReturn]:
    """Wait for every job; one whose process was killed is one that failed."""
    results = []
    for wait in waits:
        try:
            results.append(wait())
        except Exception as error:
            line = str(error).strip().split("\n")[0]
            results.append(JobReturn(status=JobStatus.FAILED, _return_value=UserError(f"it was killed: {line}")))
    return results


def _ending_on_disk(job: Job, error: str) -> Ending:
    outcome = Outcome.read(job.folder)
    if outcome is not None and outcome.status in ENDED:
        return Ending(job, outcome.score, pruned=outcome.status == Status.PRUNED)
    return Ending(job, error=outcome.error if outcome is not None and outcome.status == Status.FAILED else error)


def _short(error: BaseException) -> str:
    line = explain(error) or type(error).__name__
    return line if len(line) <= 300 else f"{line[:299]}…"
