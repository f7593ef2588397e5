"""One process of many that try files."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.fuzz.books import book_seeds, check_book
from benchmarks.fuzz.check import Inside, check, scratch
from benchmarks.fuzz.pictures import check_picture
from benchmarks.fuzz.seeds import mutated, seeds
from benchmarks.fuzz.tables import table_seeds

_NETS = 100  # cases, one of which the released nets clean too, where it is a picture


def everything() -> dict[str, tuple[bytes, Inside]]:
    """Whole files of all kinds by what they are, each with what reads it."""
    found: dict[str, tuple[bytes, Inside]] = {name: (data, check_picture) for name, data in seeds().items()}
    found |= {name: (data, check_book) for name, data in book_seeds()}
    return found | {name: (data, inside) for name, data, inside in table_seeds()}


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
    known = everything()
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
            (whole, inside), (others, _) = known[name], known[other]
            data = mutated(whole, others, rng)
            if number % _NETS == 0 and inside is check_picture:
                nets = nets or _nets()
                inside, counts["cleaned by nets"] = partial(check_picture, clean=nets), counts["cleaned by nets"] + 1
            was_read, wrong = check(data, Path(folder), inside)
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
