"""Where the jobs of a sweep run: ``hydra/launcher=joblib``, ``submitit_slurm``, ``submitit_local`` or ``ray``.

Hydra's own plugins for these wait for no other job once the process of one was killed, and that for Ray cannot be
installed beside a python-dateutil of today.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from hydra.core.utils import JobReturn
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

if TYPE_CHECKING:
    from hydra_plugins.textrm_sweepers._jobs import RemoteJob


class RemoteLauncher(Launcher):
    """A launcher whose jobs run in other processes, with the help of ``package``."""

    package: str
    job: RemoteJob

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Called by Hydra. Raises ImportError without the package."""
        import_module(self.package)
        from hydra_plugins.textrm_sweepers._jobs import RemoteJob

        self.job = RemoteJob(hydra_context, task_function, config)


class JoblibLauncher(RemoteLauncher):
    """Several processes on this machine; when one is killed, joblib gives up the jobs that the others are at too.

    Args:
        n_jobs: how many at once.
        inner_threads: CPU threads of each; None shares the CPU out.
    """

    package = "joblib"

    def __init__(self, n_jobs: int, inner_threads: int | None = None) -> None:
        self.n_jobs = n_jobs
        self.inner_threads = inner_threads

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Called by Hydra. Raises UserError for a number of jobs that is none, and ImportError without the package."""
        from textrm.errors import UserError

        if type(self.n_jobs) is not int or self.n_jobs == 0:
            raise UserError(f"hydra.launcher.n_jobs={self.n_jobs}: expected how many at once, or -1 for one per core")
        super().setup(hydra_context=hydra_context, task_function=task_function, config=config)

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """Run the jobs. Raises joblib's error when a process was killed."""
        import joblib

        with joblib.parallel_config("loky", inner_max_num_threads=self.inner_threads):
            return joblib.Parallel(n_jobs=self.n_jobs, batch_size=1)(
                joblib.delayed(self.job)(list(overrides), number)
                for number, overrides in enumerate(job_overrides, initial_job_idx)
            )


class SubmititLauncher(RemoteLauncher):
    """An array of jobs on a SLURM cluster; waits for all, also when one is killed, by a time limit or for its memory.

    Args:
        cluster: ``slurm``, or ``local``: all at once on this machine.
        folder: where submitit keeps scripts and logs.
        parameters: of ``submitit.AutoExecutor.update_parameters``.
        executor: of ``submitit.AutoExecutor``.
    """

    package = "submitit"

    def __init__(
        self, cluster: str, folder: str, parameters: Mapping[str, Any], executor: Mapping[str, Any] | None = None
    ) -> None:
        self.cluster = cluster
        self.folder = folder
        self.parameters = dict(parameters)
        self.executor = dict(executor or {})

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """Hand the jobs in, and wait for each."""
        import submitit

        from hydra_plugins.textrm_sweepers._jobs import gather

        executor = submitit.AutoExecutor(folder=self.folder, cluster=self.cluster, **self.executor)
        executor.update_parameters(**{key: value for key, value in self.parameters.items() if value is not None})
        numbers = range(initial_job_idx, initial_job_idx + len(job_overrides))
        jobs = executor.map_array(self.job, [list(overrides) for overrides in job_overrides], numbers)
        return gather(job.result for job in jobs)


class RayLauncher(RemoteLauncher):
    """Tasks of Ray, on this machine or a cluster: as many at once as the resources that each asks for allow.

    Args:
        init: of ``ray.init``; ``address: auto`` joins a cluster.
        remote: of ``ray.remote``: what one job needs.
    """

    package = "ray"

    def __init__(self, init: Mapping[str, Any], remote: Mapping[str, Any]) -> None:
        self.init = dict(init)
        self.remote = dict(remote)

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Called by Hydra. Raises ImportError without the package."""
        if self.init.get("address") == "local":
            from textrm.page.files.connected import guard  # here, since Hydra imports this module always

            guard()
        super().setup(hydra_context=hydra_context, task_function=task_function, config=config)

    def launch(self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int) -> Sequence[JobReturn]:
        """Hand the jobs in, and wait for each."""
        import ray

        from hydra_plugins.textrm_sweepers._jobs import gather

        ray.init(ignore_reinit_error=True, **self.init)
        job = ray.put(self.job)
        run = ray.remote(**self.remote)(_run)
        tasks = [run.remote(job, list(overrides), n) for n, overrides in enumerate(job_overrides, initial_job_idx)]

        def result(task: Any) -> JobReturn:
            done: JobReturn = ray.get(task)
            return done

        return gather(partial(result, task) for task in tasks)


def _run(job: RemoteJob, overrides: list[str], number: int) -> JobReturn:
    return job(overrides, number)
