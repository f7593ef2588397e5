"""Train: ``python -m textrm.train experiment=seg_xception``."""

from __future__ import annotations

import gc
import logging
import shutil
import traceback
import warnings
from itertools import count
from pathlib import Path
from typing import Any
from zipfile import is_zipfile

from textrm.errors import UserError
from textrm.extras import needs_extra

with needs_extra("train", __name__):
    import hydra
    import pytorch_lightning as pl
    import torch
    from hydra.core.hydra_config import HydraConfig
    from hydra.errors import HydraException
    from hydra.types import RunMode
    from omegaconf import DictConfig, OmegaConf
    from omegaconf.errors import OmegaConfBaseException
    from pytorch_lightning.utilities.exceptions import MisconfigurationException, SIGTERMException

    from textrm.callbacks.batch_norm import MeasureBatchNorm
    from textrm.export.onnx_weights import released
    from textrm.runs.checkpoint import load_weights
    from textrm.runs.config import at_least, explain, hydra_entry, resolved_dict
    from textrm.runs.keys import real_keys
    from textrm.runs.moved import with_names_of_today
    from textrm.runs.outcome import Outcome, alone_in, commit, recorded, seconds_before
    from textrm.tasks.task import Task

log = logging.getLogger(__name__)


@hydra_entry("train", bare=True, threads=int, ckpt_path=str, weights=str)
def main(config: DictConfig) -> float | None:
    """Run one experiment, alone in Hydra's run folder; returns the best value of its metric, for searches."""
    job = HydraConfig.get()
    sweep = job.runtime.choices.get("sweep")
    if sweep is not None and job.mode != RunMode.MULTIRUN:
        raise UserError(f"sweep={sweep}: a sweep needs -m, as in python -m textrm.train -m sweep={sweep}")
    start = train_job if job.mode == RunMode.MULTIRUN else train
    shared = list(job.job.config.override_dirname.exclude_keys)
    outcome = Outcome(overrides=list(job.overrides.task), shared=shared, seed=config.seed)
    run = Path(job.runtime.output_dir)
    with alone_in(run):
        return start(config, run, outcome)


def train_job(config: DictConfig, run: Path, outcome: Outcome) -> float | None:
    """One job of a sweep; its folder follows from its overrides: what is finished is not repeated, what is not goes on.

    Raises:
        UserError: as :func:`train` does, after ``outcome.json`` has told it.
    """
    earlier = Outcome.read(run)
    if earlier is not None and earlier.status in ("finished", "pruned"):
        log.info("finished before: %s", run)
        return earlier.score
    # A file that was cut short has lost the table at its end.
    whole = [name for name in ("last", "best") if is_zipfile(run / "checkpoints" / f"{name}.ckpt")]
    if whole:
        config.ckpt_path = whole[0]
    else:
        shutil.rmtree(run / "checkpoints", ignore_errors=True)
    try:
        return train(config, run, outcome)
    except Exception as error:
        if outcome.status != "failed":  # it ended before there was a run to record
            outcome.status, outcome.commit, outcome.error = "failed", commit(), explain(error)
            outcome.seconds = seconds_before(run)
            outcome.write(run)
        log.error("failed: %s: %s", run, explain(error))
        forget_frames(error)
        if isinstance(error, HydraException | OmegaConfBaseException):  # which do not travel between processes
            raise UserError(explain(error)) from None
        raise


def forget_frames(error: BaseException) -> None:
    """Free what the frames of an error hold, net and optimizer above all: the other jobs of a sweep need the memory."""
    cause: BaseException | None = error
    while cause is not None:
        traceback.clear_frames(cause.__traceback__)
        cause = cause.__cause__ or cause.__context__
    gc.collect()
    if torch.cuda.is_initialized():
        torch.cuda.empty_cache()


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
    # What Lightning says of its own accord (hardware it did not find, services it recommends) hides what matters here.
    logging.getLogger("pytorch_lightning.utilities.rank_zero").setLevel(logging.WARNING)
    warnings.filterwarnings("ignore", module="lightning_fabric|pytorch_lightning|torch.optim")
    checkpoint = find_checkpoint(config.ckpt_path, run)
    if (run / "checkpoints").exists() and (checkpoint is None or run.resolve() not in checkpoint.resolve().parents):
        raise UserError(f"{run} holds a run already: give ckpt_path=last to go on with it, or another run=<folder>")
    pl.seed_everything(config.seed, workers=True)
    torch.set_num_threads(config.threads or torch.get_num_threads())

    if (checkpoint or config.weights) and "weights" in config.net.get("encoder", {}):
        config.net.encoder.weights = None  # the checkpoint has its own: the run they came from may be gone
    with real_keys(given):
        datamodule: pl.LightningDataModule = hydra.utils.instantiate(config.data)
        task: Task = hydra.utils.instantiate(config.task)
        task.prepare(datamodule)
    net = task.get_submodule("net")
    start = checkpoint or (config.weights and (released(net) if config.weights == "released" else Path(config.weights)))
    if start:  # also where Lightning will: what does not fit shows before the run folder is touched
        load_weights(net, start, growing=checkpoint is None)
    with real_keys(given):
        callbacks = [
            hydra.utils.instantiate(callback) for callback in config.callbacks.values() if callback is not None
        ]
    if start and start.suffix == ".onnx":
        callbacks.append(MeasureBatchNorm())
    loggers = [hydra.utils.instantiate(logger) for logger in config.logger.values() if logger is not None]
    bar = config.callbacks.get("progress") is not None  # else Lightning shows one of its own
    trainer: pl.Trainer = hydra.utils.instantiate(
        config.trainer, callbacks=callbacks, logger=loggers, enable_progress_bar=bar
    )

    # With max_steps Lightning takes every checkpoint for one of mid-epoch; going on from the end of an epoch, where
    # last.ckpt is written, it would pass over the next one.
    loop: Any = trainer.fit_loop
    assert hasattr(loop, "_iteration_based_training"), "Lightning has changed: see that resumed runs skip no epoch"
    loop._iteration_based_training = lambda: False

    run.mkdir(parents=True, exist_ok=True)
    keep_metrics(run)
    (run / "resolved.yaml").write_text(OmegaConf.to_yaml(OmegaConf.create(resolved)))
    log.info("run folder: %s", run)
    saver = trainer.checkpoint_callback
    outcome = outcome or Outcome(seed=config.seed)
    outcome.monitor = getattr(saver, "monitor", None)
    with recorded(run, outcome), real_keys(given):
        fit(trainer, task, datamodule, checkpoint, config.test, run)
        best = getattr(saver, "best_model_score", None)
        outcome.score = None if best is None else float(best)
        if pruned(trainer):
            outcome.status = "pruned"
    bad = getattr(datamodule, "bad_rows", {})
    if bad:
        log.warning("%d rows of the data could not be used: %s", len(bad), ", ".join(sorted(bad)))
    log.info("run folder: %s", run)
    return outcome.score


def fit(trainer: pl.Trainer, task: Task, datamodule: pl.LightningDataModule, checkpoint: Path | None, test: bool,
        run: Path) -> None:  # fmt: skip
    """Train, then test the best checkpoint; raises as :func:`train` does."""
    # weights_only: a checkpoint is data; nothing in it may run code.
    try:
        trainer.fit(task, datamodule=datamodule, ckpt_path=checkpoint, weights_only=True)
        if test and not pruned(trainer):
            best: Any = getattr(trainer.checkpoint_callback, "best_model_path", None) or None
            trainer.test(task, datamodule=datamodule, ckpt_path=best, weights_only=True)
    except (MisconfigurationException, RuntimeError) as error:
        if isinstance(error, MisconfigurationException) or str(error).startswith("Early stopping conditioned"):
            raise UserError(str(error)) from error
        raise
    except SystemExit as error:  # how Lightning ends after Ctrl-C and SIGTERM
        if (run / "checkpoints" / "last.ckpt").exists():
            log.warning(
                "stopped; to go on from the last whole epoch: run=%s ckpt_path=last; a sweep: the same command", run
            )
        else:
            log.warning("stopped before the first epoch was over; there is nothing to go on from in %s", run)
        if isinstance(error, SIGTERMException):
            raise SystemExit(143) from error
        raise KeyboardInterrupt from error


def pruned(trainer: pl.Trainer) -> bool:
    """Whether a search stopped the run."""
    known: Any = trainer  # whose list of callbacks it does not declare
    return any(getattr(callback, "pruned", False) for callback in known.callbacks)


def find_checkpoint(ckpt_path: str | None, run: Path) -> Path | None:
    """The checkpoint to go on from: None, the ``last`` or ``best`` one of the run folder, or a file.

    Raises:
        UserError: when there is no such file.
    """
    if ckpt_path is None:
        return None
    path = run / "checkpoints" / f"{ckpt_path}.ckpt" if ckpt_path in ("last", "best") else Path(ckpt_path)
    if not path.is_file():
        raise UserError(f"ckpt_path={ckpt_path}: there is no file {path}; give run=<folder of the run to continue>")
    if path.suffix == ".onnx":
        raise UserError(f"ckpt_path={ckpt_path}: an ONNX file has no optimizer to go on with; give weights={ckpt_path}")
    return path


def keep_metrics(run: Path) -> None:
    """Move an earlier ``metrics.csv`` to ``metrics.<n>.csv``: the logger would delete it when a run goes on."""
    metrics = run / "metrics.csv"
    if metrics.exists():
        free = next(path for n in count(1) if not (path := run / f"metrics.{n}.csv").exists())
        metrics.rename(free)


if __name__ == "__main__":
    main()
