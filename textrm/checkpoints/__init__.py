"""Weights of nets: out of the checkpoints of runs, ONNX files and state dicts, and into checkpoints."""
