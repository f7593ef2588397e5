"""Measures what a training and its net cost, so that runs can be compared by more than their score."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
from omegaconf import OmegaConf
from pytorch_lightning.callbacks import Callback

from textrm.callbacks.pictures import logged_step, writers
from textrm.errors import UserError
from textrm.export import costs
from textrm.nets.look import reason_of
from textrm.runs.memory import peak
from textrm.runs.written import read_config

log = logging.getLogger(__name__)
# In TensorBoard they are costs/<name>; in outcome.json they have these names.
NAMES = ("parameters", "gmac_per_megapixel", "cpu_seconds_per_megapixel", "pictures_per_second", "peak_megabytes")
_seconds: dict[tuple[str, int], float] = {}  # of nets timed before by this process: jobs of a sweep share most of them


class Costs(Callback):
    """After training, ``figures`` has parameters, GMAC and CPU seconds per megapixel, pictures per second and memory.

    Pictures per second are those of training alone, from the end of one step to the end of the next: loading counts,
    validation does not. The time on the CPU is that of ONNX Runtime with ``cpu_threads`` threads; it takes an export,
    some ten seconds, and is left out where that is None or the net cannot be exported. Runs side by side disturb it.

    Args:
        cpu_threads: threads of ONNX Runtime; None measures no time.
        run: folder of the run, whose ``resolved.yaml`` tells what the net was made from and what a tagger sees; nets
            made from the same are timed once by a process.

    Raises:
        UserError: for a number of threads that is none.
    """

    def __init__(self, run: str, cpu_threads: int | None = 2) -> None:
        if cpu_threads is not None and (type(cpu_threads) is not int or cpu_threads < 1):
            raise UserError(f"cpu_threads={cpu_threads}: expected 1 or more, or null")
        self.run, self.cpu_threads = Path(run), cpu_threads
        self.figures: dict[str, float] = {}
        self._pictures, self._seconds = 0, 0.0
        self._last: float | None = None

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Let the first step of an epoch, which waits for workers to start, not count."""
        self._last = None

    def on_validation_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Let validation not count."""
        self._last = None

    def on_train_batch_end(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Count the pictures of a step and its time."""
        now = time.perf_counter()
        if self._last is not None:
            self._seconds += now - self._last
            self._pictures += len(batch["id"]) * trainer.world_size
        self._last = now

    def on_fit_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Measure the rest, and write all to TensorBoard."""
        net: Any = pl_module.net
        self.figures = {"parameters": costs.parameters(net), "peak_megabytes": round(peak() / 1e6, 1)}
        if self._pictures:
            self.figures["pictures_per_second"] = round(self._pictures / self._seconds, 2)
        if trainer.is_global_zero:
            self._measure(net)
        for writer in writers(trainer):
            for name in NAMES:
                if name in self.figures:
                    writer.add_scalar(f"costs/{name}", self.figures[name], logged_step(trainer))

    def _measure(self, net: Any) -> None:
        config = read_config(self.run / "resolved.yaml")
        size = OmegaConf.select(config, "data.crop")
        try:
            model = costs.as_measured(net, size)
            self.figures["gmac_per_megapixel"] = round(costs.gmac_per_megapixel(model), 4)
            if self.cpu_threads is not None:
                recipe = OmegaConf.to_yaml(config.net) + str(size) if "net" in config else str(id(net))
                key = recipe, self.cpu_threads
                if key not in _seconds:
                    _seconds[key] = costs.cpu_seconds_per_megapixel(model, self.cpu_threads)
                self.figures["cpu_seconds_per_megapixel"] = round(_seconds[key], 4)
                self.figures["cpu_threads"] = self.cpu_threads
        except Exception as error:  # a training that is done is not lost for want of a figure
            log.warning("the time on a CPU was not measured: %s", reason_of(error))


def find_costs(trainer: pl.Trainer) -> Costs | None:
    """The trainer's callback of this kind, if it has one."""
    known: Any = trainer  # whose list of callbacks it does not declare
    return next((callback for callback in known.callbacks if isinstance(callback, Costs)), None)
