"""Starts onnxruntime as textrm runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def open_session(source: Path | bytes, threads: int) -> Any:
    """A session of an ONNX file; what onnxruntime raises where it is none shares no public base class."""
    import onnxruntime  # here, so that `import textrm.page` stays quick

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Threads that wait spin otherwise, and take the processor from what comes between tiles and from others.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 4  # faults come as exceptions; nothing is printed past them
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])


def first_line(error: Exception) -> str:
    """What an exception says first, in at most 200 characters."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
