"""A search with Optuna: ``python -m textrm.train -m sweep=optuna_lr``."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.plugins.launcher import Launcher
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf

if TYPE_CHECKING:
    from hydra_plugins.textrm_sweepers._jobs import Ending


class OptunaSweeper(Sweeper):
    """Launches trials whose parameters Optuna chooses; ``search.journal`` in the sweep folder lets it go on.

    A trial that was running when the search was killed is run again, in its folder. A failed one is told as failed,
    and the search goes on. The choice of a trial follows from the seed, its number and the trials before it alone, so
    a search that went on chooses what an unbroken one would.

    Args:
        n_trials: how many are to end or to be pruned; failed ones are not counted.
        n_jobs: how many are launched together.
        direction: ``maximize`` or ``minimize``.
        seed: of the sampler; None lets it draw anew each time.
        sampler: configuration of a partial Optuna sampler, which is given ``seed``.
        pruner: configuration of an Optuna pruner, which the jobs are given too.
        params: axes as on the command line, by their keys; the command line goes before.
    """

    def __init__(
        self,
        n_trials: int,
        n_jobs: int,
        direction: str,
        seed: int | None,
        sampler: DictConfig,
        pruner: DictConfig,
        params: Mapping[str, str] | None = None,
    ) -> None:
        self.n_trials = n_trials
        self.n_jobs = n_jobs
        self.direction = direction
        self.seed = seed
        self.sampler = sampler
        self.pruner = pruner
        self.params = dict(params or {})
        self.hydra_context: HydraContext | None = None
        self.config: DictConfig | None = None
        self.launcher: Launcher | None = None

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Called by Hydra. Raises UserError when Optuna or the launcher is not installed."""
        from hydra_plugins.textrm_sweepers import _jobs  # Hydra imports this module with every command; that is slow
        from textrm.errors import UserError
        from textrm.runs.config import explain

        try:
            import_module("optuna")
        except ModuleNotFoundError as error:
            raise UserError(f"hydra/sweeper=optuna: {explain(error)}: pip install 'textrm[sweeps]'") from error

        self.hydra_context = hydra_context
        self.config = config
        self.launcher = _jobs.open_launcher(hydra_context, task_function, config)

    def sweep(self, arguments: list[str]) -> list[Ending]:
        """Run the trials that are missing; prints the best, and writes ``search.yaml`` in the sweep folder.

        Raises:
            UserError: when the folder holds another search, or this one is running already, without an axis or for one
                without a choice, for a number below 1, and, after all trials, when some failed or had no score.
            HydraException, OmegaConfBaseException: for what no configuration has.
        """
        from hydra_plugins.textrm_sweepers import _jobs, _study
        from textrm.runs.outcome import alone_in

        assert self.hydra_context is not None
        assert self.config is not None
        assert self.launcher is not None
        parser = OverridesParser.create(config_loader=self.hydra_context.config_loader)
        lines = [f"{key}={value}" for key, value in self.params.items()]
        parsed = parser.parse_overrides([*lines, *arguments])
        _jobs.refuse_empty(self.hydra_context, parsed)
        overrides = {item.get_key_element(): item for item in parsed}
        axes = {key: _study.to_distribution(item) for key, item in overrides.items() if item.is_sweep_override()}
        fixed = [f"{key}={item.get_value_element_as_str()}" for key, item in overrides.items() if key not in axes]
        given = OmegaConf.to_yaml(self.config)
        _jobs.settle_folders(self.config, parsed)
        folder = Path(self.config.hydra.sweep.dir)
        numbered = OmegaConf.select(self.config, "callbacks.pruning") is not None
        # A mistake must show before there is a search with it in the folder.
        tries = [(*fixed, *choice, *_number(0, numbered)) for choice in _study.examples(axes)]
        _jobs.compose(self.hydra_context, self.config, tries)
        _study.check(axes, self.direction, n_trials=self.n_trials, n_jobs=self.n_jobs)
        jobs: list[_jobs.Job] = []
        endings: list[Ending] = []
        with alone_in(folder):  # two would tell the same trials
            search = _study.Search(folder, axes, fixed, self.direction, self.seed, self.sampler, self.pruner)
            (folder / "multirun.yaml").write_text(given, encoding="utf-8")
            for trials in search.batches(self.n_trials, self.n_jobs):
                sets = [(*search.overrides(trial), *_number(trial.number, numbered)) for trial in trials]
                batch = _jobs.compose(self.hydra_context, self.config, sets)
                ended = {ending.job.overrides: ending for ending in _jobs.launch(self.launcher, batch)}
                for trial, chosen in zip(trials, sets, strict=True):
                    ended[chosen] = search.tell(trial.number, ended[chosen])
                jobs += batch
                endings += ended.values()
            search.report()
        _jobs.refuse_failures(
            endings, jobs, "the same command tries others in their place; a mended one needs another name=…"
        )
        return endings


def _number(trial: int, numbered: bool) -> tuple[str, ...]:
    return (f"callbacks.pruning.trial={trial}",) if numbered else ()
