from __future__ import annotations

from pathlib import Path

import pytest
from standin_model import write_model

from textrm.page import Segmenter


@pytest.fixture(scope="session")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("model") / "standin.onnx")


@pytest.fixture(scope="session")
def model(model_file: Path) -> Segmenter:
    return Segmenter(model_file, threads=1)
