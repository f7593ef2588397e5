"""Train: ``python -m textrm.train experiment=seg_xception``."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from textrm.errors import UserError
from textrm.extras import needs_extra

with needs_extra("train", __name__):
    import pytorch_lightning as pl
    import torch
    from hydra.core.hydra_config import HydraConfig
    from hydra.types import RunMode
    from hydra.utils import instantiate
    from omegaconf import DictConfig, OmegaConf

    from textrm.callbacks.batch_norm import MeasureBatchNorm
    from textrm.nets.contract import need_kind
    from textrm.runs.config import at_least, hydra_entry, resolved_dict
    from textrm.runs.continuing import find_checkpoint, open_run
    from textrm.runs.keys import real_keys
    from textrm.runs.moved import with_names_of_today
    from textrm.runs.outcome import Outcome, alone_in, recorded
    from textrm.runs.own import check_parts
    from textrm.runs.ranks import place
    from textrm.runs.sweep_job import run_job
    from textrm.tasks.task import Task
    from textrm.training.devices import need_one_folder, processes_to_start, share_out, threads_each
    from textrm.training.fit import complete, fit, monitor
    from textrm.training.launch import train_on
    from textrm.training.start import load_start
    from textrm.training.telling import tell_bad_rows, tell_end
    from textrm.training.trainer import make_trainer, quieten


@hydra_entry("train", bare=True, threads=int, ckpt_path=str, weights=str)
def main(config: DictConfig) -> float | None:
    """Run one experiment, alone in Hydra's run folder; returns the best value of its metric, for searches."""
    job = HydraConfig.get()
    multirun = job.mode == RunMode.MULTIRUN
    if (sweep := job.runtime.choices.get("sweep")) is not None and not multirun:
        raise UserError(f"sweep={sweep}: a sweep needs -m, as in python -m textrm.train -m sweep={sweep}")
    start = partial(run_job, train) if multirun else train
    shared = list(job.job.config.override_dirname.exclude_keys)
    outcome = Outcome(overrides=list(job.overrides.task), shared=shared, seed=config.seed)
    run = Path(job.runtime.output_dir)
    need_one_folder(config)
    with alone_in(run) if place().first else nullcontext():
        return start(config, run, outcome)


def train(config: DictConfig, run: Path, outcome: Outcome | None = None) -> float | None:
    """Fit, then test where the data has a test split, in the folder ``run``.

    Where the configuration asks for several devices a process is started for each; the first one writes. The run folder
    receives ``resolved.yaml``, ``metrics.csv``, TensorBoard events, ``checkpoints/{best,last}.ckpt`` and
    ``outcome.json``, for which ``outcome`` brings what was asked for. Returns the best value of the metric that the
    checkpoints follow, or None without one.

    Raises:
        UserError: for mistakes in the configuration or the data, when the folder holds another run, and when the loss
            is not finite. A run that is already in the folder is untouched by mistakes that can be seen beforehand.
        KeyboardInterrupt: after Ctrl-C; ``last.ckpt`` holds the last whole epoch.
        SystemExit: with status 143, after SIGTERM.
    """
    config = OmegaConf.create(with_names_of_today(OmegaConf.to_container(config)), flags={"struct": True})
    at_least(config, seed=0, threads=1)
    config.run = str(run)  # in a sweep Hydra chose another folder than the configuration names
    resolved = resolved_dict(config)
    outcome = outcome or Outcome(seed=config.seed)
    if (processes := processes_to_start(config)) > 1:
        return train_on(processes, config, run, outcome)
    given: Any = OmegaConf.to_container(config)
    quieten()
    checkpoint = find_checkpoint(config.ckpt_path, run)
    pl.seed_everything(config.seed, workers=True)
    torch.set_num_threads(config.threads or threads_each())

    check_parts(resolved)
    with real_keys(given):
        datamodule: pl.LightningDataModule = instantiate(config.data)
        need_kind("data", datamodule, pl.LightningDataModule)
        task: Task = instantiate(config.task)
        need_kind("task", task, Task)
        share_out(datamodule, config)
        task.prepare(datamodule)
        unmeasured = load_start(task.get_submodule("net"), checkpoint, config.weights)
        trainer = make_trainer(config, [MeasureBatchNorm()] if unmeasured else [])

    writing = place().first
    if writing:
        open_run(run, OmegaConf.to_yaml(OmegaConf.create(resolved)))
    outcome.monitor = monitor(trainer)
    with recorded(run, outcome) if writing else nullcontext(), real_keys(given):
        fit(trainer, task, datamodule, checkpoint, config.test, run)
        complete(outcome, trainer)
    tell_bad_rows(datamodule)
    if writing:
        tell_end(run, outcome, trainer, resolved)
    return outcome.score


if __name__ == "__main__":
    main()
