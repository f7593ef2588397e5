"""Mistakes in a configuration end in one line that names the key and what is allowed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def run(*overrides: str, cwd: Path, module: str = "textrm.train") -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", module, *overrides], cwd=cwd, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("loss.gama=1", ["loss.gama", "did you mean gamma?", "text_weight"]),
        ("trainer.max_epoch=1", ["trainer.max_epoch", "did you mean max_epochs?"]),
        ("experiment=seg_xeption", ["experiment/seg_xeption", "seg_xception", "seg_mobilenet"]),
        ("net.upsampling=nearest", ["nearest", "bilinear", "transposed", "pixel_shuffle"]),
        ("loss.gamma=much", ["loss", "much"]),
        ("data=manifest", ["data.manifest", "no value"]),
        ("data=manifest data.manifest=nowhere.csv", ["nowhere.csv"]),
        ("ckpt_path=last", ["ckpt_path=last", "last.ckpt", "run="]),
        ("data.batch_size=0", ["batch_size", "0"]),
    ],
)
def test_mistake_is_one_line(override: str, said: list[str], tmp_path: Path) -> None:
    result = run(*override.split(), f"run={tmp_path / 'run'}", cwd=tmp_path)
    lines = [line for line in result.stderr.splitlines() if line.strip()]
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    errors = [line for line in lines if line.startswith("error: ")]
    assert len(errors) == 1, result.stderr
    assert lines[-1] == errors[0]
    for part in said:
        assert part in errors[0], errors[0]


@pytest.mark.parametrize(
    ("module", "said"), [("textrm.export", "run has no value"), ("textrm.data.synth", "out has no value")]
)
def test_missing_mandatory_value(module: str, said: str, tmp_path: Path) -> None:
    result = run(cwd=tmp_path, module=module)
    assert result.returncode == 1
    assert said in result.stderr
    assert "Traceback" not in result.stderr
