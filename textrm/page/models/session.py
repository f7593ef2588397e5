"""Starts onnxruntime as textrm runs it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from textrm.errors import UserError

CPU = "cpu"
DEVICES = {
    CPU: ("CPUExecutionProvider", "onnxruntime"),
    "cuda": ("CUDAExecutionProvider", "onnxruntime-gpu"),
    "directml": ("DmlExecutionProvider", "onnxruntime-directml"),
    "coreml": ("CoreMLExecutionProvider", "onnxruntime for macOS"),
    "openvino": ("OpenVINOExecutionProvider", "onnxruntime-openvino"),
    "rocm": ("ROCMExecutionProvider", "onnxruntime-rocm"),
    "migraphx": ("MIGraphXExecutionProvider", "onnxruntime-migraphx"),
}
"""What can run a net, each with its provider of onnxruntime and the package that brings it."""

SEVEN_BITS = b"textrm.seven_bit_weights"  # in the metadata of a file whose weights no processor adds up wrongly


def open_session(source: Path | bytes, threads: int, device: str = CPU) -> Any:
    """A session of an ONNX file; what onnxruntime raises where it is none shares no public base class.

    What the device cannot do, the processor does.

    Args:
        source: the file, or its content.
        threads: of the processor.
        device: one of ``DEVICES``.

    Raises:
        UserError: when the device is not known, not of this installation, or does not start.
    """
    import onnxruntime  # here, so that `import textrm.page` stays quick

    provider = _provider(device, onnxruntime.get_available_providers())
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
    providers = list(dict.fromkeys([provider, DEVICES[CPU][0]]))
    # onnxruntime's own falling back prints, and computes on the processor without saying so.
    session = onnxruntime.InferenceSession(source, options, providers=providers, enable_fallback=0)
    if provider not in session.get_providers():
        raise UserError(f"device {device} does not start, and onnxruntime would take the processor instead: check its "
                        f"driver and libraries, or take device {CPU}")  # fmt: skip
    session.disable_fallback()
    return session


def _provider(device: str, available: Sequence[str]) -> str:
    """The provider of a device, which is to be among those of this installation."""
    if device not in DEVICES:
        raise UserError(f"there is no device {device!r}; expected one of {', '.join(DEVICES)}")
    provider, package = DEVICES[device]
    if provider not in available:
        there = [name for name, (other, _) in DEVICES.items() if other in available]
        raise UserError(f"device {device} cannot be had: this onnxruntime has {', '.join(there)}; take one of these, "
                        f"or install {package} instead of onnxruntime")  # fmt: skip
    return provider


def first_line(error: Exception) -> str:
    """What an exception says first, in at most 200 characters."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
