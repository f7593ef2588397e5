"""The memory that a run takes: its peak, and giving it back.

Torch is not imported for it, only asked where a run has: reports and sweeps read outcomes too.
"""

from __future__ import annotations

import gc
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

from textrm.runs.config import causes


def reset_peak() -> None:
    """Begin to measure anew: jobs of a sweep share a process, and each has a peak of its own."""
    if (cuda := _cuda()) is not None:
        cuda.reset_peak_memory_stats()
    with suppress(OSError):  # elsewhere than on Linux
        Path("/proc/self/clear_refs").write_text("5")


def peak() -> float:
    """The largest memory in bytes since then: of the GPU where one is used, else of the process; 0 where unknown."""
    if (cuda := _cuda()) is not None and cuda.max_memory_allocated():
        return float(cuda.max_memory_allocated())
    with suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text().splitlines()
        return 1024.0 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    with suppress(ImportError):  # on Windows
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1.0 if sys.platform == "darwin" else 1024.0)
    return 0.0


def forget_frames(error: BaseException) -> None:
    """Free what the frames of an error hold, net and optimizer above all: the other jobs of a sweep need the memory."""
    for cause in causes(error):
        traceback.clear_frames(cause.__traceback__)
    gc.collect()
    if (cuda := _cuda()) is not None:
        cuda.empty_cache()


def _cuda() -> Any:
    """``torch.cuda`` where the run uses it."""
    torch = sys.modules.get("torch")
    return torch.cuda if torch is not None and torch.cuda.is_initialized() else None
