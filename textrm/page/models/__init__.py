"""The ONNX files of textrm, opened and run."""
