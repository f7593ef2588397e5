"""Train: ``python -m textrm.train experiment=seg_xception``."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path
from typing import Any

from textrm.errors import UserError
from textrm.extras import needs_extra
from textrm.files import sweep_below, write_whole

with needs_extra("train", __name__):
    import pytorch_lightning as pl
    import torch
    from hydra.core.hydra_config import HydraConfig
    from hydra.types import RunMode
    from hydra.utils import instantiate
    from omegaconf import DictConfig, OmegaConf

    from textrm.callbacks.batch_norm import MeasureBatchNorm
    from textrm.runs.config import at_least, hydra_entry, resolved_dict
    from textrm.runs.continuing import find_checkpoint, keep_metrics
    from textrm.runs.keys import real_keys
    from textrm.runs.moved import with_names_of_today
    from textrm.runs.outcome import Outcome, Status, alone_in, recorded
    from textrm.runs.sweep_job import run_job
    from textrm.tasks.task import Task
    from textrm.training.fit import best_score, fit, monitor, pruned
    from textrm.training.start import load_start
    from textrm.training.trainer import make_trainer, quieten

log = logging.getLogger(__name__)


@hydra_entry("train", bare=True, threads=int, ckpt_path=str, weights=str)
def main(config: DictConfig) -> float | None:
    """Run one experiment, alone in Hydra's run folder; returns the best value of its metric, for searches."""
    job = HydraConfig.get()
    sweep = job.runtime.choices.get("sweep")
    if sweep is not None and job.mode != RunMode.MULTIRUN:
        raise UserError(f"sweep={sweep}: a sweep needs -m, as in python -m textrm.train -m sweep={sweep}")
    start = partial(run_job, train) if job.mode == RunMode.MULTIRUN else train
    shared = list(job.job.config.override_dirname.exclude_keys)
    outcome = Outcome(overrides=list(job.overrides.task), shared=shared, seed=config.seed)
    run = Path(job.runtime.output_dir)
    with alone_in(run):
        return start(config, run, outcome)


def train(config: DictConfig, run: Path, outcome: Outcome | None = None) -> float | None:
    """Fit, then test where the data has a test split, in the folder ``run``.

    The run folder receives ``resolved.yaml``, ``metrics.csv``, TensorBoard events, ``checkpoints/{best,last}.ckpt`` and
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
    given: Any = OmegaConf.to_container(config)
    quieten()
    checkpoint = find_checkpoint(config.ckpt_path, run)
    pl.seed_everything(config.seed, workers=True)
    torch.set_num_threads(config.threads or torch.get_num_threads())

    with real_keys(given):
        datamodule: pl.LightningDataModule = instantiate(config.data)
        task: Task = instantiate(config.task)
        task.prepare(datamodule)
        unmeasured = load_start(task.get_submodule("net"), checkpoint, config.weights)
        trainer = make_trainer(config, [MeasureBatchNorm()] if unmeasured else [])

    run.mkdir(parents=True, exist_ok=True)
    sweep_below(run)
    keep_metrics(run)
    write_whole(run / "resolved.yaml", OmegaConf.to_yaml(OmegaConf.create(resolved)).encode())
    log.info("run folder: %s", run)
    outcome = outcome or Outcome(seed=config.seed)
    outcome.monitor = monitor(trainer)
    with recorded(run, outcome), real_keys(given):
        fit(trainer, task, datamodule, checkpoint, config.test, run)
        outcome.score = best_score(trainer)
        if pruned(trainer):
            outcome.status = Status.PRUNED
    bad = getattr(datamodule, "bad_rows", {})
    if bad:
        log.warning("%d rows of the data could not be used: %s", len(bad), ", ".join(sorted(bad)))
    log.info("run folder: %s", run)
    return outcome.score


if __name__ == "__main__":
    main()
