"""From a trained net to the ONNX file that everything else runs: graph, calibration, int8."""
