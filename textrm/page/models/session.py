"""Starts onnxruntime as textrm runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SEVEN_BITS = b"textrm.seven_bit_weights"  # in the metadata of a file whose weights no processor adds up wrongly


def open_session(source: Path | bytes, threads: int) -> Any:
    """A session of an ONNX file; what onnxruntime raises where it is none shares no public base class."""
    import onnxruntime  # here, so that `import textrm.page` stays quick

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Threads that wait spin otherwise, and take the processor from what comes between tiles and from others.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    data = source if isinstance(source, bytes) else source.read_bytes()
    if b"DequantizeLinear" in data and SEVEN_BITS not in data:
        # Products of pairs of 8-bit weights overflow 16 bits where a processor lacks instructions for them (VNNI), and
        # letters come out where there are none. This is slower there and changes nothing elsewhere.
        options.add_session_config_entry("session.x64quantprecision", "1")
    # An arena keeps the most that a run has taken, in steps of powers of two: a quarter of a process's memory, and no
    # faster with so few and large arrays.
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4  # faults come as exceptions; nothing is printed past them
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])


def first_line(error: Exception) -> str:
    """What an exception says first, in at most 200 characters."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
