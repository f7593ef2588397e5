"""Which of the processes that train one net together this is. Whoever starts them says so in the environment."""

from __future__ import annotations

import os
from typing import NamedTuple


class Place(NamedTuple):
    """This process's number among those that train together, and how many they are."""

    rank: int
    ranks: int

    @property
    def first(self) -> bool:
        """Whether it is the one that writes."""
        return self.rank == 0


ALONE = Place(0, 1)


def place() -> Place:
    """Of a process that torchrun, srun or :mod:`textrm.training.launch` started; any other is alone.

    SLURM names the tasks of a job everywhere in it, those of a step only to the processes that srun started.
    """
    held = os.environ
    if started_like_torchrun():
        return Place(int(held["RANK"]), int(held["WORLD_SIZE"]))
    if held.get("SLURM_STEP_NUM_TASKS", "1") != "1":
        return Place(int(held["SLURM_PROCID"]), int(held["SLURM_STEP_NUM_TASKS"]))
    return ALONE


def started_like_torchrun() -> bool:
    """Whether the environment is the one that torchrun makes."""
    return {"TORCHELASTIC_RUN_ID", "RANK", "WORLD_SIZE"} <= os.environ.keys()
