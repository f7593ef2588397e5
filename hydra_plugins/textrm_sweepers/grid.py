"""Every combination of the choices: ``python -m textrm.train -m loss.gamma=0,0.5,1,2 loss.text_weight=1,2,5``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf

if TYPE_CHECKING:
    from hydra_plugins.textrm_sweepers._jobs import Ending


class GridSweeper(BasicSweeper):
    """Hydra's own sweeper, but one that goes on: jobs that are finished are not launched again.

    Every job is composed before the first is trained. A job that fails does not end the others.

    Args:
        params: axes as on the command line, by their keys; the command line goes before.
    """

    def __init__(self, params: Mapping[str, str] | None = None) -> None:
        super().__init__(max_batch_size=None, params=dict(params or {}))

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Called by Hydra. Raises UserError when the launcher is not installed."""
        from hydra_plugins.textrm_sweepers import _jobs  # Hydra imports this module with every command; that is slow

        self.hydra_context = hydra_context
        self.config = config
        self.launcher = _jobs.open_launcher(hydra_context, task_function, config)

    def sweep(self, arguments: list[str]) -> list[Ending]:
        """Run what is not finished; returns how the jobs that were launched ended.

        Raises:
            UserError: for an axis without end or without a choice; and, after all jobs, when some of them failed.
            HydraException, OmegaConfBaseException: for what no configuration has.
        """
        from hydra_plugins.textrm_sweepers import _jobs
        from hydra_plugins.textrm_sweepers._table import print_table
        from textrm.errors import UserError
        from textrm.runs.outcome import Outcome, Status

        assert self.hydra_context is not None
        assert self.config is not None
        assert self.launcher is not None
        parser = OverridesParser.create(config_loader=self.hydra_context.config_loader)
        overrides = parser.parse_overrides([*self._parse_config(), *arguments])
        for override in overrides:
            if override.is_sweep_override() and not override.is_discrete_sweep():
                raise UserError(f"{override.input_line}: a grid needs choices, such as 1,2,5 or range(1,4); a search "
                                "takes intervals: sweep=optuna_lr")  # fmt: skip
        _jobs.refuse_empty(self.hydra_context, overrides)
        given = OmegaConf.to_yaml(self.config)
        _jobs.settle_folders(self.config, overrides)
        jobs = _jobs.compose(self.hydra_context, self.config, self.split_arguments(overrides, None)[0])
        folder = Path(self.config.hydra.sweep.dir)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "multirun.yaml").write_text(given, encoding="utf-8")
        outcomes = {job: Outcome.read(job.folder) for job in jobs}
        open_jobs = [job for job, outcome in outcomes.items() if outcome is None or outcome.status != Status.FINISHED]
        print(f"sweep: {len(jobs)} jobs in {folder}, {len(jobs) - len(open_jobs)} finished before, "
              f"{len(open_jobs)} to run", flush=True)  # fmt: skip
        endings = _jobs.launch(self.launcher, open_jobs) if open_jobs else []
        print_table(jobs, folder)
        _jobs.refuse_failures(
            endings, jobs, "mend the cause and give the same command again, which runs only what is not finished"
        )
        return endings
