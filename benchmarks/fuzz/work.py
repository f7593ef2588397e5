"""One process of many that try files."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.fuzz.check import check, scratch
from benchmarks.fuzz.seeds import mutated, seeds

_NETS = 100  # cases, one of which the released nets clean too


def work(sending: Connection, current: Any, seed: int, worker: int, workers: int, end: float, cases: int | None,
          keep: Path | None) -> None:  # fmt: skip
    """Send how many files were tried, read and cleaned, and the faults, of every case that is this worker's.

    Args:
        sending: takes both once, at the end.
        current: is given the number of the case in hand.
        seed: of all cases.
        worker: its number of ``workers``.
        workers: how many share the cases.
        end: the time to stop.
        cases: so many of all workers together; None for no bound.
        keep: a folder for the files with faults.
    """
    cv2.setNumThreads(1)
    known = seeds()
    names = sorted(known)
    counts: Counter[str] = Counter()
    faults: list[str] = []
    nets: Callable[[np.ndarray], object] | None = None
    with scratch() as folder:
        number = worker
        while time.time() < end and (cases is None or number < cases):
            current.value = number
            rng = random.Random(f"{seed} {number}")
            name, other = rng.choice(names), rng.choice(names)
            data = mutated(known[name], known[other], rng)
            clean = None
            if number % _NETS == 0:
                nets = nets or _nets()
                clean, counts["cleaned by nets"] = nets, counts["cleaned by nets"] + 1
            was_read, wrong = check(data, Path(folder), clean)
            counts["files"] += 1
            counts["read"] += was_read
            faults += [f"case {number}, {name}: {fault}" for fault in wrong]
            if wrong and keep is not None:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{seed}-{number}").write_bytes(data)
            number += workers
    sending.send((counts, faults))


def _nets() -> Callable[[np.ndarray], object]:
    from textrm.page import InpaintingModel, SegmentAndFill, SegmentationModel

    return SegmentAndFill(SegmentationModel(threads=1), InpaintingModel(threads=1), remove=["all"])
